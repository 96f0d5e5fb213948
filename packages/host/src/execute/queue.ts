import type { Clock, ClockTimer } from '../clock.ts';
import { isBacking, KINDS } from '../kinds.ts';
import type { ExecutionKind } from '../types.ts';
import {
  type FromPool,
  type PoolListener,
  type Starts,
  startsUsedUp,
  type WorkerPool,
} from '../worker/index.ts';
import { ActiveForks } from './active-forks.ts';
import { Affinity } from './affinity.ts';
import type { ExecuteJob, ExecuteListener, FromExecuteQueue, ToExecuteQueue } from './messages.ts';
import { Shares } from './shares.ts';

/**
 * How long a job waits for a worker with its executor params before another worker is ended for it. More than the
 * usual execution, less than a relay-chain block (the reference's MAX_KEEP_WAITING).
 */
const MAX_WAIT_FOR_PARAMS_MS = 4_000;

type Pending<Spec, Work> = ExecuteJob<Spec, Work> & Starts & { since: number };

type WorkerState<Spec, Work> =
  /** Started for one job, so that no other job's params can outdate it meanwhile. */
  | { type: 'spawning'; paramsHash: string; job: Pending<Spec, Work> | undefined }
  | { type: 'idle'; paramsHash: string }
  | { type: 'busy'; paramsHash: string; job: Pending<Spec, Work>; startedAt: number };

interface Options<Spec, Work, Answer> {
  capacity: number;
  clock: Clock;
  pool: Pick<WorkerPool<Spec, Work, Answer>, 'handle'>;
  /** Memory of each worker for artifacts that it has loaded ahead, in bytes; 0 (the default) if workers do not. */
  templateBytes?: number;
}

/**
 * Which job runs next, and on which worker. Jobs of one kind are served in order, except that a worker that has
 * just finished prefers, for four seconds, a job with its own executor params.
 */
export class ExecuteQueue<Spec, Work, Answer> implements PoolListener<Answer> {
  readonly #options: Options<Spec, Work, Answer>;
  readonly #pending: Record<ExecutionKind, Pending<Spec, Work>[]> = {
    dispute: [],
    approval: [],
    'backing-system': [],
    backing: [],
  };
  readonly #workers = new Map<number, WorkerState<Spec, Work>>();
  readonly #shares = new Shares();
  readonly #forks = new ActiveForks();
  readonly #affinity: Affinity;
  /** The job that waits for a worker which has its artifact loaded. */
  #waiting: { job: number; since: number; timer: ClockTimer } | undefined;
  #listener: ExecuteListener<Answer> | undefined;
  #nextWorker = 1;

  constructor(options: Options<Spec, Work, Answer>) {
    this.#options = options;
    this.#affinity = new Affinity(options.templateBytes ?? 0);
  }

  /** Who hears of jobs from now on. */
  reportTo(listener: ExecuteListener<Answer>): void {
    this.#listener = listener;
  }

  handle(message: ToExecuteQueue<Spec, Work>): void {
    switch (message.type) {
      case 'enqueue':
        this.#enqueue(message.job);
        break;
      case 'cancel':
        this.#cancel(message.job);
        break;
      case 'update-leaves':
        this.#forks.update(message);
        this.#dropInactive();
        break;
      default:
        message satisfies never;
    }
    this.#schedule(undefined);
  }

  /** Messages about a worker that the queue has killed meanwhile are ignored. */
  handlePool(message: FromPool<Answer>): void {
    const state = this.#workers.get(message.worker);
    if (state === undefined) return;
    switch (message.type) {
      case 'spawned':
        this.#workers.set(message.worker, { type: 'idle', paramsHash: state.paramsHash });
        if (state.type === 'spawning' && state.job !== undefined) this.#assign(message.worker, state.job);
        break;
      case 'spawn-failed':
        this.#workers.delete(message.worker);
        if (state.type === 'spawning' && state.job !== undefined) {
          this.#tell({ type: 'failed', job: state.job.id, reason: message.reason });
        }
        break;
      case 'started':
        if (state.type === 'busy') {
          const queuedMs = state.startedAt - state.job.since;
          this.#tell({ type: 'started', job: state.job.id, pid: message.pid, queuedMs });
        }
        break;
      case 'concluded':
        this.#affinity.finished(message.worker, this.#options.clock.now());
        if (message.reusable)
          this.#workers.set(message.worker, { type: 'idle', paramsHash: state.paramsHash });
        else this.#forget(message.worker);
        if (state.type === 'busy') {
          this.#tell({ type: 'concluded', job: state.job.id, answer: message.answer });
        }
        break;
      case 'not-taken':
        if (state.type === 'busy') state.job.obstacle = message.message;
        return;
      case 'rip':
        this.#forget(message.worker);
        if (state.type === 'busy') this.#restart(state.job);
        break;
      default:
        message satisfies never;
    }
    this.#schedule(message.worker);
  }

  counts(): { queued: Record<ExecutionKind, number>; running: number; workers: number; templates: number } {
    const queued = { dispute: 0, approval: 0, 'backing-system': 0, backing: 0 };
    for (const kind of KINDS) queued[kind] = this.#pending[kind].length;
    let running = 0;
    for (const state of this.#workers.values()) if (state.type === 'busy') running += 1;
    return { queued, running, workers: this.#workers.size, templates: this.#affinity.templates };
  }

  /** One pass may start several jobs: a worker's death frees a place for which no other event comes. */
  #schedule(finished: number | undefined): void {
    for (;;) {
      const kind = this.#shares.next((each) => this.#pending[each].length > 0);
      if (kind === undefined || !this.#scheduleOne(this.#pending[kind], finished)) return;
      this.#shares.scheduled(kind);
    }
  }

  #scheduleOne(queue: Pending<Spec, Work>[], finished: number | undefined): boolean {
    const eldest = queue[0];
    if (eldest === undefined) return false;

    const compatible = this.#findCompatible(eldest);
    if (compatible === 'wait') return false;
    if (compatible !== undefined) {
      queue.shift();
      this.#assign(compatible, eldest);
      return true;
    }
    if (this.#options.clock.now() - eldest.since < MAX_WAIT_FOR_PARAMS_MS && finished !== undefined) {
      const state = this.#workers.get(finished);
      const index = state?.type === 'idle' ? queue.findIndex((j) => j.paramsHash === state.paramsHash) : -1;
      const [job] = index < 0 ? [] : queue.splice(index, 1);
      if (job !== undefined) {
        this.#assign(finished, job);
        return true;
      }
    }
    if (this.#workers.size >= this.#options.capacity) {
      const other = this.#findIdle(() => true);
      if (other === undefined) return false;
      this.#kill(other);
    }
    queue.shift();
    this.#spawn(eldest);
    return true;
  }

  #enqueue(job: ExecuteJob<Spec, Work>): void {
    const { id, kind, schedulingParent } = job;
    // It may have waited for its artifact, or to be let in, for longer than its parent mattered.
    const late = schedulingParent !== undefined && this.#forks.hasLeft(schedulingParent);
    if (late && isBacking(kind)) {
      this.#tell({ type: 'dropped', job: id });
      return;
    }
    this.#pending[kind].push({ ...job, since: this.#options.clock.now(), starts: 0 });
  }

  #spawn(job: Pending<Spec, Work>): void {
    const worker = this.#nextWorker++;
    this.#workers.set(worker, { type: 'spawning', paramsHash: job.paramsHash, job });
    this.#options.pool.handle({ type: 'spawn', worker, spec: job.spec });
  }

  #assign(worker: number, job: Pending<Spec, Work>): void {
    job.starts += 1;
    const startedAt = this.#options.clock.now();
    this.#workers.set(worker, { type: 'busy', paramsHash: job.paramsHash, job, startedAt });
    this.#affinity.started(worker, job.loadable, startedAt);
    this.#options.pool.handle({ type: 'start-work', worker, work: job.work });
  }

  #restart(job: Pending<Spec, Work>): void {
    const reason = startsUsedUp(job);
    if (reason === undefined) this.#pending[job.kind].unshift(job);
    else this.#tell({ type: 'failed', job: job.id, reason });
  }

  #cancel(id: number): void {
    for (const kind of KINDS) {
      const index = this.#pending[kind].findIndex((job) => job.id === id);
      if (index >= 0) {
        this.#pending[kind].splice(index, 1);
        return;
      }
    }
    for (const [worker, state] of this.#workers) {
      if (state.type === 'idle' || state.job?.id !== id) continue;
      if (state.type === 'busy') this.#kill(worker);
      else state.job = undefined;
      return;
    }
  }

  #forget(worker: number): void {
    this.#workers.delete(worker);
    this.#affinity.gone(worker);
  }

  #kill(worker: number): void {
    this.#forget(worker);
    this.#options.pool.handle({ type: 'kill', worker });
  }

  #tell(message: FromExecuteQueue<Answer>): void {
    this.#listener?.handleExecution(message);
  }

  #dropInactive(): void {
    for (const kind of ['backing-system', 'backing'] as const) {
      const [kept, dropped] = partition(
        this.#pending[kind],
        (job) => job.schedulingParent === undefined || this.#forks.contains(job.schedulingParent),
      );
      this.#pending[kind] = kept;
      for (const job of dropped) this.#tell({ type: 'dropped', job: job.id });
    }
  }

  /**
   * An idle worker with the job's executor params, the one that has its artifact loaded if there is one. `wait`: such a
   * one is about to be free. Nothing overtakes the job meanwhile.
   */
  #findCompatible(job: Pending<Spec, Work>): number | 'wait' | undefined {
    const idle: number[] = [];
    const busy: number[] = [];
    for (const [worker, { type, paramsHash }] of this.#workers) {
      if (paramsHash !== job.paramsHash) continue;
      if (type === 'idle') idle.push(worker);
      if (type === 'busy') busy.push(worker);
    }
    if (idle.length === 0) return undefined;
    const { clock } = this.#options;
    const now = clock.now();
    const waited = this.#waiting?.job === job.id ? now - this.#waiting.since : 0;
    const chosen = this.#affinity.choose(job.loadable, idle, busy, waited, now);
    if (chosen.type === 'wait') {
      if (this.#waiting?.job !== job.id) {
        this.#waiting?.timer.cancel();
        const timer = clock.after(Math.ceil(chosen.ms), () => this.#schedule(undefined));
        this.#waiting = { job: job.id, since: now, timer };
      }
      return 'wait';
    }
    if (this.#waiting?.job === job.id) {
      this.#waiting.timer.cancel();
      this.#waiting = undefined;
    }
    return chosen.worker;
  }

  #findIdle(accept: (state: { paramsHash: string }) => boolean): number | undefined {
    for (const [worker, state] of this.#workers) if (state.type === 'idle' && accept(state)) return worker;
    return undefined;
  }
}

function partition<T>(items: T[], keep: (item: T) => boolean): [T[], T[]] {
  const kept: T[] = [];
  const rest: T[] = [];
  for (const item of items) (keep(item) ? kept : rest).push(item);
  return [kept, rest];
}
