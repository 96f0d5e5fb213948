import type { Problem, ProblemCode } from './schemas/index.ts';

/** Each code's HTTP status and title. */
const PROBLEMS: Readonly<Record<ProblemCode, readonly [status: number, title: string]>> = {
  INVALID_REQUEST: [400, 'A field of the request is wrong'],
  BAD_JSON: [400, 'The body is not JSON'],
  BAD_MULTIPART: [400, 'The body is not multipart/form-data with the expected parts'],
  BAD_HTTP: [400, 'The request is not HTTP'],
  BODY_CUT: [400, 'The body ended early'],
  CODE_HASH_DIFFERS: [400, 'The code has another hash'],
  TOKEN_MISSING: [401, 'A token is needed'],
  TOKEN_WRONG: [401, 'The token is wrong'],
  ORIGIN_NOT_ALLOWED: [403, 'Requests of other pages are refused'],
  NOT_FOUND: [404, 'There is no such thing'],
  CODE_NOT_FOUND: [404, 'The code is not here'],
  NO_CLUSTER: [404, 'This service watches no cluster'],
  METHOD_NOT_ALLOWED: [405, 'The method is not for this path'],
  BODY_TOO_SLOW: [408, 'The body came too slowly'],
  BODY_TOO_LARGE: [413, 'The body is too large'],
  UNSUPPORTED_MEDIA_TYPE: [415, 'The body has the wrong type'],
  HOST_NOT_ALLOWED: [421, 'The Host header names somebody else'],
  TOO_MANY_REQUESTS: [429, 'Too many requests'],
  TOO_MANY_STREAMS: [429, 'Too many event streams'],
  DEFECT: [500, 'A defect of this service'],
  INSPECTION_FAILED: [422, 'The module could not be inspected'],
  BUSY: [503, 'This service is busy'],
  CLUSTER_UNAVAILABLE: [503, 'The cluster cannot be read'],
  HOST_CLOSED: [503, 'The host is closed'],
  SHUTTING_DOWN: [503, 'This service is ending'],
};

export interface ProblemDetails {
  readonly meta?: Record<string, unknown>;
  readonly errors?: { path: string; message: string }[];
  /** Seconds until it makes sense to ask again. */
  readonly retryAfter?: number;
}

/** What a request gets in place of what it asked for. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  readonly code: ProblemCode;
  readonly details: ProblemDetails;

  /** @param detail cause and remedy, for people */
  constructor(code: ProblemCode, detail: string, details: ProblemDetails = {}) {
    super(detail);
    this.code = code;
    this.details = details;
  }

  get statusCode(): number {
    return PROBLEMS[this.code][0];
  }
}

/** RFC 9457 problem details of an error, for the request with this id. */
export function problemOf({ code, message, details }: ProblemError, requestId: string): Problem {
  const [status, title] = PROBLEMS[code];
  const { meta, errors } = details;
  return {
    type: `urn:pvf:problem:${code.toLowerCase().replaceAll('_', '-')}`,
    title,
    status,
    detail: message,
    instance: `urn:pvf:request:${requestId}`,
    code,
    ...(meta && { meta }),
    ...(errors && { errors }),
  };
}
