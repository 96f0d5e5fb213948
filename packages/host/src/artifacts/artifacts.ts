import type { Logger } from 'pino';
import { artifactKey } from '../artifact-identity.ts';
import type { Clock } from '../clock.ts';
import { toHex } from '../hex.ts';
import type { HostNews } from '../host-events.ts';
import type { Metrics } from '../metrics/index.ts';
import { orAborted } from '../or-aborted.ts';
import type {
  FromPrepareQueue,
  PrepareAnswer,
  PrepareListener,
  PrepareQueue,
  PrepareWork,
} from '../prepare/index.ts';
import type { Artifact, ArtifactStore } from '../store/index.ts';
import type { PruneReport } from '../types.ts';
import { FailureReports } from './failure-reports.ts';
import { type DiskLimit, Pruning } from './pruning.ts';
import { type ArtifactRequest, type ArtifactResult, withoutListeners } from './request.ts';
import { type Failure, failureOf, isForeign, isOutdated, mayRetry, resultOf } from './retry.ts';
import {
  ArtifactStates,
  answerAll,
  type Prepared,
  type Preparing,
  type State,
  type Waiter,
} from './states.ts';
import { statsOf } from './stats.ts';

interface Options {
  clock: Clock;
  logger: Logger;
  metrics: Pick<Metrics, 'cache' | 'gaveUp' | 'prepareEnqueued' | 'prepareConcluded' | 'prepared'>;
  news: Pick<HostNews, 'tell'>;
  store: Pick<ArtifactStore, 'isSound' | 'touch' | 'remove'>;
  queue: Pick<PrepareQueue<PrepareWork, PrepareAnswer>, 'handle'>;
  disk: DiskLimit;
}

/**
 * Which artifacts there are, which are being prepared and for whom, and which failed. One preparation serves all
 * who ask for the same identity. It goes on when none of them waits any more, as in the reference: else a PVF whose
 * preparation outlasts its callers' deadlines would never be ready. Only one that prechecks alone asked for is
 * cancelled then.
 */
export class Artifacts implements PrepareListener<PrepareAnswer> {
  readonly #options: Options;
  readonly #states = new ArtifactStates();
  readonly #reports: FailureReports;
  readonly #pruning: Pruning;

  constructor(options: Options) {
    this.#options = options;
    this.#reports = new FailureReports(options.logger, options.metrics);
    this.#pruning = new Pruning(this.#states, options);
  }

  restore(found: ReadonlyMap<string, { artifact: Artifact; lastUsed: number }>): void {
    for (const [key, file] of found) this.#states.set(key, { type: 'prepared', ...file });
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
        if (request.purpose !== 'heads-up') this.#options.metrics.cache('hit');
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
      this.#options.metrics.cache('lost');
    }
    await this.#options.store.remove(artifact);
  }

  /** What the prepare queue has to say. */
  handlePreparation(message: FromPrepareQueue<PrepareAnswer>): void {
    if (message.type !== 'started') this.#options.metrics.prepareConcluded();
    const state = this.#states.get(message.job);
    if (state?.type !== 'preparing') return;
    switch (message.type) {
      case 'started':
        for (const { request } of state.waiters) request.onStarted?.(message.pid);
        return;
      case 'failed':
        this.#states.takeBack(message.job, state);
        answerAll(state.waiters, { type: 'not-started', reason: message.reason });
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
    for (const [key, state] of this.#states.preparing()) this.#cancel(key, state);
  }

  /** Removes artifacts, least recently used first, until they take `limit` bytes; spares those used lately. */
  async prune(limit: number, minStaleMs: number): Promise<PruneReport> {
    return await this.#pruning.prune(limit, minStaleMs);
  }

  /**
   * Forgets failed preparations, so that the next request tries again. Of one PVF with all its executor params, or of
   * all PVFs.
   * @returns how many were forgotten
   */
  forgetFailures(codeHash: string | undefined): number {
    return this.#states.forgetFailures(codeHash);
  }

  counts(): ReturnType<ArtifactStates['counts']> {
    return this.#states.counts();
  }

  #wait(
    key: string,
    known: Exclude<State, Prepared> | undefined,
    request: ArtifactRequest,
    signal: AbortSignal,
  ): Promise<ArtifactResult> {
    const failure = this.#standing(known, request);
    if (failure !== undefined) return Promise.resolve(resultOf(failure));
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
  #standing(known: Exclude<State, Prepared> | undefined, request: ArtifactRequest): Failure | undefined {
    const precheck = request.purpose === 'precheck';
    if (known?.type === 'preparing') {
      // Executions have it tried with their own limits; a precheck is answered by those of its own.
      return precheck && known.before?.strict && !isOutdated(known.before, request)
        ? known.before
        : undefined;
    }
    if (known === undefined || isOutdated(known.failure, request)) return undefined;
    if (!precheck && mayRetry(known.failure, this.#options.clock.now())) return undefined;
    if (!precheck) this.#reports.tellIfFinal(request.identity, known.failure);
    return known.failure;
  }

  #prepare(key: string, before: Failure | undefined, request: ArtifactRequest): Preparing {
    const { priority, work } = request;
    const state: Preparing = {
      type: 'preparing',
      identity: request.identity,
      waiters: new Set(),
      priority,
      before,
      begunFor: request,
      wanted: undefined,
    };
    this.#states.set(key, state);
    this.#options.metrics.cache('miss');
    this.#options.metrics.prepareEnqueued();
    this.#options.queue.handle({ type: 'enqueue', job: key, priority, work });
    return state;
  }

  #join(key: string, state: Preparing, request: ArtifactRequest): void {
    if (request.purpose !== 'precheck') state.wanted ??= withoutListeners(request);
    if (request.priority === 'critical' && state.priority === 'normal') {
      state.priority = 'critical';
      this.#options.queue.handle({ type: 'raise', job: key });
    }
  }

  #cancelUnwanted(key: string, state: Preparing): void {
    if (state.waiters.size > 0 || state.wanted !== undefined || this.#states.get(key) !== state) return;
    this.#cancel(key, state);
  }

  #cancel(key: string, state: Preparing): void {
    this.#states.takeBack(key, state);
    this.#options.metrics.prepareConcluded();
    this.#options.queue.handle({ type: 'cancel', job: key });
  }

  #concluded(key: string, state: Preparing, answer: PrepareAnswer): void {
    const { identity } = state;
    const now = this.#options.clock.now();
    if (answer.type === 'failed') {
      this.#failed(key, state, answer, now);
      return;
    }
    const { path, size } = answer;
    const stats = statsOf(answer);
    const artifact: Artifact = { identity, path, size, checksum: toHex(answer.checksum), stats };
    const { logger, metrics, news } = this.#options;
    metrics.prepared(stats);
    const { codeHash, prepHash } = identity;
    news.tell('artifact-prepared', () => ({ codeHash, prepHash, sizeBytes: size, stats }));
    logger.info({ codeHash, size, wallTimeMs: stats.wallTimeMs }, 'prepared');
    this.#states.set(key, { type: 'prepared', artifact, lastUsed: now });
    answerAll(state.waiters, { type: 'ready', artifact, fromCache: false });
    this.#pruning.boundDiskUse();
  }

  #failed(
    key: string,
    { identity, waiters, before, begunFor, wanted, priority }: Preparing,
    answer: PrepareAnswer & { type: 'failed' },
    now: number,
  ): void {
    const failure = failureOf(before, begunFor, answer, now);
    this.#reports.failed(identity, failure);
    this.#states.setFailed(key, failure);
    const again = [...waiters].filter(({ request }) => isForeign(failure, request));
    for (const waiter of again) waiters.delete(waiter);
    if (wanted !== undefined) {
      if (!isForeign(failure, wanted)) this.#reports.tellIfFinal(identity, failure);
      else this.#join(key, this.#prepare(key, failure, { ...wanted, priority }), wanted);
    }
    for (const waiter of again) waiter.again();
    answerAll(waiters, resultOf(failure));
  }
}
