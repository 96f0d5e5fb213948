import { codeHash } from '@pvf/protocol';
import type { ConnectOptions } from '../connection/index.ts';
import { ClusterError } from '../errors.ts';
import { MAX_CODE_BYTES } from '../limits.ts';
import { ATTEMPTS_STREAM, BUCKETS, checkName, filters, STREAMS } from '../names.ts';
import { type AgentRecord, MAX_REPLICAS, type RunRecord } from '../records/index.ts';
import { toHex } from '../records/parts.ts';
import { type ClusterLimits, openStore, putObject, type Store } from '../store/index.ts';
import { VERSION } from '../version.ts';
import { again, patience } from './again.ts';
import { Blocks } from './blocks.ts';
import { Collector } from './collector.ts';
import { CpuTimes, type Disagreement, disagreementOf, type SlowAgent } from './disagreement.ts';
import type { ClusterCode } from './job.ts';
import { LargeObjects } from './large-objects.ts';
import { lookAfter, watchCancel } from './look-after.ts';
import { fullStores, type Obstacle, obstaclesAmong } from './obstacles.ts';
import { type Entry, Producer, type Underway } from './producer.ts';
import { openRecord, removeRun } from './record.ts';
import type { Result } from './results.ts';
import { Window } from './window.ts';

export interface RunOptions extends ConnectOptions {
  /** A run is gone on with by its name. */
  readonly name: string;
  /** Says what the run is about: a name is gone on with only for the same. */
  readonly fingerprint: string;
  /** Answers to each candidate, from so many different agents. Default 1, at most 16. */
  readonly redundancy?: number;
  /**
   * Candidates that are out at once, 10,000 at most: what is beyond waits at its source. Default 512, or four for each job that the
   * agents which are there at the start do at once.
   */
  readonly window?: number;
  readonly limits?: Partial<ClusterLimits>;
}

/** All answers to one entry. */
export interface Answers {
  readonly index: number;
  readonly results: readonly Result[];
  readonly disagreement: Disagreement | undefined;
}

const LEAST_WINDOW = 512;
const MOST_WINDOW = 10_000;
/** Agents fetch ahead half as many as they do at once; the rest is on its way. */
const OUT_PER_SLOT = 4;

/** So long servers may be away while a run is tidied up. */
const TIDY_MS = 60_000;

/** What is asked of the cluster under one name. Who leaves it can come back: it stays until it is finished or cancelled. */
export class Run {
  readonly #store: Store;
  readonly #record: RunRecord;
  readonly #window: number | undefined;
  readonly #cpu = new CpuTimes();
  /** Whether it was there before: some of its jobs or results may be, too. */
  readonly resumed: boolean;

  private constructor(store: Store, record: RunRecord, resumed: boolean, window: number | undefined) {
    this.#store = store;
    this.#record = record;
    this.#window = window;
    this.resumed = resumed;
  }

  /**
   * Begins a run, or goes on with it.
   * @throws ClusterError RUN_DIFFERS, RUN_CANCELLED, INVALID_OPTION, and those of connecting
   */
  static async open(options: RunOptions): Promise<Run> {
    const { name, fingerprint, redundancy = 1, window } = options;
    checkName('name', name);
    if (!(Number.isSafeInteger(redundancy) && redundancy >= 1 && redundancy <= MAX_REPLICAS))
      throw new ClusterError(
        'INVALID_OPTION',
        { option: 'redundancy' },
        `redundancy is 1 to ${MAX_REPLICAS}`,
      );
    if (window !== undefined && !(Number.isSafeInteger(window) && window >= 1 && window <= MOST_WINDOW))
      throw new ClusterError('INVALID_OPTION', { option: 'window' }, 'window is 1 to 10,000');
    const store = await openStore({ ...options, name: `pvf run ${name}` });
    try {
      const wanted: RunRecord = {
        format: 1,
        name,
        fingerprint,
        replicas: redundancy,
        version: VERSION,
        state: 'open',
        codes: [],
      };
      const found = await openRecord(store, wanted);
      return new Run(store, wanted, found, window);
    } catch (error) {
      await store.connection.close();
      throw error;
    }
  }

  /** What the run was opened under. */
  get name(): string {
    return this.#record.name;
  }

  /** Agents of this version that are there now. Others get none of this run's work. */
  async agents(): Promise<number> {
    return (await this.#ownAgents()).length;
  }

  /** Agents of other versions that are there now. */
  async otherAgents(): Promise<AgentRecord[]> {
    return (await this.#allAgents()).filter(({ version }) => version !== VERSION);
  }

  /** Why nothing may come of it at the moment: for whoever waits. */
  async obstacles(): Promise<Obstacle[]> {
    const agents = obstaclesAmong(await this.#allAgents(), this.#record.replicas);
    return [...agents, ...(await fullStores(this.#store))];
  }

  async #ownAgents(): Promise<AgentRecord[]> {
    return (await this.#allAgents()).filter(({ version }) => version === VERSION);
  }

  async #windowSize(replicas: number): Promise<number> {
    if (this.#window !== undefined) return this.#window;
    const agents = await this.#ownAgents().catch(() => []);
    const slots = agents.reduce((sum, each) => sum + each.slots, 0);
    return Math.min(MOST_WINDOW, Math.max(LEAST_WINDOW, Math.ceil((OUT_PER_SLOT * slots) / replicas)));
  }

  /**
   * Puts a PVF into the cluster, unless it is there.
   * @throws ClusterError TOO_LARGE, STORE_FULL
   */
  async addCode(code: Uint8Array): Promise<ClusterCode> {
    if (code.length > MAX_CODE_BYTES)
      throw new ClusterError(
        'TOO_LARGE',
        { what: 'code', bytes: code.length, limit: MAX_CODE_BYTES },
        `a PVF of ${code.length} bytes is larger than the cluster takes (${MAX_CODE_BYTES})`,
      );
    const hash = toHex(codeHash(code));
    const put = async () => {
      const found = await this.#store.code.info(hash);
      if (found === null || found.deleted)
        await putObject(this.#store.connection, this.#store.code, BUCKETS.code, hash, code);
    };
    await again(put, new AbortController().signal, patience(BUCKETS.code));
    return { hash, bytes: code.length };
  }

  /**
   * Gives the entries to agents, so many at once, and tells all answers to each as soon as they are there, in no order.
   * Who asks for the next has taken the last: with `forget`, results are then removed from the cluster, 1,024 at a time.
   * @throws ClusterError RUN_CANCELLED, STORE_FULL, TOO_LARGE, NOT_AUTHORISED, CONNECTION
   */
  async *answers(
    entries: AsyncIterable<Entry>,
    { signal, forget = false }: { readonly signal: AbortSignal; readonly forget?: boolean },
  ): AsyncGenerator<Answers> {
    const { replicas, name: run } = this.#record;
    const store = this.#store;
    const window = new Window<Result>(await this.#windowSize(replicas), replicas);
    const blocks = new Blocks();
    const removing = new LargeObjects(store, run);
    const collector = new Collector(store, run);
    const stop = new AbortController();
    const ended = AbortSignal.any([signal, stop.signal]);
    const fail = (error: unknown) => window.fail(error);
    const onAbort = () => window.end();
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) window.end();
    void store.connection.ended.then((error) => error && fail(error));
    const { resumed } = this;
    const underway = { store, run, replicas, resumed, window, collector, large: removing, signal: ended };
    const forgetBlock = async (block: number | undefined) => {
      if (forget && block !== undefined) await this.#forget(block);
    };
    const producing = this.#begin(underway, entries, async (index) => {
      for (const block of blocks.add(index)) await forgetBlock(block);
    }).catch(fail);
    try {
      for await (const { index, results } of window.complete()) {
        this.#cpu.add(results);
        const disagreement = replicas > 1 ? disagreementOf(index, results) : undefined;
        yield { index, results, disagreement };
        window.taken();
        await removing.take(index, forget ? results : []);
        await forgetBlock(blocks.take(index));
      }
    } finally {
      stop.abort();
      window.end();
      signal.removeEventListener('abort', onAbort);
      collector.close();
      await producing;
      await removing.end();
    }
  }

  /** With redundancy: agents that took much more CPU time than the others, over all that was answered since `open`. */
  slowAgents(): SlowAgent[] {
    return this.#cpu.slow();
  }

  /** All is taken: nothing of the run is kept. */
  async finish(): Promise<void> {
    const remove = async () => {
      await removeRun(this.#store, this.name);
      return true;
    };
    if ((await again(remove, AbortSignal.timeout(TIDY_MS))) !== undefined) return;
    const { servers } = this.#store.connection;
    throw new ClusterError(
      'CONNECTION',
      { servers },
      `the results of ${this.name} are taken, and could not be removed: ${servers.join(', ')} did not answer; cancel the run later`,
    );
  }

  /** Leaves the run as it is; agents go on with what they have been given. */
  async close(): Promise<void> {
    await this.#store.connection.close();
  }

  async #allAgents(): Promise<AgentRecord[]> {
    const { readAgents } = await import('../status.ts');
    return await readAgents(this.#store);
  }

  async #begin(
    underway: Underway,
    entries: AsyncIterable<Entry>,
    onEntry: (index: number) => Promise<void>,
  ): Promise<void> {
    const { collector, window, signal } = underway;
    const fail = (error: unknown) => window.fail(error);
    const newest = await again(() => collector.newest(), signal);
    if (newest === undefined) return;
    void collector.follow(newest, (result) => window.put(result.index, result.replica, result)).catch(fail);
    void watchCancel(underway).catch(fail);
    void lookAfter(underway).catch(fail);
    await new Producer(underway).run(entries, onEntry);
  }

  /** It is tried once more with the whole run; what stays until then is only room. */
  async #forget(block: number): Promise<void> {
    const { jsm } = this.#store.connection;
    for (const [stream, filter] of [
      [STREAMS.results, filters.resultsOfBlock(this.name, block)],
      [ATTEMPTS_STREAM, filters.attemptsOfBlock(this.name, block)],
    ] as const)
      await jsm.streams.purge(stream, { filter }).catch(() => {});
  }
}
