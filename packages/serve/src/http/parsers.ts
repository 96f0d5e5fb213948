import type { ServerResponse } from 'node:http';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { ProblemError } from '../problem.ts';
import type { ByteBudget } from '../state/index.ts';
import { readBody } from './body.ts';
import { partsOf } from './multipart.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Keeps the memory of the body accounted for beyond the response; call the result when it is not used any more. */
    keepBody: (() => () => void) | undefined;
    /** What the request is answered with. */
    response: ServerResponse | undefined;
  }
}

export interface BodySizes {
  readonly codeBytes: number;
  readonly blockDataBytes: number;
  readonly jsonBytes: number;
  readonly idleMs: number;
}

/** Room for the boundary lines and headers of multipart bodies. */
const FRAMING_BYTES = 64 * 1024;

/** The types of bodies that there are, each read within its own limit and the budget of all. */
export function addParsers(app: FastifyInstance, budget: ByteBudget, sizes: BodySizes): void {
  app.removeAllContentTypeParsers();
  app.decorateRequest('keepBody', undefined);
  app.decorateRequest('response', undefined);
  app.addHook('onRequest', async (request, reply) => {
    request.response = reply.raw;
  });
  const parseJson = app.getDefaultJsonParser('error', 'error');

  const read = async (request: FastifyRequest, bytes: number): Promise<Uint8Array> => {
    const response = request.response as ServerResponse;
    const body = await readBody(request.raw, response, budget, { bytes, idleMs: sizes.idleMs });
    request.keepBody = body.keep;
    return body.bytes;
  };
  const json = (request: FastifyRequest, bytes: Uint8Array): Promise<unknown> =>
    new Promise((resolve, reject) => {
      let text: string;
      try {
        text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
      } catch {
        reject(new ProblemError('BAD_JSON', 'the body is not UTF-8'));
        return;
      }
      parseJson(request, text, (error, value) => {
        if (error === null) resolve(value);
        else reject(new ProblemError('BAD_JSON', `the body is not JSON: ${whyNot(text)}`));
      });
    });

  app.addContentTypeParser('application/json', async (request: FastifyRequest) =>
    json(request, await read(request, sizes.jsonBytes)),
  );
  app.addContentTypeParser('application/octet-stream', (request: FastifyRequest) =>
    read(request, sizes.codeBytes),
  );
  app.addContentTypeParser('multipart/form-data', async (request: FastifyRequest) => {
    const limit = sizes.blockDataBytes + sizes.jsonBytes + FRAMING_BYTES;
    const parts = partsOf(await read(request, limit), request.headers['content-type'] ?? '');
    const form: Record<string, unknown> = Object.fromEntries(parts);
    const given = parts.get('request');
    if (given === undefined) throw new ProblemError('BAD_MULTIPART', 'the part request is missing');
    if (given.byteLength > sizes.jsonBytes)
      throw new ProblemError('BODY_TOO_LARGE', `the part request may have ${sizes.jsonBytes} bytes`);
    return { ...form, request: await json(request, given) };
  });
}

/** The parser of the framework keeps the reason to itself. */
function whyNot(text: string): string {
  try {
    JSON.parse(text);
    return 'it has a key that JavaScript objects must not have';
  } catch (error) {
    return (error as Error).message.slice(0, 200);
  }
}
