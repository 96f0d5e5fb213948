import type { PrecheckOutcome, ProgressEvent, ValidationOutcome } from '@pvf/host';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Handlers } from '../api/index.ts';
import { bytesOf, candidateOf, plain, pvfOf } from '../convert/index.ts';
import { asProblem, eventText, openStream } from '../http/index.ts';
import { ProblemError, problemOf } from '../problem.ts';
import type {
  ActiveLeaves,
  HeadsUpRequest,
  PrecheckRequest,
  ValidateForm,
  ValidateRequest,
} from '../schemas/index.ts';
import type { Service } from '../service/index.ts';
import { goneSignal } from './gone.ts';

type Ask = (control: {
  signal: AbortSignal;
  onProgress?: (event: ProgressEvent) => void;
}) => Promise<PrecheckOutcome | ValidationOutcome>;

export function requestHandlers(
  service: Service,
): Pick<Handlers, 'precheck' | 'validate' | 'headsUp' | 'updateActiveLeaves'> {
  const { host, codes } = service;
  return {
    precheck: async (request, reply) => {
      const body = request.body as PrecheckRequest;
      if (body === undefined) throw missingBody();
      const pvf = pvfOf(body, codes.get(body.codeHash).code);
      return await answer(service, request, reply, (control) =>
        host.precheck({ ...pvf, ...deadline(body), ...control }),
      );
    },
    validate: async (request, reply) => {
      const body = request.body as ValidateRequest | ValidateForm;
      if (body === undefined || body instanceof Uint8Array) throw missingBody();
      const asked = 'request' in body ? body.request : body;
      const candidate = candidateOf(body, codes.get(asked.codeHash).code);
      return await answer(service, request, reply, (control) =>
        host.validate({ ...candidate, ...deadline(asked), ...control }),
      );
    },
    headsUp: async (request, reply) => {
      service.assertOpen();
      const body = request.body as HeadsUpRequest;
      if (body === undefined) throw missingBody();
      const pvfs = body.pvfs.map((each) => pvfOf(each, codes.get(each.codeHash).code));
      // Settles once all are queued, which may take as long as others prepare.
      host
        .headsUp(pvfs)
        .catch((error: unknown) => request.log.warn({ error: String(error) }, 'a heads-up failed'));
      return reply.code(202).send();
    },
    updateActiveLeaves: async (request, reply) => {
      service.assertOpen();
      const body = request.body as ActiveLeaves;
      if (body === undefined) throw missingBody();
      const { activated, deactivated } = body;
      host.updateActiveLeaves({
        ...(activated && {
          activated: { hash: bytesOf(activated.hash), ancestors: (activated.ancestors ?? []).map(bytesOf) },
        }),
        ...(deactivated && { deactivated: deactivated.map(bytesOf) }),
      });
      return reply.code(204).send();
    },
  };
}

/** With the outcome, or with a stream of what happens until then. */
async function answer(
  service: Service,
  request: FastifyRequest,
  reply: FastifyReply,
  ask: Ask,
): Promise<unknown> {
  const release = request.keepBody?.();
  try {
    const gone = goneSignal(reply);
    if (!wantsStream(request)) return await reply.send(await service.run(gone, (signal) => ask({ signal })));
    service.assertOpen();
    const stream = openStream(reply, service.limits.idleMs);
    try {
      const onProgress = (event: ProgressEvent): void =>
        void stream.write(eventText('progress', plain(event)));
      stream.end(eventText('outcome', await service.run(gone, (signal) => ask({ signal, onProgress }))));
    } catch (error) {
      const problem = asProblem(error);
      if (problem.code === 'DEFECT') request.log.error({ error }, 'a request failed unexpectedly');
      stream.end(eventText('problem', problemOf(problem, request.id)));
    }
    return reply;
  } finally {
    release?.();
  }
}

function wantsStream({ headers }: FastifyRequest): boolean {
  return /(^|[\s,])text\/event-stream\b/i.test(headers.accept ?? '');
}

function deadline({ deadlineMs }: { deadlineMs?: number }): { deadlineMs?: number } {
  return deadlineMs === undefined ? {} : { deadlineMs };
}

function missingBody(): ProblemError {
  return new ProblemError(
    'UNSUPPORTED_MEDIA_TYPE',
    'this path takes a body of another content-type; see /openapi.json',
  );
}
