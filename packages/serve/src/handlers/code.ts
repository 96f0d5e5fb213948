import type { ExecutorParam } from '@pvf/host';
import type { FastifyRequest } from 'fastify';
import type { Handlers } from '../api/index.ts';
import { executorParamsOf } from '../convert/index.ts';
import { ProblemError } from '../problem.ts';
import type { ExecutorParamsJson } from '../schemas/index.ts';
import type { Service } from '../service/index.ts';
import { goneSignal } from './gone.ts';

type CodeHandlers = Pick<
  Handlers,
  'uploadCode' | 'putCode' | 'listCode' | 'getCode' | 'deleteCode' | 'inspectCode'
>;

const hashIn = (params: unknown) => (params as { codeHash: string }).codeHash;

export function codeHandlers(service: Service): CodeHandlers {
  const { codes, inspections } = service;
  const upload: (expected: boolean) => Handlers['uploadCode'] = (expected) => async (request, reply) => {
    service.assertOpen();
    const { body } = request;
    if (!(body instanceof Uint8Array))
      throw new ProblemError(
        'UNSUPPORTED_MEDIA_TYPE',
        'send the code as content-type: application/octet-stream',
      );
    const { stored, added } = await codes.add(body, expected ? hashIn(request.params) : undefined);
    return reply.code(added ? 201 : 200).send(stored);
  };
  return {
    uploadCode: upload(false),
    putCode: upload(true),
    listCode: async () => codes.list(),
    getCode: async ({ params }) => codes.get(hashIn(params)).stored,
    deleteCode: async ({ params }, reply) => {
      codes.remove(hashIn(params));
      return reply.code(204).send();
    },
    inspectCode: async (request, reply) => {
      const { bytes } = codes.get(hashIn(request.params));
      if (inspections === undefined)
        throw new ProblemError('NOT_FOUND', 'this service was started without a way to look into modules');
      const params = paramsIn(request);
      service.assertOpen();
      return await inspections.run(bytes, params, goneSignal(reply));
    },
  };
}

/** Of the query, where they are text: JSON as in a body, or 0x and SCALE bytes. */
function paramsIn(request: FastifyRequest): readonly ExecutorParam[] {
  const { executorParams: text = '[]' } = request.query as { executorParams?: string };
  let given: unknown = text;
  if (!text.startsWith('0x'))
    try {
      given = JSON.parse(text);
    } catch {
      throw new ProblemError('INVALID_REQUEST', 'executorParams are not JSON', {
        meta: { field: 'executorParams' },
      });
    }
  if (!request.validateInput(given, { $ref: 'ExecutorParams#' }))
    throw new ProblemError(
      'INVALID_REQUEST',
      'executorParams are none: see ExecutorParams in /openapi.json',
      {
        meta: { field: 'executorParams' },
      },
    );
  return executorParamsOf(given as ExecutorParamsJson);
}
