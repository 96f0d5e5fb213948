import Type, { type Static } from 'typebox';
import { words } from './common.ts';

/** Codes of the host's own errors that can come out of a request, and those of this service. */
export const PROBLEM_CODES = [
  // the host's
  'INVALID_REQUEST',
  'HOST_CLOSED',
  // this service's
  'BAD_JSON',
  'BAD_MULTIPART',
  'BODY_TOO_LARGE',
  'BODY_TOO_SLOW',
  'BODY_CUT',
  'UNSUPPORTED_MEDIA_TYPE',
  'NOT_FOUND',
  'METHOD_NOT_ALLOWED',
  'CODE_NOT_FOUND',
  'CODE_HASH_DIFFERS',
  'TOKEN_MISSING',
  'TOKEN_WRONG',
  'HOST_NOT_ALLOWED',
  'ORIGIN_NOT_ALLOWED',
  'TOO_MANY_REQUESTS',
  'TOO_MANY_STREAMS',
  'BUSY',
  'SHUTTING_DOWN',
  'BAD_HTTP',
  'INSPECTION_FAILED',
  'NO_CLUSTER',
  'CLUSTER_UNAVAILABLE',
  'DEFECT',
] as const;

/** Of an answer that is a problem; never changes its meaning. */
export type ProblemCode = (typeof PROBLEM_CODES)[number];

export const Problem = Type.Object(
  {
    type: Type.String({ description: 'urn:pvf:problem: and the code in lower case.' }),
    title: Type.String({ description: 'The same for each problem with this code.' }),
    status: Type.Integer({ minimum: 400, maximum: 599 }),
    detail: Type.String({ description: 'Cause and remedy, for people.' }),
    instance: Type.String({ description: 'urn:pvf:request: and the id of this request, as in the log.' }),
    code: words(PROBLEM_CODES, { description: 'For programs.' }),
    meta: Type.Optional(
      Type.Record(Type.String(), Type.Unknown(), { description: 'Data that belong to the code.' }),
    ),
    errors: Type.Optional(
      Type.Array(Type.Object({ path: Type.String(), message: Type.String() }), {
        description: 'With INVALID_REQUEST: each field that is wrong, as a JSON pointer into the request.',
      }),
    ),
  },
  {
    $id: 'Problem',
    description:
      'RFC 9457 problem details. A problem is never a vote: whoever gets one in place of an outcome abstains or asks again.',
  },
);
export type Problem = Static<typeof Problem>;
