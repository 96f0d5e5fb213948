import { type Msg, nanos } from '@nats-io/nats-core';
import { filters, type Place, placeKey, placeOfResult, resultSubject, STREAMS } from '../names.ts';
import { parseResult, type Result } from '../records/index.ts';
import { ackNone, getObject, pause, positionOf, pull, type Store } from '../store/index.ts';
import { again } from './again.ts';

/** Results that come while nobody takes them wait on the server but for so many. */
const READ_AHEAD = 200;
const ASKED_FOR_MS = 5_000;
const GRACE_MS = 3_000;
/** The server forgets a consumer that nobody asks for that long. */
const FORGOTTEN_MS = 30_000;
const NOBODY = { engine: 'unknown', cpu: 'unknown', cores: 0, kernel: 'unknown', arch: 'unknown' };

/** Reads the results of one run. */
export class Collector {
  readonly #store: Store;
  readonly #run: string;
  readonly #closing = new AbortController();
  #end: () => void = () => {};

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
    while (!this.#closing.signal.aborted && !this.#store.connection.nc.isClosed()) {
      try {
        last = await this.#followOne(last, onResult);
      } catch (error) {
        void error; // No server at the moment, or none that leads: another consumer is made soon.
      }
      await pause(200, this.#closing.signal);
    }
  }

  close(): void {
    this.#closing.abort();
    this.#end();
  }

  /** As long as the server knows the consumer and nothing is left out. @returns the newest that was told */
  async #followOne(after: number, onResult: (result: Result) => void): Promise<number> {
    const { nc, jsm } = this.#store.connection;
    const consumer = await jsm.consumers.add(
      STREAMS.results,
      ackNone(filters.resultsOf(this.#run), after + 1, nanos(FORGOTTEN_MS)),
    );
    let last = after;
    let delivered = 0;
    let telling = Promise.resolve();
    let isWhole = true;
    const tell = async (message: Msg) => {
      const { inStream, inConsumer } = positionOf(message);
      isWhole &&= inConsumer === delivered + 1;
      if (!isWhole) return;
      const place = placeOfResult(message.subject);
      if (place !== undefined) onResult(await this.#parse(message.data, place));
      [delivered, last] = [inConsumer, inStream];
    };
    while (isWhole && !this.#closing.signal.aborted) {
      const { ended, end } = pull(nc, {
        stream: STREAMS.results,
        consumer: consumer.name,
        request: { batch: READ_AHEAD, expires: nanos(ASKED_FOR_MS) },
        timeoutMs: ASKED_FOR_MS + GRACE_MS,
        onMessage: (message) => {
          telling = telling.then(() => tell(message));
        },
      });
      this.#end = end;
      const { isAlive } = await ended;
      await telling;
      if (!isAlive) break;
    }
    void jsm.consumers.delete(STREAMS.results, consumer.name).catch(() => {});
    return last;
  }

  /** What is no result says nothing about its candidate: it is an answer without an outcome. */
  async #parse(data: Uint8Array, place: Place): Promise<Result> {
    const output = async () => {
      const read = () => getObject(this.#store.outputs, placeKey(place));
      return (await again(read, this.#closing.signal)) ?? undefined;
    };
    try {
      return await parseResult(data, place, output);
    } catch (error) {
      const answer = { task: 'none', reason: (error as Error).message } as const;
      return { ...place, job: undefined, agent: 'unknown', machine: NOBODY, answer, attempts: [] };
    }
  }
}
