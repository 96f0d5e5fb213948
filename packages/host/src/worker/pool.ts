import type { Logger } from 'pino';
import type { Clock, ClockTimer } from '../clock.ts';
import type { WorkerKind } from '../errors.ts';
import type { HostNews, WorkerEndReason } from '../host-events.ts';
import type { Metrics } from '../metrics/index.ts';
import type { Driver, WorkResult } from './driver.ts';
import type { FromPool, PoolListener, ToPool } from './messages.ts';
import type { WorkerProcess } from './process.ts';
import type { Programs } from './programs.ts';

/** Pause before another attempt to start a worker: the reference's. */
const SPAWN_RETRY_MS = 3_000;

/** Failed attempts before those who wait for the worker are told. About 30 s with a program that hangs at start. */
const SPAWN_ATTEMPTS = 5;

export interface PoolOptions<Spec, Work, Answer> {
  kind: WorkerKind;
  clock: Clock;
  logger: Logger;
  /** A worker without work for that long is ended. Infinity keeps it. */
  idleMs: number;
  maxJobs: number;
  programs: Pick<Programs, 'replaced'>;
  driver: Driver<Spec, Work, Answer>;
  metrics: Pick<Metrics, 'worker'>;
  news: Pick<HostNews, 'tell'>;
}

type State =
  | { type: 'spawning'; abort: AbortController }
  | { type: 'idle'; process: WorkerProcess; jobs: number; timer: ClockTimer | undefined }
  | { type: 'busy'; process: WorkerProcess; jobs: number };

/**
 * Owns the worker processes of one kind, does what its queue says (`ToPool`) and reports to it (`FromPool`), never from
 * inside `handle`.
 */
export class WorkerPool<Spec, Work, Answer> {
  readonly #options: PoolOptions<Spec, Work, Answer>;
  readonly #workers = new Map<number, State>();
  /** Processes that are being ended; `close` waits for them. */
  readonly #ending = new Set<Promise<unknown>>();
  #queue: PoolListener<Answer> | undefined;

  constructor(options: PoolOptions<Spec, Work, Answer>) {
    this.#options = options;
  }

  /** Before the first message: queue and pool know each other. */
  reportTo(queue: PoolListener<Answer>): void {
    this.#queue = queue;
  }

  handle(message: ToPool<Spec, Work>): void {
    switch (message.type) {
      case 'spawn': {
        const abort = new AbortController();
        this.#workers.set(message.worker, { type: 'spawning', abort });
        this.#track(this.#spawn(message.worker, message.spec, abort.signal));
        return;
      }
      case 'start-work':
        this.#track(this.#work(message.worker, message.work));
        return;
      case 'kill':
        this.#end(message.worker, 'killed', 'killed with its job, or to make room for another worker');
        return;
      default:
        message satisfies never;
    }
  }

  pids(): number[] {
    return [...this.#workers.values()].flatMap((state) =>
      state.type === 'spawning' ? [] : [state.process.pid],
    );
  }

  /** Ends all workers and waits until every process that was ever started is reaped. */
  async close(): Promise<void> {
    for (const worker of [...this.#workers.keys()]) this.#end(worker, 'host-closed', 'host closed');
    while (this.#ending.size > 0) await Promise.all(this.#ending);
  }

  async #spawn(worker: number, spec: Spec, signal: AbortSignal): Promise<void> {
    const { metrics, programs, driver, logger, kind } = this.#options;
    for (let attempt = 1; ; attempt += 1) {
      await this.#nextTurn();
      const replaced = await programs.replaced(kind);
      if (signal.aborted) return;
      if (replaced !== undefined) {
        this.#workers.delete(worker);
        this.#tell({ type: 'spawn-failed', worker, reason: { type: 'replaced', message: replaced } });
        return;
      }
      metrics.worker(kind, 'spawning');
      try {
        const process = await driver.spawn(spec, signal, () => this.#gone(worker));
        if (signal.aborted) return void (await process.dispose());
        metrics.worker(kind, 'spawned');
        logger.debug({ kind, workerPid: process.pid }, 'worker started');
        this.#setIdle(worker, process, 0);
        this.#tell({ type: 'spawned', worker, pid: process.pid });
        return;
      } catch (error) {
        if (signal.aborted) return;
        const message = error instanceof Error ? error.message : String(error);
        logger.warn({ kind, attempt, reason: message }, 'worker did not start');
        if (attempt === SPAWN_ATTEMPTS) {
          this.#workers.delete(worker);
          this.#tell({ type: 'spawn-failed', worker, reason: { type: 'not-started', message } });
          return;
        }
        await this.#pause(SPAWN_RETRY_MS, signal);
      }
    }
  }

  async #work(worker: number, work: Work): Promise<void> {
    const state = this.#workers.get(worker);
    if (state?.type !== 'idle') return;
    const { process } = state;
    state.timer?.cancel();
    const busy: State = { type: 'busy', process, jobs: state.jobs + 1 };
    this.#workers.set(worker, busy);
    await this.#nextTurn();
    const isCurrent = (): boolean => this.#workers.get(worker) === busy;
    const onStarted = (): void => {
      if (isCurrent()) this.#tell({ type: 'started', worker, pid: process.pid });
    };
    const { driver, kind, logger } = this.#options;
    const result = await driver.run(process, work, onStarted).catch((error: unknown): WorkResult<Answer> => {
      // A place that is not given back would be lost until the host ends.
      logger.error({ kind, error: String(error) }, 'a job was not begun');
      return { type: 'not-taken', message: String(error) };
    });
    if (!isCurrent()) {
      if (result.type === 'done') await driver.abandon(result.answer);
      return;
    }
    if (result.type === 'not-taken') {
      this.#end(worker, 'left-its-request', result.message);
      this.#tell({ type: 'not-taken', worker, message: result.message });
      this.#tell({ type: 'rip', worker });
      return;
    }
    const sound = result.reusable && !process.connection.isBroken;
    const reusable = sound && busy.jobs < this.#options.maxJobs;
    if (reusable) this.#setIdle(worker, process, busy.jobs);
    else if (sound) this.#end(worker, 'served-its-jobs', 'served its number of jobs');
    else this.#end(worker, 'not-reusable', 'must not be used again');
    this.#tell({ type: 'concluded', worker, answer: result.answer, reusable });
  }

  /** The process is gone. While it is busy, its job's driver finds out through the connection and says what to do. */
  #gone(worker: number): void {
    const state = this.#workers.get(worker);
    if (state?.type === 'busy') state.process.connection.destroy();
    if (state?.type !== 'idle') return;
    this.#end(worker, 'ended-by-itself', 'ended by itself');
    this.#tell({ type: 'rip', worker });
  }

  #setIdle(worker: number, process: WorkerProcess, jobs: number): void {
    const { clock, idleMs } = this.#options;
    const retire = (): void => {
      this.#end(worker, 'idle', 'idle');
      this.#tell({ type: 'rip', worker });
    };
    const timer = Number.isFinite(idleMs) ? clock.after(idleMs, retire) : undefined;
    this.#workers.set(worker, { type: 'idle', process, jobs, timer });
  }

  #end(worker: number, reason: WorkerEndReason, message: string): void {
    const state = this.#workers.get(worker);
    this.#workers.delete(worker);
    if (state === undefined) return;
    if (state.type === 'spawning') {
      state.abort.abort(new Error(message));
      return;
    }
    if (state.type === 'idle') state.timer?.cancel();
    const { kind, logger, metrics, news } = this.#options;
    const { pid } = state.process;
    metrics.worker(kind, 'retired');
    news.tell('worker-ended', () => ({ worker: kind, pid, reason, message, jobs: state.jobs }));
    logger.debug({ kind, workerPid: pid, reason: message }, 'worker ended');
    this.#track(state.process.dispose());
  }

  #tell(message: FromPool<Answer>): void {
    this.#queue?.handlePool(message);
  }

  #track(task: Promise<unknown>): void {
    const tracked = task.finally(() => this.#ending.delete(tracked));
    this.#ending.add(tracked);
  }

  #nextTurn(): Promise<void> {
    return Promise.resolve();
  }

  #pause(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const timer = this.#options.clock.after(ms, resolve);
      signal.addEventListener('abort', () => {
        timer.cancel();
        resolve();
      });
    });
  }
}
