import type { PrepareError } from '@pvf/protocol';
import type { Logger } from 'pino';
import type { Clock } from '../clock.ts';
import { toHex } from '../hex.ts';
import { orAborted } from '../or-aborted.ts';
import type { PreparationStats } from '../outcome.ts';
import type { FromPrepareQueue, PreparePriority, ToPrepareQueue } from '../prepare/messages.ts';
import type { PrepareAnswer, PrepareWork } from '../prepare/work.ts';
import type { PruneReport } from '../types.ts';
import { describePrepareError } from '../verdict/index.ts';
import type { SpawnFailure } from '../worker/messages.ts';
import { type ArtifactIdentity, artifactKey } from './identity.ts';
import { type Failure, isOutdated, mayRetry } from './retry.ts';
import type { Artifact, ArtifactStore } from './store.ts';

/** What somebody wants an artifact for. */
export type ArtifactRequest = {
  identity: ArtifactIdentity;
  /** `precheck` never tries a failed preparation again. */
  purpose: 'precheck' | 'execute' | 'heads-up';
  priority: PreparePriority;
  work: PrepareWork;
  /** The preparation was handed to a worker. */
  onStarted?: (pid: number) => void;
  /** Somebody must wait for a preparation; `shared` if it was under way already. */
  onQueued?: (shared: boolean) => void;
};

export type ArtifactResult =
  | { type: 'ready'; artifact: Artifact; fromCache: boolean }
  | { type: 'failed'; error: PrepareError }
  | { type: 'not-started'; reason: SpawnFailure };

type Waiter = {
  resolve: (result: ArtifactResult) => void;
  onStarted: ((pid: number) => void) | undefined;
};

type State =
  | {
      type: 'preparing';
      identity: ArtifactIdentity;
      waiters: Set<Waiter>;
      priority: PreparePriority;
      /** What is known again if the preparation is cancelled. */
      before: Failure | undefined;
      bombLimit: number;
      /** Asked for by a heads-up: goes on even if nobody waits. */
      kept: boolean;
    }
  | { type: 'prepared'; artifact: Artifact; lastUsed: number }
  | { type: 'failed'; failure: Failure };

/** Failures that are remembered; the oldest is forgotten first. Each is the fault of a PVF that the chain knows. */
const MAX_FAILURES = 4_096;

/** What a PVF brings into the log is cut there. */
const LOGGED_CHARS = 256;

/** Cache events for the metrics. */
export type CacheEvent = 'hit' | 'miss' | 'evicted' | 'lost';

type Options = {
  clock: Clock;
  logger: Logger;
  store: ArtifactStore;
  toQueue: (message: ToPrepareQueue<PrepareWork>) => void;
  observe: (event: CacheEvent) => void;
  onPrepared: (stats: PreparationStats) => void;
};

/**
 * Which artifacts there are, which are being prepared and for whom, and which failed. One preparation serves all
 * who ask for the same identity, and is cancelled when none of them waits any more.
 */
export class Artifacts {
  readonly #options: Options;
  readonly #states = new Map<string, State>();

  constructor(options: Options) {
    this.#options = options;
  }

  restore(found: ReadonlyMap<string, { artifact: Artifact; lastUsed: number }>): void {
    for (const [key, { artifact, lastUsed }] of found) {
      this.#states.set(key, { type: 'prepared', artifact, lastUsed });
    }
  }

  /** Rejects with the signal's reason when it is aborted first. */
  async acquire(request: ArtifactRequest, signal: AbortSignal): Promise<ArtifactResult> {
    const key = artifactKey(request.identity);
    for (;;) {
      signal.throwIfAborted();
      const state = this.#states.get(key);
      if (state?.type !== 'prepared') return await this.#wait(key, state, request, signal);
      const sound = this.#options.store.isSound(state.artifact);
      // Nothing is awaited where nothing needs to be, so that requests keep their order.
      if (sound === true || (await orAborted(Promise.resolve(sound), signal))) {
        state.lastUsed = this.#options.clock.now();
        this.#options.store.touch(state.artifact, state.lastUsed);
        if (request.purpose !== 'heads-up') this.#options.observe('hit');
        return { type: 'ready', artifact: state.artifact, fromCache: true };
      }
      await this.discard(state.artifact);
    }
  }

  /** Forgets an artifact that turned out to be bad or gone; a newer one of the same identity stays. */
  async discard(artifact: Artifact): Promise<void> {
    const key = artifactKey(artifact.identity);
    const state = this.#states.get(key);
    if (state?.type === 'prepared' && state.artifact === artifact) {
      this.#states.delete(key);
      this.#options.observe('lost');
    }
    await this.#options.store.remove(artifact);
  }

  /** What the prepare queue has to say. */
  handle(message: FromPrepareQueue<PrepareAnswer>): void {
    const state = this.#states.get(message.job);
    if (state?.type !== 'preparing') return;
    switch (message.type) {
      case 'started':
        for (const waiter of state.waiters) waiter.onStarted?.(message.pid);
        return;
      case 'failed':
        this.#restoreBefore(message.job, state.before);
        this.#answer(state.waiters, { type: 'not-started', reason: message.reason });
        return;
      case 'concluded':
        this.#concluded(message.job, state, message.answer);
        return;
      default:
        message satisfies never;
    }
  }

  /** For the host's end: takes every preparation back, those that a heads-up asked for too. */
  cancelAll(): void {
    for (const [key, state] of this.#states) {
      if (state.type !== 'preparing') continue;
      this.#restoreBefore(key, state.before);
      this.#options.toQueue({ type: 'cancel', job: key });
    }
  }

  /** Removes artifacts, least recently used first, until they take `limit` bytes; spares those used lately. */
  async prune(limit: number, minStaleMs: number): Promise<PruneReport> {
    const now = this.#options.clock.now();
    const prepared = [...this.#states].flatMap(([key, state]) =>
      state.type === 'prepared' ? [{ key, artifact: state.artifact, lastUsed: state.lastUsed }] : [],
    );
    const report: PruneReport = { removed: 0, removedBytes: 0, kept: prepared.length, keptBytes: 0 };
    for (const { artifact } of prepared) report.keptBytes += artifact.size;
    for (const { key, artifact, lastUsed } of prepared.sort((a, b) => a.lastUsed - b.lastUsed)) {
      if (report.keptBytes <= limit || now - lastUsed < minStaleMs) break;
      this.#states.delete(key);
      this.#options.observe('evicted');
      await this.#options.store.remove(artifact);
      report.removed += 1;
      report.removedBytes += artifact.size;
      report.kept -= 1;
      report.keptBytes -= artifact.size;
    }
    return report;
  }

  counts(): { prepared: number; preparing: number; failed: number; bytes: number } {
    const counts = { prepared: 0, preparing: 0, failed: 0, bytes: 0 };
    for (const state of this.#states.values()) {
      counts[state.type] += 1;
      if (state.type === 'prepared') counts.bytes += state.artifact.size;
    }
    return counts;
  }

  #wait(
    key: string,
    known: Exclude<State, { type: 'prepared' }> | undefined,
    request: ArtifactRequest,
    signal: AbortSignal,
  ): Promise<ArtifactResult> {
    if (known?.type === 'failed' && !isOutdated(known.failure, request)) {
      const retry = request.purpose !== 'precheck' && mayRetry(known.failure, this.#options.clock.now());
      if (!retry) return Promise.resolve({ type: 'failed', error: known.failure.error });
    }
    return new Promise((resolve, reject) => {
      const state = known?.type === 'preparing' ? known : this.#prepare(key, known?.failure, request);
      this.#join(key, state, request);
      const onAbort = (): void => {
        state.waiters.delete(waiter);
        this.#cancelUnwanted(key, state);
        reject(signal.reason);
      };
      const waiter: Waiter = {
        resolve: (result) => {
          signal.removeEventListener('abort', onAbort);
          resolve(result);
        },
        onStarted: request.onStarted,
      };
      signal.addEventListener('abort', onAbort, { once: true });
      state.waiters.add(waiter);
      // Last, because the caller may take the request back in it.
      request.onQueued?.(known?.type === 'preparing');
    });
  }

  #prepare(
    key: string,
    before: Failure | undefined,
    request: ArtifactRequest,
  ): State & { type: 'preparing' } {
    const { identity, priority, work } = request;
    const state: State = {
      type: 'preparing',
      identity,
      waiters: new Set(),
      priority,
      before,
      bombLimit: work.request.validationCodeBombLimit,
      kept: false,
    };
    this.#states.set(key, state);
    this.#options.observe('miss');
    this.#options.toQueue({ type: 'enqueue', job: key, priority, work });
    return state;
  }

  #join(key: string, state: State & { type: 'preparing' }, request: ArtifactRequest): void {
    if (request.purpose === 'heads-up') state.kept = true;
    if (request.priority === 'critical' && state.priority === 'normal') {
      state.priority = 'critical';
      this.#options.toQueue({ type: 'raise', job: key });
    }
  }

  #cancelUnwanted(key: string, state: State & { type: 'preparing' }): void {
    if (state.waiters.size > 0 || state.kept || this.#states.get(key) !== state) return;
    this.#restoreBefore(key, state.before);
    this.#options.toQueue({ type: 'cancel', job: key });
  }

  #concluded(key: string, state: State & { type: 'preparing' }, answer: PrepareAnswer): void {
    const { identity } = state;
    const now = this.#options.clock.now();
    if (answer.type === 'failed') {
      const failures = (state.before?.failures ?? 0) + 1;
      const { error } = answer;
      const reason = describePrepareError(error).slice(0, LOGGED_CHARS);
      this.#options.logger.warn({ codeHash: identity.codeHash, failures, reason }, 'preparation failed');
      this.#setFailed(key, { at: now, failures, error, bombLimit: state.bombLimit });
      this.#answer(state.waiters, { type: 'failed', error });
      return;
    }
    const { path, size } = answer;
    const stats = statsOf(answer);
    const artifact: Artifact = { identity, path, size, checksum: toHex(answer.checksum), stats };
    this.#options.onPrepared(stats);
    this.#options.logger.info(
      { codeHash: identity.codeHash, size, wallTimeMs: stats.wallTimeMs },
      'prepared',
    );
    this.#states.set(key, { type: 'prepared', artifact, lastUsed: now });
    this.#answer(state.waiters, { type: 'ready', artifact, fromCache: false });
  }

  #setFailed(key: string, failure: Failure): void {
    // Re-inserted, so that the map's order is the failures' age.
    this.#states.delete(key);
    this.#states.set(key, { type: 'failed', failure });
    if (this.counts().failed <= MAX_FAILURES) return;
    for (const [oldest, state] of this.#states) {
      if (state.type !== 'failed') continue;
      this.#states.delete(oldest);
      return;
    }
  }

  #restoreBefore(key: string, before: Failure | undefined): void {
    if (before === undefined) this.#states.delete(key);
    else this.#states.set(key, { type: 'failed', failure: before });
  }

  #answer(waiters: Set<Waiter>, result: ArtifactResult): void {
    for (const waiter of waiters) waiter.resolve(result);
  }
}

const BYTES_PER_KIB = 1_024;

function statsOf({ stats, wallTimeMs }: PrepareAnswer & { type: 'prepared' }): PreparationStats {
  const { memoryStats } = stats;
  const tracker = memoryStats.memoryTrackerStats;
  return {
    cpuTimeNs: stats.cpuTimeElapsed.secs * 1_000_000_000n + BigInt(stats.cpuTimeElapsed.nanos),
    wallTimeMs,
    maxRssBytes: memoryStats.maxRss === undefined ? undefined : Number(memoryStats.maxRss) * BYTES_PER_KIB,
    maxResidentBytes: tracker === undefined ? undefined : Number(tracker.resident),
    maxAllocatedBytes: tracker === undefined ? undefined : Number(tracker.allocated),
    peakTrackedAllocBytes:
      memoryStats.peakTrackedAlloc === 0n ? undefined : Number(memoryStats.peakTrackedAlloc),
    codeLength: stats.observedWasmCodeLen,
  };
}
