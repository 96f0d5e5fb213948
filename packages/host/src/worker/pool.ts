import type { Logger } from 'pino';
import type { Clock, ClockTimer } from '../clock.ts';
import type { WorkerKind } from '../errors.ts';
import type { WorkerEndedEvent, WorkerEndReason } from '../host-events.ts';
import type { FromPool, ToPool } from './messages.ts';
import type { WorkerProcess } from './process.ts';

/** Pause before another attempt to start a worker: the reference's. */
const SPAWN_RETRY_MS = 3_000;

/** Failed attempts before those who wait for the worker are told. About 30 s with a program that hangs at start. */
const SPAWN_ATTEMPTS = 5;

/** How a job ended. `not-taken`: the worker ended, or took no request, before the job began. */
export type WorkResult<Answer> =
  | { type: 'done'; answer: Answer; reusable: boolean }
  | { type: 'not-taken'; message: string };

export type PoolOptions<Spec, Work, Answer> = {
  kind: WorkerKind;
  clock: Clock;
  logger: Logger;
  /** A worker without work for that long is ended. Infinity keeps it. */
  idleMs: number;
  maxJobs: number;
  /** Undefined while the program on disk is the one that was checked; else what happened. */
  replaced: () => Promise<string | undefined>;
  spawn: (spec: Spec, signal: AbortSignal, onGone: () => void) => Promise<WorkerProcess>;
  /** Drives one job. `onStarted` once the worker has the whole request. If it rejects, the job was not begun. */
  work: (process: WorkerProcess, work: Work, onStarted: () => void) => Promise<WorkResult<Answer>>;
  /** Told of an answer that nobody waits for any more, because the worker was killed meanwhile. */
  abandoned?: (answer: Answer) => Promise<void>;
  /** Never called from inside `handle`. */
  toQueue: (message: FromPool<Answer>) => void;
  observe: (event: 'spawning' | 'spawned' | 'retired') => void;
  /** Told of each worker that had started. */
  ended?: (worker: Omit<WorkerEndedEvent, 'type' | 'worker'>) => void;
};

type State =
  | { type: 'spawning'; abort: AbortController }
  | { type: 'idle'; process: WorkerProcess; jobs: number; timer: ClockTimer | undefined }
  | { type: 'busy'; process: WorkerProcess; jobs: number };

/** Owns the worker processes of one kind and does what the queue says. See `ToPool` and `FromPool`. */
export class WorkerPool<Spec, Work, Answer> {
  readonly #options: PoolOptions<Spec, Work, Answer>;
  readonly #workers = new Map<number, State>();
  /** Processes that are being ended; `close` waits for them. */
  readonly #ending = new Set<Promise<unknown>>();

  constructor(options: PoolOptions<Spec, Work, Answer>) {
    this.#options = options;
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
    const { observe, logger, kind, toQueue } = this.#options;
    for (let attempt = 1; ; attempt += 1) {
      await this.#nextTurn();
      const replaced = await this.#options.replaced();
      if (signal.aborted) return;
      if (replaced !== undefined) {
        this.#workers.delete(worker);
        return toQueue({ type: 'spawn-failed', worker, reason: { type: 'replaced', message: replaced } });
      }
      observe('spawning');
      try {
        const process = await this.#options.spawn(spec, signal, () => this.#gone(worker));
        if (signal.aborted) return void (await process.dispose());
        observe('spawned');
        logger.debug({ kind, workerPid: process.pid }, 'worker started');
        this.#setIdle(worker, process, 0);
        return toQueue({ type: 'spawned', worker, pid: process.pid });
      } catch (error) {
        if (signal.aborted) return;
        const message = error instanceof Error ? error.message : String(error);
        logger.warn({ kind, attempt, reason: message }, 'worker did not start');
        if (attempt === SPAWN_ATTEMPTS) {
          this.#workers.delete(worker);
          return toQueue({ type: 'spawn-failed', worker, reason: { type: 'not-started', message } });
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
      if (isCurrent()) this.#options.toQueue({ type: 'started', worker, pid: process.pid });
    };
    const result = await this.#options
      .work(process, work, onStarted)
      .catch((error: unknown): WorkResult<Answer> => {
        // A place that is not given back would be lost until the host ends.
        this.#options.logger.error({ kind: this.#options.kind, error: String(error) }, 'a job was not begun');
        return { type: 'not-taken', message: String(error) };
      });
    if (!isCurrent()) {
      if (result.type === 'done') await this.#options.abandoned?.(result.answer);
      return;
    }
    if (result.type === 'not-taken') {
      this.#end(worker, 'left-its-request', result.message);
      this.#options.toQueue({ type: 'not-taken', worker, message: result.message });
      this.#options.toQueue({ type: 'rip', worker });
      return;
    }
    const sound = result.reusable && !process.connection.isBroken;
    const reusable = sound && busy.jobs < this.#options.maxJobs;
    if (reusable) this.#setIdle(worker, process, busy.jobs);
    else if (sound) this.#end(worker, 'served-its-jobs', 'served its number of jobs');
    else this.#end(worker, 'not-reusable', 'must not be used again');
    this.#options.toQueue({ type: 'concluded', worker, answer: result.answer, reusable });
  }

  /** The process is gone. While it is busy, its job's driver finds out through the connection and says what to do. */
  #gone(worker: number): void {
    const state = this.#workers.get(worker);
    if (state?.type === 'busy') state.process.connection.destroy();
    if (state?.type !== 'idle') return;
    this.#end(worker, 'ended-by-itself', 'ended by itself');
    this.#options.toQueue({ type: 'rip', worker });
  }

  #setIdle(worker: number, process: WorkerProcess, jobs: number): void {
    const { clock, idleMs, toQueue } = this.#options;
    const retire = (): void => {
      this.#end(worker, 'idle', 'idle');
      toQueue({ type: 'rip', worker });
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
    const { observe, ended, logger, kind } = this.#options;
    const { pid } = state.process;
    observe('retired');
    ended?.({ pid, reason, message, jobs: state.jobs });
    logger.debug({ kind, workerPid: pid, reason: message }, 'worker ended');
    this.#track(state.process.dispose());
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
