import type { Socket } from 'node:net';
import { HostError } from '@pvf/host';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { ProblemError, problemOf } from '../problem.ts';

const PROBLEM_TYPE = 'application/problem+json; charset=utf-8';

/** Fields that are told at most, of a request with many that are wrong. */
const MAX_FIELDS = 10;

/** Every error of a request as a problem. What nobody expected is logged, and tells nothing of its inside. */
export function sendProblem(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const problem = asProblem(error);
  if (problem.code === 'DEFECT') request.log.error({ error }, 'a request failed unexpectedly');
  // Whoever still sends is listened to for a while, so that it gets to read the answer.
  reply.removeHeader('connection');
  if (problem.details.retryAfter !== undefined)
    reply.header('retry-after', String(problem.details.retryAfter));
  if (problem.statusCode === 401) reply.header('www-authenticate', 'Bearer');
  return reply
    .code(problem.statusCode)
    .type(PROBLEM_TYPE)
    .serializer(JSON.stringify)
    .send(problemOf(problem, request.id));
}

export function asProblem(error: unknown): ProblemError {
  if (error instanceof ProblemError) return error;
  if (error instanceof HostError) return ofHost(error);
  const { code, validation, validationContext, statusCode, message } = error as FastifyError;
  if (validation !== undefined) {
    const place = validationContext === 'body' ? '' : `/${validationContext}`;
    const errors = validation.slice(0, MAX_FIELDS).map(({ instancePath, message: what, params }) => ({
      path: `${place}${instancePath}`,
      message: [what, extra(params)].filter(Boolean).join(': '),
    }));
    const [first] = errors;
    return new ProblemError('INVALID_REQUEST', `${first?.path || 'the request'} ${first?.message}`, {
      errors,
    });
  }
  switch (code) {
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return new ProblemError(
        'UNSUPPORTED_MEDIA_TYPE',
        'this path takes another content-type; see /openapi.json',
      );
    case 'FST_ERR_BAD_URL':
    case 'FST_ERR_MAX_PARAM_LENGTH':
      return new ProblemError('NOT_FOUND', 'there is no such path; see /openapi.json');
    default:
      if (statusCode !== undefined && statusCode >= 400 && statusCode < 500)
        return new ProblemError('INVALID_REQUEST', message);
      return new ProblemError(
        'DEFECT',
        'this service failed unexpectedly; its log says more. This is no vote',
      );
  }
}

function ofHost({ code, meta, message }: HostError): ProblemError {
  if (code === 'INVALID_REQUEST') return new ProblemError('INVALID_REQUEST', message, { meta: { ...meta } });
  if (code === 'HOST_CLOSED')
    return new ProblemError('HOST_CLOSED', 'the host is closed: abstain, or ask another', { retryAfter: 10 });
  return new ProblemError('DEFECT', message);
}

function extra(params: unknown): string {
  const { additionalProperty, allowedValues } = (params ?? {}) as Record<string, unknown>;
  if (typeof additionalProperty === 'string') return JSON.stringify(additionalProperty.slice(0, 100));
  return Array.isArray(allowedValues) ? allowedValues.join(', ') : '';
}

/** Answers what is no HTTP, or came too slowly to be any: there is no request to answer then. */
export function onClientError(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const problem =
    error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
      ? new ProblemError('BODY_TOO_SLOW', 'the request did not come within the time that it may take')
      : error.code === 'HPE_HEADER_OVERFLOW'
        ? new ProblemError('BAD_HTTP', 'the headers are too large')
        : new ProblemError('BAD_HTTP', 'this is not an HTTP/1.1 request');
  const body = JSON.stringify(problemOf(problem, 'none'));
  const status = `${problem.statusCode} ${problem.statusCode === 408 ? 'Request Timeout' : 'Bad Request'}`;
  socket.end(
    `HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-type: ${PROBLEM_TYPE}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    () => socket.destroy(),
  );
}
