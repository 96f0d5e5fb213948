import { createInbox, type Msg, nanos } from '@nats-io/nats-core';
import type { NatsConnection } from '@nats-io/transport-node';
import { consumerName, PARTITIONS, STREAMS } from '../names.ts';

/** A server that is gone does not answer at all. */
const NO_ANSWER_MS = 3_000;
const GRACE_MS = 2_000;

/** One delivery of a job. Until it is settled, its lease must be renewed. */
export interface Delivery {
  readonly subject: string;
  readonly data: Uint8Array;
  /** 1 for the first. Redeliveries without an attempt count too. */
  readonly delivery: number;
  /** Renews the lease. */
  working(): void;
  /** Done: it leaves the queue. */
  ack(): void;
  /** Gives it back: another delivery after so many milliseconds. */
  giveBack(delayMs?: number): void;
}

/**
 * Pulls jobs from the consumers of all partitions (the pull protocol of JetStream, whose `no_wait` the client's own
 * consumers do not offer: with it an agent asks those partitions first whose PVFs it has loaded, and does not wait there).
 */
export class Puller {
  readonly #nc: NatsConnection;
  readonly #onDelivery: (delivery: Delivery) => void;
  /** Each ends a request that is under way. */
  readonly #pending = new Set<() => void>();
  readonly #waiting = new Set<number>();

  /** @param onDelivery told of each job as it comes, whichever request brought it */
  constructor(nc: NatsConnection, onDelivery: (delivery: Delivery) => void) {
    this.#nc = nc;
    this.#onDelivery = onDelivery;
  }

  /** What is there now, at most so many. @returns how many came */
  poll(partition: number, batch: number): Promise<number> {
    return this.#ask(partition, { batch, no_wait: true }, batch, NO_ANSWER_MS);
  }

  /** Waits in all partitions at once for one job each, and returns with the first, or when time is up. */
  async wait(ms: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, ms);
    this.#pending.add(resolve);
    for (let partition = 0; partition < PARTITIONS; partition += 1) {
      if (this.#waiting.has(partition)) continue;
      this.#waiting.add(partition);
      void this.#ask(partition, { batch: 1, expires: nanos(ms) }, 1, ms + GRACE_MS, resolve).finally(() =>
        this.#waiting.delete(partition),
      );
    }
    await promise;
    clearTimeout(timer);
    this.#pending.delete(resolve);
  }

  close(): void {
    for (const end of [...this.#pending]) end();
  }

  #ask(
    partition: number,
    request: object,
    wanted: number,
    timeoutMs: number,
    onJob: () => void = () => {},
  ): Promise<number> {
    if (this.#nc.isClosed()) return Promise.resolve(0);
    return new Promise((resolve) => {
      let delivered = 0;
      const inbox = createInbox();
      const subscription = this.#nc.subscribe(inbox, {
        callback: (error, message) => {
          if (error) return end();
          // Without a subject for its answer it is no job but a status: there is none, or time is up.
          if (!message.reply) return end();
          delivered += 1;
          this.#onDelivery(deliveryOf(message));
          onJob();
          if (delivered >= wanted) end();
        },
      });
      const end = () => {
        clearTimeout(timer);
        if (!this.#pending.delete(end)) return;
        if (!this.#nc.isClosed()) subscription.unsubscribe();
        resolve(delivered);
      };
      const timer = setTimeout(end, timeoutMs);
      timer.unref();
      this.#pending.add(end);
      const subject = `$JS.API.CONSUMER.MSG.NEXT.${STREAMS.jobs}.${consumerName(partition)}`;
      this.#nc.publish(subject, JSON.stringify(request), { reply: inbox });
    });
  }
}

function deliveryOf(message: Msg): Delivery {
  // $JS.ACK.STREAM.CONSUMER.DELIVERIES… or, with two more tokens, $JS.ACK.DOMAIN.ACCOUNT.STREAM.CONSUMER.DELIVERIES…
  const tokens = (message.reply ?? '').split('.');
  const delivery = Number(tokens.length >= 11 ? tokens[6] : tokens[4]);
  let settled = false;
  const say = (word: string, last: boolean) => {
    if (settled) return;
    settled = last;
    message.respond(word);
  };
  return {
    subject: message.subject,
    data: message.data,
    delivery: Number.isSafeInteger(delivery) ? delivery : 1,
    working: () => say('+WPI', false),
    ack: () => say('+ACK', true),
    giveBack: (delayMs = 0) =>
      say(delayMs === 0 ? '-NAK' : `-NAK ${JSON.stringify({ delay: nanos(delayMs) })}`, true),
  };
}
