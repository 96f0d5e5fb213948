import { EventSourceParserStream } from 'eventsource-parser/stream';
import { forgetToken, readToken } from './token.ts';
import type { Problem } from './types.ts';

/** The service refused or failed; `message` is for people. */
export class ServiceError extends Error {
  override readonly name = 'ServiceError';
  /** HTTP status; 0 if it could not be reached. */
  readonly status: number;
  readonly problem: Problem | undefined;

  constructor(status: number, message: string, problem?: Problem) {
    super(message);
    this.status = status;
    this.problem = problem;
  }
}

/** Largest single event of an answer that is read. Characters. */
const LARGEST_EVENT = 64 * 1_024 * 1_024;

export async function getJson<T>(path: string, signal?: AbortSignal): Promise<T> {
  const response = await request(path, signal === undefined ? {} : { signal });
  return (await response.json()) as T;
}

/** Opens the stream of everything that happens behind an event. Answers with any status. */
export async function openEvents(lastEventId: string | undefined, signal: AbortSignal): Promise<Response> {
  return await fetch('/v1/events', {
    headers: {
      accept: 'text/event-stream',
      ...authorization(),
      ...(lastEventId === undefined ? {} : { 'last-event-id': lastEventId }),
    },
    cache: 'no-store',
    signal,
  });
}

export interface RequestEvent {
  readonly event: string;
  readonly data: unknown;
}

/** Asks for a precheck or validation and tells each step as it comes. The last event is `outcome` or `problem`. */
export async function* ask(
  path: string,
  body: string | FormData,
  signal: AbortSignal,
): AsyncGenerator<RequestEvent, void, undefined> {
  const response = await request(path, {
    method: 'POST',
    body,
    headers: {
      accept: 'text/event-stream',
      ...(typeof body === 'string' ? { 'content-type': 'application/json' } : {}),
    },
    signal,
  });
  if (response.body === null) throw new ServiceError(response.status, 'the service sent no answer');
  const events = response.body
    .pipeThrough(new TextDecoderStream() as unknown as TransformStream<Uint8Array, string>)
    .pipeThrough(new EventSourceParserStream({ maxBufferSize: LARGEST_EVENT }))
    .getReader();
  try {
    for (;;) {
      const { done, value } = await events.read();
      if (done) return;
      yield { event: value.event ?? 'message', data: JSON.parse(value.data) };
    }
  } finally {
    await events.cancel().catch(() => {});
  }
}

export function authorization(): Record<string, string> {
  const token = readToken();
  return token === undefined ? {} : { authorization: `Bearer ${token}` };
}

async function request(path: string, init: RequestInit): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(path, {
      cache: 'no-store',
      ...init,
      headers: { ...authorization(), ...init.headers },
    });
  } catch (error) {
    if (init.signal?.aborted) throw error;
    throw new ServiceError(0, 'The service cannot be reached. Is it running?');
  }
  if (response.ok) return response;
  if (response.status === 401) forgetToken();
  throw problemError(response.status, await response.text().catch(() => ''));
}

/** @param body of an answer that is no success */
export function problemError(status: number, body: string): ServiceError {
  try {
    const problem = JSON.parse(body) as Problem;
    if (typeof problem.title === 'string') {
      const errors = (problem.errors ?? []).map(
        ({ path, message }) => `${path || 'the request'}: ${message}`,
      );
      return new ServiceError(
        status,
        [problem.title, problem.detail, ...errors].filter(Boolean).join(' – '),
        problem,
      );
    }
  } catch {
    // no JSON: said below
  }
  return new ServiceError(status, `The service answered with status ${status}.`);
}
