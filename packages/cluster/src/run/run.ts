import { codeHash } from '@pvf/protocol';
import type { ConnectOptions } from '../connection/index.ts';
import { connectionError, failureOf } from '../connection/index.ts';
import { ClusterError } from '../errors.ts';
import { MAX_CODE_BYTES } from '../limits.ts';
import { BUCKETS, checkName, filters, jobSubject, placeKey, STREAMS } from '../names.ts';
import { MAX_REPLICAS, parseRun, type RunRecord } from '../records/index.ts';
import { toHex } from '../records/parts.ts';
import {
  type ClusterLimits,
  openStore,
  publishOnce,
  putObject,
  type Store,
  storeFull,
} from '../store/index.ts';
import { VERSION } from '../version.ts';
import { Blocks } from './blocks.ts';
import { Collector } from './collector.ts';
import { CpuTimes, type Disagreement, disagreementOf, type SlowAgent } from './disagreement.ts';
import { type ClusterCode, type Job, JobMessages } from './job.ts';
import type { Result } from './results.ts';
import { Window } from './window.ts';

export interface RunOptions extends ConnectOptions {
  /** A run is gone on with by its name. */
  readonly name: string;
  /** Says what the run is about: a name is gone on with only for the same. */
  readonly fingerprint: string;
  /** Answers to each candidate, from so many different agents. Default 1, at most 16. */
  readonly redundancy?: number;
  /** Candidates that are out at once. Default 512: what is beyond waits at its source. */
  readonly window?: number;
  readonly limits?: Partial<ClusterLimits>;
}

/** One candidate or PVF of a run. */
export interface Entry {
  /** Its place in the run, from 0: the same each time. They come in ascending order; what is left out is done already. */
  readonly index: number;
  readonly job: Job;
}

/** All answers to one entry. */
export interface Answers {
  readonly index: number;
  readonly results: readonly Result[];
  readonly disagreement: Disagreement | undefined;
}

const SUBMITTED_AT_ONCE = 16;
const FULL_PATIENCE_MS = 30_000;

/** What is asked of the cluster under one name. Who leaves it can come back: it stays until it is finished or cancelled. */
export class Run {
  readonly #store: Store;
  readonly #record: RunRecord;
  readonly #window: number;
  readonly #jobs: JobMessages;
  readonly #cpu = new CpuTimes();
  /** Whether it was there before: some of its jobs or results may be, too. */
  readonly resumed: boolean;

  private constructor(store: Store, record: RunRecord, resumed: boolean, window: number) {
    this.#store = store;
    this.#record = record;
    this.#window = window;
    this.#jobs = new JobMessages(store);
    this.resumed = resumed;
  }

  /**
   * Begins a run, or goes on with it.
   * @throws ClusterError RUN_DIFFERS, RUN_CANCELLED, INVALID_OPTION, and those of connecting
   */
  static async open(options: RunOptions): Promise<Run> {
    const { name, fingerprint, redundancy = 1, window = 512 } = options;
    checkName('name', name);
    if (!(Number.isSafeInteger(redundancy) && redundancy >= 1 && redundancy <= MAX_REPLICAS))
      throw new ClusterError(
        'INVALID_OPTION',
        { option: 'redundancy' },
        `redundancy is 1 to ${MAX_REPLICAS}`,
      );
    if (!(Number.isSafeInteger(window) && window >= 1 && window <= 10_000))
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
    const { readAgents } = await import('../status.ts');
    return (await readAgents(this.#store)).filter(({ version }) => version === VERSION).length;
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
    const found = await this.#store.code.info(hash);
    if (found === null || found.deleted) await putObject(this.#store.code, BUCKETS.code, hash, code);
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
    const { replicas, name } = this.#record;
    const window = new Window<Result>(this.#window, replicas);
    const blocks = new Blocks();
    const collector = new Collector(this.#store, name);
    const stop = new AbortController();
    const ended = AbortSignal.any([signal, stop.signal]);
    const newest = await collector.newest();
    const fail = (error: unknown) => window.fail(error);
    const onAbort = () => window.end();
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) window.end();
    void this.#store.connection.ended.then((error) => error && fail(error));
    void collector.follow(newest, (result) => window.put(result.index, result.replica, result)).catch(fail);
    void this.#watchCancel(ended, fail);
    const producing = this.#produce(entries, window, blocks, collector, ended, forget).catch(fail);
    try {
      for await (const { index, results } of window.complete()) {
        this.#cpu.add(results);
        const disagreement = replicas > 1 ? disagreementOf(index, results) : undefined;
        yield { index, results, disagreement };
        window.taken();
        const block = blocks.take(index);
        if (forget && block !== undefined) await this.#forget(block);
      }
    } finally {
      stop.abort();
      window.end();
      signal.removeEventListener('abort', onAbort);
      await collector.close();
      await producing;
    }
  }

  /** With redundancy: agents that took much more CPU time than the others, over all that was answered since `open`. */
  slowAgents(): SlowAgent[] {
    return this.#cpu.slow();
  }

  /** All is taken: nothing of the run is kept. */
  async finish(): Promise<void> {
    await removeRun(this.#store, this.name);
  }

  /** Leaves the run as it is; agents go on with what they have been given. */
  async close(): Promise<void> {
    await this.#store.connection.close();
  }

  async #produce(
    entries: AsyncIterable<Entry>,
    window: Window<Result>,
    blocks: Blocks,
    collector: Collector,
    signal: AbortSignal,
    forget: boolean,
  ): Promise<void> {
    const tasks = new Set<Promise<void>>();
    for await (const entry of entries) {
      if (!(await window.room())) break;
      window.open(entry.index);
      for (const block of blocks.add(entry.index)) if (forget) await this.#forget(block);
      const task: Promise<void> = this.#submit(entry, window, collector, signal)
        .catch((error: unknown) => window.fail(error))
        .finally(() => tasks.delete(task));
      tasks.add(task);
      if (tasks.size >= SUBMITTED_AT_ONCE) await Promise.race(tasks);
    }
    await Promise.all(tasks);
    window.allOpened();
  }

  async #submit(
    { index, job }: Entry,
    window: Window<Result>,
    collector: Collector,
    signal: AbortSignal,
  ): Promise<void> {
    const { name: run, replicas } = this.#record;
    let message: ((replica: number) => Uint8Array) | undefined;
    for (let replica = 0; replica < replicas; replica += 1) {
      const place = { run, index, replica };
      const before = this.resumed ? await again(() => collector.get(place), signal) : undefined;
      if (before !== undefined) {
        window.put(index, replica, before);
        continue;
      }
      const full = patience(STREAMS.jobs);
      message ??= await again(
        () => this.#jobs.make(job, run, index, replicas),
        signal,
        patience(BUCKETS.povs),
      );
      if (message === undefined) return;
      await publishOnce(this.#store.connection, jobSubject(place, job.code.hash), message(replica), {
        signal,
        onFull: full,
      });
    }
  }

  async #forget(block: number): Promise<void> {
    const { jsm } = this.#store.connection;
    // It is tried once more with the whole run; what stays until then is only room.
    await jsm.streams
      .purge(STREAMS.results, { filter: filters.resultsOfBlock(this.name, block) })
      .catch(() => {});
  }

  async #watchCancel(signal: AbortSignal, fail: (error: unknown) => void): Promise<void> {
    const entries = await this.#store.runs.watch({ key: this.name }).catch(() => undefined);
    if (entries === undefined) return;
    signal.addEventListener('abort', () => entries.stop(), { once: true });
    if (signal.aborted) entries.stop();
    for await (const { operation, value } of entries)
      if (operation !== 'PUT' || parseRun(value).state === 'cancelled') return fail(cancelled(this.name));
  }
}

/** So long an unmoving store is waited for: agents may be working it off. */
function patience(name: string): (error: unknown) => void {
  const since = performance.now();
  return (error) => {
    if (performance.now() - since > FULL_PATIENCE_MS) throw storeFull(name, error);
  };
}

/** Servers may come and go. */
async function again<T>(
  call: () => Promise<T>,
  signal: AbortSignal,
  onFull: (error: unknown) => void = () => {},
): Promise<T | undefined> {
  while (!signal.aborted) {
    try {
      return await call();
    } catch (error) {
      if (error instanceof ClusterError && error.code === 'STORE_FULL') onFull(error);
      else if (failureOf(error) !== 'passing') throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  return undefined;
}

/** @returns whether it was there */
async function openRecord(store: Store, wanted: RunRecord): Promise<boolean> {
  try {
    await store.runs.create(wanted.name, JSON.stringify(wanted));
    return false;
  } catch (error) {
    if (failureOf(error) !== 'exists') throw connectionError(error, store.connection.servers);
  }
  const entry = await store.runs.get(wanted.name);
  if (entry === null || entry.operation !== 'PUT') throw cancelled(wanted.name);
  const found = parseRun(entry.value);
  if (found.state === 'cancelled') throw cancelled(wanted.name);
  if (
    found.fingerprint === wanted.fingerprint &&
    found.replicas === wanted.replicas &&
    found.version === VERSION
  )
    return true;
  throw new ClusterError(
    'RUN_DIFFERS',
    { name: wanted.name },
    `the run ${wanted.name} has other inputs, limits or redundancy, or is of another version (${found.version}): choose another name, or cancel it`,
  );
}

function cancelled(name: string): ClusterError<'RUN_CANCELLED'> {
  return new ClusterError(
    'RUN_CANCELLED',
    { name },
    `the run ${name} was cancelled, or its results were taken`,
  );
}

/**
 * Cancels a run: what waits is taken out of the queue, what runs is ended, results are removed.
 * @throws ClusterError RUN_UNKNOWN, and those of connecting
 */
export async function cancelRun(options: ConnectOptions & { readonly run: string }): Promise<void> {
  checkName('name', options.run);
  const store = await openStore(options);
  try {
    const entry = await store.runs.get(options.run);
    if (entry === null || entry.operation !== 'PUT')
      throw new ClusterError('RUN_UNKNOWN', { name: options.run }, `there is no run ${options.run}`);
    const record = parseRun(entry.value);
    await store.runs.put(options.run, JSON.stringify({ ...record, state: 'cancelled' }));
    await removeRun(store, options.run);
  } finally {
    await store.connection.close();
  }
}

async function removeRun(store: Store, run: string): Promise<void> {
  const { jsm } = store.connection;
  await jsm.streams.purge(STREAMS.jobs, { filter: filters.jobsOf(run) });
  await jsm.streams.purge(STREAMS.results, { filter: filters.resultsOf(run) });
  const prefix = placeKey({ run, index: 0, replica: 0 }).slice(0, run.length + 1);
  for (const objects of [store.povs, store.outputs])
    for (const { name } of await objects.list()) if (name.startsWith(prefix)) await objects.delete(name);
  await store.runs.delete(run);
}
