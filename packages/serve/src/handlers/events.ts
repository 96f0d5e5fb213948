import type { ServerResponse } from 'node:http';
import type { Handlers } from '../api/index.ts';
import { eventText, openStream, rawEventText } from '../http/index.ts';
import { ProblemError } from '../problem.ts';
import type { Service } from '../service/index.ts';
import type { Continuation, EventLog } from '../state/index.ts';

/** Open event streams of all listeners. */
export class Streams {
  readonly #limit: number;
  readonly #open = new Set<ServerResponse>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  get size(): number {
    return this.#open.size;
  }

  /** @throws ProblemError TOO_MANY_STREAMS */
  assertRoom(): void {
    if (this.#open.size >= this.#limit)
      throw new ProblemError('TOO_MANY_STREAMS', `${this.#limit} event streams are open already; close one`, {
        retryAfter: 10,
      });
  }

  add(stream: ServerResponse): void {
    this.#open.add(stream);
    stream.once('close', () => this.#open.delete(stream));
  }
}

export function eventHandlers(service: Service, streams: Streams): Pick<Handlers, 'events'> {
  const { events, limits, ending } = service;
  return {
    events: async (request, reply) => {
      service.assertOpen();
      streams.assertRoom();
      const { after } = request.query as { after?: string };
      const last = request.headers['last-event-id'];
      const start = events.after(typeof last === 'string' && last !== '' ? last : after);
      const stream = openStream(reply, limits.idleMs);
      streams.add(stream);
      const close = (): void => void stream.end();
      ending.addEventListener('abort', close, { once: true });
      stream.once('close', () => ending.removeEventListener('abort', close));
      follow(events, start, stream);
      return reply;
    },
  };
}

/** Writes what comes after `start`, as fast as the reader takes it: a slow one holds a number, and no events. */
function follow(events: EventLog, { from, gap }: Continuation, stream: ServerResponse): void {
  let next = from;
  if (gap !== undefined) stream.write(eventText('gap', gap));
  const pump = (): void => {
    while (!stream.writableNeedDrain && !stream.writableEnded && next < events.next) {
      const { event, missed } = events.readFrom(next);
      if (missed > 0) stream.write(eventText('gap', { reason: 'too-old', missed }));
      next += missed;
      if (event === undefined) continue;
      stream.write(rawEventText(event.event, event.data, events.idOf(event.number)));
      next += 1;
    }
  };
  stream.on('drain', pump);
  const stop = events.onAppend(pump);
  stream.once('close', stop);
  pump();
}
