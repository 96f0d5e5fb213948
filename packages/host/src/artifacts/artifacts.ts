import type { PrepareError } from '@pvf/protocol';
import type { Logger } from 'pino';
import { type ArtifactIdentity, artifactKey } from '../artifact-identity.ts';
import type { Clock } from '../clock.ts';
import { toHex } from '../hex.ts';
import { orAborted } from '../or-aborted.ts';
import type { PreparationStats } from '../outcome.ts';
import type {
  FromPrepareQueue,
  PrepareAnswer,
  PreparePriority,
  PrepareWork,
  ToPrepareQueue,
} from '../prepare/index.ts';
import type { PruneReport } from '../types.ts';
import { describePrepareError } from '../verdict/index.ts';
import { type ArtifactRequest, type ArtifactResult, limitsOf, withoutListeners } from './request.ts';
import { type Failure, isFinal, isForeign, isOutdated, mayRetry } from './retry.ts';
import { statsOf } from './stats.ts';
import type { Artifact, ArtifactStore } from './store.ts';

export type { ArtifactRequest, ArtifactResult } from './request.ts';

type Waiter = {
  request: ArtifactRequest;
  resolve: (result: ArtifactResult) => void;
  /** Waits for the next preparation instead. */
  again: () => void;
};

type State =
  | {
      type: 'preparing';
      identity: ArtifactIdentity;
      waiters: Set<Waiter>;
      priority: PreparePriority;
      /** What is known again if the preparation is cancelled. */
      before: Failure | undefined;
      /** What it was begun for: decides its limits. */
      begunFor: ArtifactRequest;
      /** An execution or heads-up that asked for it: with one it goes on even if nobody waits. */
      wanted: ArtifactRequest | undefined;
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
  onPrepared: (stats: PreparationStats, artifact: Artifact) => void;
  /** A PVF of which some candidate was or will be asked for cannot be prepared any more. Once for each failure. */
  onFinalFailure?: (error: PrepareError) => void;
};

/**
 * Which artifacts there are, which are being prepared and for whom, and which failed. One preparation serves all
 * who ask for the same identity. It goes on when none of them waits any more, as in the reference: else a PVF whose
 * preparation outlasts its callers' deadlines would never be ready. Only one that prechecks alone asked for is
 * cancelled then.
 */
export class Artifacts {
  readonly #options: Options;
  readonly #states = new Map<string, State>();
  /** Final failures that were told of. */
  readonly #told = new WeakSet<Failure>();

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
        for (const { request } of state.waiters) request.onStarted?.(message.pid);
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

  /**
   * Forgets failed preparations, so that the next request tries again. Of one PVF with all its executor params, or of
   * all PVFs.
   * @returns how many were forgotten
   */
  forgetFailures(codeHash: string | undefined): number {
    let forgotten = 0;
    for (const [key, state] of this.#states) {
      if (codeHash !== undefined && !key.startsWith(artifactKey({ codeHash, prepHash: '' }))) continue;
      if (state.type === 'failed') this.#states.delete(key);
      else if (state.type === 'preparing' && state.before !== undefined) state.before = undefined;
      else continue;
      forgotten += 1;
    }
    return forgotten;
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
    const failure = this.#standing(known, request);
    if (failure !== undefined) return Promise.resolve(failed(failure));
    return new Promise((resolve, reject) => {
      const state = known?.type === 'preparing' ? known : this.#prepare(key, known?.failure, request);
      this.#join(key, state, request);
      const stopListening = (): void => signal.removeEventListener('abort', onAbort);
      const onAbort = (): void => {
        state.waiters.delete(waiter);
        this.#cancelUnwanted(key, state);
        reject(signal.reason);
      };
      const waiter: Waiter = {
        request,
        resolve: (result) => {
          stopListening();
          resolve(result);
        },
        again: () => {
          stopListening();
          const { onQueued: _, ...rest } = request;
          this.acquire(rest, signal).then(resolve, reject);
        },
      };
      signal.addEventListener('abort', onAbort, { once: true });
      state.waiters.add(waiter);
      // Last, because the caller may take the request back in it.
      request.onQueued?.(known?.type === 'preparing');
    });
  }

  /** The failure that answers a request, if one does. */
  #standing(
    known: Exclude<State, { type: 'prepared' }> | undefined,
    request: ArtifactRequest,
  ): Failure | undefined {
    const precheck = request.purpose === 'precheck';
    if (known?.type === 'preparing') {
      // Executions have it tried with their own limits; a precheck is answered by those of its own.
      return precheck && known.before?.strict && !isOutdated(known.before, request)
        ? known.before
        : undefined;
    }
    if (known === undefined || isOutdated(known.failure, request)) return undefined;
    if (!precheck && mayRetry(known.failure, this.#options.clock.now())) return undefined;
    if (!precheck) this.#tellIfFinal(request.identity, known.failure);
    return known.failure;
  }

  #prepare(
    key: string,
    before: Failure | undefined,
    request: ArtifactRequest,
  ): State & { type: 'preparing' } {
    const { priority, work } = request;
    const state: State = {
      type: 'preparing',
      identity: request.identity,
      waiters: new Set(),
      priority,
      before,
      begunFor: request,
      wanted: undefined,
    };
    this.#states.set(key, state);
    this.#options.observe('miss');
    this.#options.toQueue({ type: 'enqueue', job: key, priority, work });
    return state;
  }

  #join(key: string, state: State & { type: 'preparing' }, request: ArtifactRequest): void {
    if (request.purpose !== 'precheck') state.wanted ??= withoutListeners(request);
    if (request.priority === 'critical' && state.priority === 'normal') {
      state.priority = 'critical';
      this.#options.toQueue({ type: 'raise', job: key });
    }
  }

  #cancelUnwanted(key: string, state: State & { type: 'preparing' }): void {
    if (state.waiters.size > 0 || state.wanted !== undefined || this.#states.get(key) !== state) return;
    this.#restoreBefore(key, state.before);
    this.#options.toQueue({ type: 'cancel', job: key });
  }

  #concluded(key: string, state: State & { type: 'preparing' }, answer: PrepareAnswer): void {
    const { identity } = state;
    const now = this.#options.clock.now();
    if (answer.type === 'failed') {
      this.#failed(key, state, answer, now);
      return;
    }
    const { path, size } = answer;
    const stats = statsOf(answer);
    const artifact: Artifact = { identity, path, size, checksum: toHex(answer.checksum), stats };
    this.#options.onPrepared(stats, artifact);
    this.#options.logger.info(
      { codeHash: identity.codeHash, size, wallTimeMs: stats.wallTimeMs },
      'prepared',
    );
    this.#states.set(key, { type: 'prepared', artifact, lastUsed: now });
    this.#answer(state.waiters, { type: 'ready', artifact, fromCache: false });
  }

  #failed(
    key: string,
    { identity, waiters, before, begunFor, wanted, priority }: State & { type: 'preparing' },
    { error, times }: PrepareAnswer & { type: 'failed' },
    now: number,
  ): void {
    const { bombLimit, strict } = limitsOf(begunFor);
    const failure: Failure = {
      at: now,
      failures: (before?.failures ?? 0) + 1,
      error,
      times,
      bombLimit,
      strict,
    };
    const { failures } = failure;
    const reason = describePrepareError(error, times).slice(0, LOGGED_CHARS);
    this.#options.logger.warn({ codeHash: identity.codeHash, failures, reason }, 'preparation failed');
    this.#setFailed(key, failure);
    const again = [...waiters].filter(({ request }) => isForeign(failure, request));
    for (const waiter of again) waiters.delete(waiter);
    if (wanted !== undefined) {
      if (!isForeign(failure, wanted)) this.#tellIfFinal(identity, failure);
      else this.#join(key, this.#prepare(key, failure, { ...wanted, priority }), wanted);
    }
    for (const waiter of again) waiter.again();
    this.#answer(waiters, failed(failure));
  }

  /** The one failure that an operator must hear of: from now on this validator has no vote on the PVF's candidates. */
  #tellIfFinal({ codeHash, prepHash }: ArtifactIdentity, failure: Failure): void {
    if (!isFinal(failure) || this.#told.has(failure)) return;
    this.#told.add(failure);
    const { error, failures, times } = failure;
    const reason = describePrepareError(error, times).slice(0, LOGGED_CHARS);
    this.#options.logger.error(
      { codeHash, prepHash, failures, type: error.type, reason },
      'this host abstains from all candidates of a PVF: it cannot be prepared and is not tried again; ' +
        'once the cause is gone, forgetFailures(codeHash) has it tried again without a restart',
    );
    this.#options.onFinalFailure?.(error);
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

function failed({ error, times }: Failure): ArtifactResult {
  return { type: 'failed', error, times };
}
