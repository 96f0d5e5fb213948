import { setMaxListeners } from 'node:events';
import type { Registry } from 'prom-client';
import type { ClockTimer } from '../clock.ts';
import type { PvfCode } from '../code.ts';
import { HostError } from '../errors.ts';
import { FailedCandidates } from '../failed-candidates/index.ts';
import { toHex } from '../hex.ts';
import { type HostEvents, told } from '../host-events.ts';
import { Intake } from '../intake.ts';
import { KeepAlive } from '../keep-alive.ts';
import { orAborted } from '../or-aborted.ts';
import type { BareOutcome, PrecheckOutcome, ReceiptOutcome, ValidationOutcome } from '../outcome.ts';
import {
  artifactRequest,
  type CheckedPvf,
  checkCandidate,
  checkCode,
  checkControl,
  checkHash,
  checkHexHash,
  checkPruning,
  checkPvf,
  importCode,
  RequestScope,
  runPrecheck,
  Stopped,
  Validation,
} from '../request/index.ts';
import type {
  ActiveLeavesUpdate,
  BareRequest,
  CodeInput,
  ExecutionKind,
  HostOptions,
  HostStatus,
  PrecheckRequest,
  PruneReport,
  PvfInput,
  ReceiptRequest,
  RequestControl,
  SecurityReport,
  ValidateRequest,
} from '../types.ts';
import { assemble, type RunningHost } from './assemble.ts';

const PRUNE_EVERY_MS = 60 * 60 * 1_000;

/**
 * Prechecks PVFs and validates candidates in worker processes.
 *
 * `precheck` and `validate` resolve to an outcome whatever happens to workers, jobs and files; they reject, with a
 * {@link HostError}, only when an argument is wrong or the host is closed.
 */
export class PvfHost implements AsyncDisposable {
  readonly #host: RunningHost;
  readonly #intakes: Record<ExecutionKind | 'precheck' | 'heads-up', Intake>;
  readonly #closing = new AbortController();
  readonly #keepAlive: KeepAlive;
  readonly #failed: FailedCandidates | undefined;
  /** Requests that are not settled; `close` waits for them. */
  readonly #active = new Set<Promise<unknown>>();
  #nextRequest = 1;
  #pruneTimer: ClockTimer | undefined;
  #closed: Promise<void> | undefined;

  /**
   * Finds and checks the worker programs, probes this machine's isolation and opens the cache directory.
   * @throws HostError WORKER_*, UNTESTED_NODE, NOT_SECURE, CACHE_DIR, INVALID_OPTION; nothing is left behind then.
   */
  static async start(options: HostOptions = {}): Promise<PvfHost> {
    const keepAlive = new KeepAlive();
    return await keepAlive.during(async () => new PvfHost(await assemble(options), keepAlive));
  }

  private constructor(running: RunningHost, keepAlive: KeepAlive) {
    this.#host = running;
    this.#keepAlive = keepAlive;
    const { keepFailed } = running.options;
    this.#failed = keepFailed && new FailedCandidates(keepFailed, running.logger);
    // Every request listens; Node would warn of a leak above ten.
    setMaxListeners(0, this.#closing.signal);
    const intake = (): Intake => new Intake(running.options.maxPendingPerKind);
    this.#intakes = {
      precheck: intake(),
      'heads-up': intake(),
      dispute: intake(),
      approval: intake(),
      'backing-system': intake(),
      backing: intake(),
    };
    this.#schedulePruning();
  }

  /** The registry with the host's metrics. */
  get metrics(): Registry {
    return this.#host.options.registry;
  }

  /** What happens in this host, for those who look on: no listener can change or disturb anything. */
  get events(): HostEvents {
    return this.#host.news;
  }

  /** Which layers of isolation work here, as probed at start. */
  get security(): SecurityReport {
    return this.#host.security;
  }

  /**
   * Takes a PVF in once for many requests: copied into shared memory and hashed. Bytes of a SharedArrayBuffer are
   * used where they lie and must not change any more.
   * @throws HostError INVALID_REQUEST, HOST_CLOSED
   */
  async importCode(code: Uint8Array): Promise<PvfCode> {
    this.#assertOpen();
    return await this.#keepAlive.during(() => this.#importCode(checkCode(code)));
  }

  /**
   * Checks that a PVF can be prepared within the limits of prechecking. An artifact that is there already is
   * enough; a failure that is known is told again without another try.
   * @throws HostError INVALID_REQUEST, HOST_CLOSED
   */
  async precheck(request: PrecheckRequest): Promise<PrecheckOutcome> {
    this.#assertOpen();
    const pvf = checkPvf(request);
    const { services } = this.#host;
    return await this.#run('precheck', request, (scope) => runPrecheck(services, scope, pvf));
  }

  /**
   * Executes a candidate, after preparing its PVF if need be. With a receipt it is compared with everything that the
   * receipt claims, and the outcome says how to vote. Without one it says only what the PVF made of its input.
   * @throws HostError INVALID_REQUEST, HOST_CLOSED
   */
  async validate(request: ReceiptRequest): Promise<ReceiptOutcome>;
  async validate(request: BareRequest): Promise<BareOutcome>;
  async validate(request: ValidateRequest): Promise<ValidationOutcome>;
  async validate(request: ValidateRequest): Promise<ValidationOutcome> {
    this.#assertOpen();
    const pvf = checkPvf(request);
    const candidate = checkCandidate(request);
    const { services } = this.#host;
    return await this.#run(candidate.kind, request, async (scope) => {
      const outcome = await new Validation(services, scope, pvf, candidate).run();
      this.#failed?.keep(request, outcome);
      return outcome;
    });
  }

  /**
   * Prepares PVFs that will be needed soon and marks those that are prepared as used. Settles once all are queued; of
   * many, most wait until there is room (`maxPendingPerKind`).
   * @throws HostError INVALID_REQUEST, HOST_CLOSED
   */
  async headsUp(pvfs: readonly PvfInput[]): Promise<void> {
    this.#assertOpen();
    const checked = pvfs.map(checkPvf);
    await this.#keepAlive.during(() => this.#headsUp(checked));
  }

  async #headsUp(checked: readonly CheckedPvf[]): Promise<void> {
    const { services } = this.#host;
    const { signal } = this.#closing;
    const intake = this.#intakes['heads-up'];
    for (const pvf of checked) {
      await intake.enter(signal).catch(() => {});
      this.#assertOpen();
      try {
        const code = await this.#importCode(pvf.code);
        const request = artifactRequest(services, pvf, code, { purpose: 'heads-up', priority: 'normal' });
        // Nobody waits for the result: it is remembered, good or bad.
        const task: Promise<unknown> = services.artifacts.acquire(request, signal).catch(() => {});
        task.finally(() => intake.leave());
      } catch (error) {
        intake.leave();
        throw error;
      }
    }
  }

  /**
   * Drops queued backing jobs whose scheduling parent is in no active fork: their outcome is `deadline-passed`. Jobs
   * without a scheduling parent stay.
   * @throws HostError INVALID_REQUEST, HOST_CLOSED
   */
  updateActiveLeaves({ activated, deactivated = [] }: ActiveLeavesUpdate): void {
    this.#assertOpen();
    const hex = (field: string) => (hash: Uint8Array) => toHex(checkHash(field, hash));
    this.#host.execute.queue.handle({
      type: 'update-leaves',
      deactivated: deactivated.map(hex('deactivated')),
      ...(activated === undefined
        ? {}
        : {
            activated: {
              hash: hex('activated.hash')(activated.hash),
              ancestors: (activated.ancestors ?? []).map(hex('activated.ancestors')),
            },
          }),
    });
  }

  /**
   * Forgets that PVFs could not be prepared, so that the next request tries again: for operators who have removed the
   * cause (a full disk, too little memory), without a restart. What makes a PVF abstain for good is in the log, at
   * level error, and in the metric `pvf_final_preparation_failures_total`.
   * @param codeHash of one PVF, hex with or without 0x; default: all PVFs
   * @returns how many failures were forgotten; one PVF may have some, with different executor params
   * @throws HostError INVALID_REQUEST, HOST_CLOSED
   */
  forgetFailures(codeHash?: string): number {
    this.#assertOpen();
    return this.#host.services.artifacts.forgetFailures(
      codeHash === undefined ? undefined : checkHexHash(codeHash),
    );
  }

  /** What the host is and does at this moment; plain data, for people and health checks. */
  status(): HostStatus {
    const { programs, workspace, security, prepare, execute, services } = this.#host;
    const program = (kind: 'prepare' | 'execute') => {
      const { path, version, fullVersion, node } = programs.get(kind);
      return { path, version, fullVersion, node };
    };
    return {
      ...this.#state(),
      cacheDir: workspace.cacheDir,
      workers: { prepare: program('prepare'), execute: program('execute') },
      security,
      lost: programs.get('prepare').lost,
      tried: programs.takeTrial,
      prepare: prepare.queue.counts(),
      execute: execute.queue.counts(),
      artifacts: services.artifacts.counts(),
    };
  }

  /**
   * Removes artifacts, least recently used first, down to `limit` bytes; spares those used within `minStaleMs`.
   * Defaults: the host's options. Also runs every hour.
   * @throws HostError INVALID_REQUEST, HOST_CLOSED
   */
  async prune(options: { limit?: number; minStaleMs?: number } = {}): Promise<PruneReport> {
    this.#assertOpen();
    const { artifactCacheLimit, artifactMinStaleMs } = this.#host.options;
    const { limit = artifactCacheLimit, minStaleMs = artifactMinStaleMs } = options;
    checkPruning({ limit, minStaleMs });
    const { artifacts } = this.#host.services;
    const report = await this.#keepAlive.during(() => artifacts.prune(limit, minStaleMs));
    if (report.removed > 0) this.#host.logger.info(report, 'pruned artifacts');
    return report;
  }

  /**
   * Ends every job, worker and thread; pending requests resolve as `cancelled` with cause `host-closed`. Leaves no
   * process, socket or directory but the cache directory with its artifacts. May be called more than once.
   */
  close(): Promise<void> {
    this.#closed ??= this.#keepAlive.during(() => this.#close());
    return this.#closed;
  }

  /** `await using host = …`: the same as `close()`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #close(): Promise<void> {
    const { prepare, execute, services, workspace, cgroup, news } = this.#host;
    this.#pruneTimer?.cancel();
    this.#closing.abort(new Stopped('host-closed'));
    services.artifacts.cancelAll();
    await Promise.all([...this.#active, prepare.pool.close(), execute.pool.close()]);
    await this.#failed?.flush();
    await services.threads.close();
    await cgroup?.remove();
    await workspace.remove();
    news.end();
  }

  /** For calls that are no requests: they end with the host. */
  async #importCode(code: CodeInput): Promise<PvfCode> {
    const { signal } = this.#closing;
    try {
      return await orAborted(importCode(this.#host.services.threads, code), signal);
    } catch (error) {
      this.#assertOpen();
      throw error;
    }
  }

  async #run<T extends PrecheckOutcome | ValidationOutcome>(
    kind: ExecutionKind | 'precheck',
    control: RequestControl,
    body: (scope: RequestScope) => Promise<T>,
  ): Promise<T> {
    checkControl(control);
    const { services, options, id, news } = this.#host;
    const request = kind === 'precheck' ? 'precheck' : 'validate';
    services.metrics.requested(request);
    const scope = new RequestScope(
      `${id}-${this.#nextRequest++}`,
      control,
      options.clock,
      services.logger,
      this.#closing.signal,
    );
    const task = this.#keepAlive.during(() => this.#admitted(kind, scope, body));
    this.#active.add(task);
    try {
      const outcome = await task;
      services.metrics.concluded(request, outcome);
      news.tell('outcome', () => ({ request: kind, outcome: told(outcome) }));
      scope.logger.info({ for: kind, ...summary(outcome) }, 'request concluded');
      return outcome;
    } finally {
      this.#active.delete(task);
      scope.dispose();
    }
  }

  /** The body runs even if the request is stopped while it waits: it makes the outcome then. */
  async #admitted<T>(
    kind: ExecutionKind | 'precheck',
    scope: RequestScope,
    body: (scope: RequestScope) => Promise<T>,
  ): Promise<T> {
    const intake = this.#intakes[kind];
    if (intake.isFull) scope.progress({ type: 'waiting' });
    const admitted = await intake.enter(scope.signal).then(
      () => true,
      () => false,
    );
    try {
      return await body(scope);
    } finally {
      if (admitted) intake.leave();
    }
  }

  #state(): Pick<HostStatus, 'state' | 'reason'> {
    const reason = this.#host.programs.stopReason;
    if (this.#closing.signal.aborted) return { state: 'closed' };
    return reason === undefined ? { state: 'running' } : { state: 'stopped', reason };
  }

  #schedulePruning(): void {
    this.#pruneTimer = this.#host.options.clock.after(PRUNE_EVERY_MS, () => {
      this.prune().catch((error: unknown) =>
        this.#host.logger.warn({ error: String(error) }, 'pruning failed'),
      );
      this.#schedulePruning();
    });
  }

  #assertOpen(): void {
    if (this.#closing.signal.aborted) {
      throw new HostError('HOST_CLOSED', {}, 'the host is closed; start another one');
    }
  }
}

/** What the log says of an outcome: nothing that a candidate could have written. */
function summary(outcome: PrecheckOutcome | ValidationOutcome): object {
  const { codeHash, kind, vote, totalMs } = outcome;
  const cause = 'cause' in outcome ? outcome.cause : 'rule' in outcome ? outcome.rule : undefined;
  const { attempts, candidateHash } =
    'attempts' in outcome ? outcome : { attempts: undefined, candidateHash: undefined };
  return { codeHash, candidateHash, outcome: kind, cause, vote, attempts, totalMs };
}
