import {
  type FromPool,
  type PoolListener,
  type Starts,
  startsUsedUp,
  type WorkerPool,
} from '../worker/index.ts';
import type { FromPrepareQueue, PrepareListener, PreparePriority, ToPrepareQueue } from './messages.ts';

type Job<Work> = Starts & {
  id: string;
  priority: PreparePriority;
  work: Work;
};

type WorkerState<Work> = { type: 'spawning' } | { type: 'idle' } | { type: 'busy'; job: Job<Work> };

interface Options<Work, Answer> {
  /** Workers for work of normal priority. */
  soft: number;
  /** Workers in all, when critical work waits. */
  hard: number;
  pool: Pick<WorkerPool<undefined, Work, Answer>, 'handle'>;
}

/**
 * Which PVF is prepared next, and by how many workers at once. Critical jobs come first and may grow the pool up to
 * its hard limit; above the soft limit a worker ends as soon as no critical job needs it.
 */
export class PrepareQueue<Work, Answer> implements PoolListener<Answer> {
  readonly #options: Options<Work, Answer>;
  readonly #pending: Record<PreparePriority, Job<Work>[]> = { critical: [], normal: [] };
  readonly #workers = new Map<number, WorkerState<Work>>();
  #listener: PrepareListener<Answer> | undefined;
  #nextWorker = 1;

  constructor(options: Options<Work, Answer>) {
    this.#options = options;
  }

  /** Who hears of jobs from now on. */
  reportTo(listener: PrepareListener<Answer>): void {
    this.#listener = listener;
  }

  handle(message: ToPrepareQueue<Work>): void {
    switch (message.type) {
      case 'enqueue': {
        const { job: id, priority, work } = message;
        this.#pending[priority].push({ id, priority, work, starts: 0 });
        break;
      }
      case 'raise':
        this.#raise(message.job);
        break;
      case 'cancel':
        this.#cancel(message.job);
        break;
      default:
        message satisfies never;
    }
    this.#schedule();
  }

  /** Messages about a worker that the queue has killed meanwhile are ignored. */
  handlePool(message: FromPool<Answer>): void {
    const state = this.#workers.get(message.worker);
    if (state === undefined) return;
    switch (message.type) {
      case 'spawned':
        this.#workers.set(message.worker, { type: 'idle' });
        break;
      case 'spawn-failed':
        this.#workers.delete(message.worker);
        this.#failWaiting(message.reason);
        break;
      case 'started':
        if (state.type === 'busy') {
          this.#tell({ type: 'started', job: state.job.id, pid: message.pid });
        }
        break;
      case 'concluded':
        if (message.reusable) this.#workers.set(message.worker, { type: 'idle' });
        else this.#workers.delete(message.worker);
        if (state.type === 'busy') {
          this.#tell({ type: 'concluded', job: state.job.id, answer: message.answer });
        }
        break;
      case 'not-taken':
        if (state.type === 'busy') state.job.obstacle = message.message;
        return;
      case 'rip':
        this.#workers.delete(message.worker);
        if (state.type === 'busy') this.#restart(state.job);
        break;
      default:
        message satisfies never;
    }
    this.#schedule();
  }

  counts(): { queued: number; running: number; workers: number } {
    const running = this.#count('busy');
    const queued = this.#pending.critical.length + this.#pending.normal.length;
    return { queued, running, workers: this.#workers.size };
  }

  #schedule(): void {
    for (const [worker, state] of this.#workers) {
      if (state.type !== 'idle') continue;
      const aboveSoft = this.#workers.size > this.#options.soft;
      const job = this.#pending.critical.shift() ?? (aboveSoft ? undefined : this.#pending.normal.shift());
      if (job !== undefined) this.#assign(worker, job);
      else if (aboveSoft) this.#kill(worker);
    }
    let spawning = this.#count('spawning');
    const critical = this.#pending.critical.length;
    const waiting = critical + this.#pending.normal.length;
    while (
      (spawning < waiting && this.#workers.size < this.#options.soft) ||
      (spawning < critical && this.#workers.size < this.#options.hard)
    ) {
      this.#spawn();
      spawning += 1;
    }
  }

  #spawn(): void {
    const worker = this.#nextWorker++;
    this.#workers.set(worker, { type: 'spawning' });
    this.#options.pool.handle({ type: 'spawn', worker, spec: undefined });
  }

  #assign(worker: number, job: Job<Work>): void {
    job.starts += 1;
    this.#workers.set(worker, { type: 'busy', job });
    this.#options.pool.handle({ type: 'start-work', worker, work: job.work });
  }

  #kill(worker: number): void {
    this.#workers.delete(worker);
    this.#options.pool.handle({ type: 'kill', worker });
  }

  #restart(job: Job<Work>): void {
    const reason = startsUsedUp(job);
    if (reason === undefined) this.#pending[job.priority].unshift(job);
    else this.#tell({ type: 'failed', job: job.id, reason });
  }

  /** A worker was wanted for whatever comes next; while others run, the jobs wait for those. */
  #failWaiting(reason: (FromPool<Answer> & { type: 'spawn-failed' })['reason']): void {
    if (this.#workers.size > 0 && reason.type !== 'replaced') return;
    const jobs = [...this.#pending.critical, ...this.#pending.normal];
    this.#pending.critical = [];
    this.#pending.normal = [];
    for (const job of jobs) this.#tell({ type: 'failed', job: job.id, reason });
  }

  #raise(id: string): void {
    const index = this.#pending.normal.findIndex((job) => job.id === id);
    const [job] = index < 0 ? [] : this.#pending.normal.splice(index, 1);
    if (job !== undefined) this.#pending.critical.push({ ...job, priority: 'critical' });
  }

  #cancel(id: string): void {
    for (const priority of ['critical', 'normal'] as const) {
      this.#pending[priority] = this.#pending[priority].filter((job) => job.id !== id);
    }
    for (const [worker, state] of this.#workers) {
      if (state.type === 'busy' && state.job.id === id) this.#kill(worker);
    }
  }

  #tell(message: FromPrepareQueue<Answer>): void {
    this.#listener?.handlePreparation(message);
  }

  #count(type: WorkerState<Work>['type']): number {
    let count = 0;
    for (const state of this.#workers.values()) if (state.type === type) count += 1;
    return count;
  }
}
