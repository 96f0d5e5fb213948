import type { ConsumerMessages } from '@nats-io/jetstream';
import { filters, type Place, placeKey, placeOfResult, resultSubject, STREAMS } from '../names.ts';
import { parseResult, type Result } from '../records/index.ts';
import { DeliverPolicy, pause, type Store } from '../store/index.ts';

/** Results that come while nobody takes them wait on the server but for so many. */
const READ_AHEAD = 200;
const NOBODY = { engine: 'unknown', cpu: 'unknown', cores: 0, kernel: 'unknown', arch: 'unknown' };

/** Reads the results of one run. */
export class Collector {
  readonly #store: Store;
  readonly #run: string;
  #messages: ConsumerMessages | undefined;
  #closed = false;

  constructor(store: Store, run: string) {
    this.#store = store;
    this.#run = run;
  }

  /** Sequence of the newest result of any run: what is older is asked for one by one. */
  async newest(): Promise<number> {
    return (await this.#store.connection.jsm.streams.info(STREAMS.results)).state.last_seq;
  }

  /** The result at a place, if it is there. */
  async get(place: Place): Promise<Result | undefined> {
    const { jsm } = this.#store.connection;
    const message = await jsm.streams.getMessage(STREAMS.results, { last_by_subj: resultSubject(place) });
    return message === null ? undefined : await this.#parse(message.data, place);
  }

  /** Every result after `after`, as they come, until `close`. Servers may come and go. */
  async follow(after: number, onResult: (result: Result) => void): Promise<void> {
    let last = after;
    while (!this.#closed) {
      try {
        const { js } = this.#store.connection;
        const consumer = await js.consumers.get(STREAMS.results, {
          filter_subjects: filters.resultsOf(this.#run),
          deliver_policy: DeliverPolicy.StartSequence,
          opt_start_seq: last + 1,
        });
        if (this.#closed) return;
        const messages = await consumer.consume({ max_messages: READ_AHEAD });
        this.#messages = messages;
        for await (const message of messages) {
          if (this.#closed) return;
          last = Math.max(last, message.seq);
          const place = placeOfResult(message.subject);
          if (place !== undefined) onResult(await this.#parse(message.data, place));
        }
      } catch (error) {
        if (this.#closed || this.#store.connection.nc.isClosed()) return;
        void error;
      }
      await pause(500);
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#messages?.close();
  }

  /** What is no result says nothing about its candidate: it is an answer without an outcome. */
  async #parse(data: Uint8Array, place: Place): Promise<Result> {
    try {
      return await parseResult(
        data,
        place,
        async () => (await this.#store.outputs.getBlob(placeKey(place))) ?? undefined,
      );
    } catch (error) {
      const answer = { task: 'none', reason: (error as Error).message } as const;
      return { ...place, agent: 'unknown', machine: NOBODY, answer, attempts: [] };
    }
  }
}
