import type { Handlers } from '../api/index.ts';
import { ProblemError } from '../problem.ts';
import type { Service } from '../service/index.ts';
import { goneSignal } from './gone.ts';

type CodeHandlers = Pick<
  Handlers,
  'uploadCode' | 'putCode' | 'listCode' | 'getCode' | 'deleteCode' | 'inspectCode'
>;

const hashIn = (params: unknown) => (params as { codeHash: string }).codeHash;

export function codeHandlers(service: Service): CodeHandlers {
  const { codes, inspect } = service;
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
      if (inspect === undefined)
        throw new ProblemError('NOT_FOUND', 'this service was started without a way to look into modules');
      return await inspect(bytes, goneSignal(reply));
    },
  };
}
