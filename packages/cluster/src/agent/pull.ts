import { type Msg, nanos } from '@nats-io/nats-core';
import type { NatsConnection } from '@nats-io/transport-node';
import { consumerName, PARTITIONS, STREAMS } from '../names.ts';
import { positionOf, pull } from '../store/index.ts';

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

/** Pulls jobs from the consumers of all partitions: first from those whose PVFs are loaded, without waiting there. */
export class Puller {
  readonly #nc: NatsConnection;
  readonly #version: string;
  readonly #onDelivery: (delivery: Delivery) => void;
  /** Each ends a request that is under way. */
  readonly #pending = new Set<() => void>();
  /** Partitions in which a request stands. It is never ended early: what came then would be nobody's until its lease ends. */
  readonly #waiting = new Set<number>();

  /**
   * @param version of the agent
   * @param onDelivery told of each job as it comes, whichever request brought it
   */
  constructor(nc: NatsConnection, version: string, onDelivery: (delivery: Delivery) => void) {
    this.#nc = nc;
    this.#version = version;
    this.#onDelivery = onDelivery;
  }

  /** What is there now, at most so many. @returns how many came */
  poll(partition: number, batch: number): Promise<number> {
    return this.#ask(partition, { batch, no_wait: true }, NO_ANSWER_MS);
  }

  /** Waits in all partitions at once for one job each, and returns with the first, or when time is up. */
  async wait(ms: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, ms);
    this.#pending.add(resolve);
    for (let partition = 0; partition < PARTITIONS; partition += 1) {
      if (this.#waiting.has(partition)) continue;
      this.#waiting.add(partition);
      void this.#ask(partition, { batch: 1, expires: nanos(ms) }, ms + GRACE_MS, resolve).finally(() =>
        this.#waiting.delete(partition),
      );
    }
    await promise;
    clearTimeout(timer);
    this.#pending.delete(resolve);
  }

  /** Whether a request stands in that partition: then nothing is there, and what comes is told. */
  isWaiting(partition: number): boolean {
    return this.#waiting.has(partition);
  }

  close(): void {
    for (const end of [...this.#pending]) end();
  }

  async #ask(
    partition: number,
    request: { batch: number; no_wait?: boolean; expires?: number },
    timeoutMs: number,
    onJob: () => void = () => {},
  ): Promise<number> {
    const { ended, end } = pull(this.#nc, {
      stream: STREAMS.jobs,
      consumer: consumerName(partition, this.#version),
      request,
      timeoutMs,
      onMessage: (message) => {
        this.#onDelivery(deliveryOf(message));
        onJob();
      },
    });
    this.#pending.add(end);
    const { count } = await ended;
    this.#pending.delete(end);
    return count;
  }
}

function deliveryOf(message: Msg): Delivery {
  let settled = false;
  const say = (word: string, last: boolean) => {
    if (settled) return;
    settled = last;
    message.respond(word);
  };
  return {
    subject: message.subject,
    data: message.data,
    delivery: positionOf(message).deliveries,
    working: () => say('+WPI', false),
    ack: () => say('+ACK', true),
    giveBack: (delayMs = 0) =>
      say(delayMs === 0 ? '-NAK' : `-NAK ${JSON.stringify({ delay: nanos(delayMs) })}`, true),
  };
}
