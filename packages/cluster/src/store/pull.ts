import { createInbox, type Msg } from '@nats-io/nats-core';
import type { NatsConnection } from '@nats-io/transport-node';

/** How a pull ended. */
export interface Pulled {
  readonly count: number;
  /** False if the server said nothing at all, or that there is no such consumer: it may be gone. */
  readonly isAlive: boolean;
}

export interface PullOptions {
  readonly stream: string;
  readonly consumer: string;
  /** Body of the request: `batch`, `no_wait`, `expires` in nanoseconds. */
  readonly request: { readonly batch: number; readonly no_wait?: boolean; readonly expires?: number };
  /** The server must have answered until then, milliseconds. */
  readonly timeoutMs: number;
  readonly onMessage: (message: Msg) => void;
}

/** What the server says when a pull is over without anything being wrong: there is none, time is up, the batch is whole. */
const OVER: ReadonlySet<number> = new Set([404, 408]);

/**
 * One request of JetStream's pull protocol. The client's own consumers do not offer `no_wait`, and where a server is lost
 * they can wait for ever for one that has forgotten them.
 * @returns how it ends, and what ends it early
 */
export function pull(
  nc: NatsConnection,
  { stream, consumer, request, timeoutMs, onMessage }: PullOptions,
): { readonly ended: Promise<Pulled>; readonly end: () => void } {
  if (nc.isClosed()) return { ended: Promise.resolve({ count: 0, isAlive: false }), end: () => {} };
  const { promise: ended, resolve } = Promise.withResolvers<Pulled>();
  const inbox = createInbox();
  let count = 0;
  let isOver = false;
  const finish = (isAlive: boolean) => {
    if (isOver) return;
    isOver = true;
    clearTimeout(timer);
    if (!nc.isClosed()) subscription.unsubscribe();
    resolve({ count, isAlive });
  };
  const subscription = nc.subscribe(inbox, {
    callback: (error, message) => {
      if (error) return finish(false);
      // Without a subject for its answer it is no message of the stream but a status.
      if (!message.reply) return finish(OVER.has(message.headers?.code ?? 0));
      count += 1;
      onMessage(message);
      if (count >= request.batch) finish(true);
    },
  });
  const timer = setTimeout(() => finish(false), timeoutMs);
  timer.unref();
  nc.publish(`$JS.API.CONSUMER.MSG.NEXT.${stream}.${consumer}`, JSON.stringify(request), { reply: inbox });
  return { ended, end: () => finish(true) };
}

/** What the subject for the answer says of a message: deliveries of it, its place in the stream and in its consumer. */
export function positionOf({ reply = '' }: Msg): {
  deliveries: number;
  inStream: number;
  inConsumer: number;
} {
  // $JS.ACK.STREAM.CONSUMER.DELIVERIES.STREAM_SEQ.CONSUMER_SEQ… or, with two more tokens, $JS.ACK.DOMAIN.ACCOUNT.STREAM…
  const tokens = reply.split('.');
  const [deliveries = 1, inStream = 0, inConsumer = 0] = tokens
    .slice(tokens.length >= 11 ? 6 : 4)
    .map(Number);
  return { deliveries: Number.isSafeInteger(deliveries) ? deliveries : 1, inStream, inConsumer };
}
