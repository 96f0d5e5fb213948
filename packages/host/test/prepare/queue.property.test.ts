import fc from 'fast-check';
import { it } from 'vitest';
import { PROPERTY } from '../../../test-kit/setup/property.ts';
import type { FromPrepareQueue, PreparePriority } from '../../src/prepare/messages.ts';
import { PrepareQueue } from '../../src/prepare/queue.ts';
import type { FromPool, ToPool } from '../../src/worker/messages.ts';

const step = fc.oneof(
  { weight: 5, arbitrary: fc.record({ type: fc.constant('enqueue' as const), critical: fc.boolean() }) },
  {
    weight: 8,
    arbitrary: fc.record({ type: fc.constant('pool' as const), which: fc.nat(), how: fc.nat(9) }),
  },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('cancel' as const), which: fc.nat() }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('raise' as const), which: fc.nat() }) },
);

class World {
  readonly soft: number;
  readonly hard: number;
  readonly workers = new Map<number, 'spawning' | 'idle' | string>();
  readonly jobs = new Map<string, { priority: PreparePriority; over: boolean }>();
  readonly queue: PrepareQueue<string, string>;
  #used = 0;

  constructor(soft: number, hard: number) {
    this.soft = soft;
    this.hard = hard;
    this.queue = new PrepareQueue<string, string>({
      soft,
      hard,
      pool: { handle: (message) => this.#toPool(message) },
    });
    this.queue.reportTo({ handlePreparation: (message) => this.#told(message) });
  }

  enqueue(priority: PreparePriority): void {
    const job = `job ${this.jobs.size + 1}`;
    this.jobs.set(job, { priority, over: false });
    this.queue.handle({ type: 'enqueue', job, priority, work: job });
  }

  ask(type: 'cancel' | 'raise', which: number): void {
    const open = this.open();
    const job = open[which % (open.length || 1)];
    if (job === undefined) return;
    const known = this.jobs.get(job);
    if (known !== undefined) {
      if (type === 'cancel') known.over = true;
      else if (!this.#runs(job)) known.priority = 'critical';
    }
    this.queue.handle({ type, job });
  }

  pool(which: number, how: number): void {
    const all = [...this.workers];
    const [worker, state] = all[which % (all.length || 1)] ?? [];
    if (worker === undefined || state === undefined) return;
    // The idle seldom end.
    if (state === 'idle' && how > 0) return;
    this.queue.handlePool(this.#event(worker, state, how));
  }

  #event(worker: number, state: string, how: number): FromPool<string> {
    if (state === 'spawning') {
      if (how > 1) {
        this.workers.set(worker, 'idle');
        return { type: 'spawned', worker, pid: worker };
      }
      this.workers.delete(worker);
      return { type: 'spawn-failed', worker, reason: { type: 'not-started', message: 'no' } };
    }
    if (how === 0) {
      this.workers.delete(worker);
      return { type: 'rip', worker };
    }
    if (how < 4) return { type: 'started', worker, pid: worker };
    const reusable = how < 8;
    if (reusable) this.workers.set(worker, 'idle');
    else this.workers.delete(worker);
    return { type: 'concluded', worker, answer: state, reusable };
  }

  open(): string[] {
    return [...this.jobs].flatMap(([job, { over }]) => (over ? [] : [job]));
  }

  check(): void {
    const { queued, running, workers } = this.queue.counts();
    const states = [...this.workers.values()];
    const waiting = this.open().filter((job) => !this.#runs(job));
    const critical = waiting.filter((job) => this.jobs.get(job)?.priority === 'critical').length;
    const spawning = states.filter((state) => state === 'spawning').length;
    must(
      workers === states.length &&
        running === states.length - spawning - states.filter((s) => s === 'idle').length,
      'counts what it has',
    );
    must(queued === waiting.length, 'forgets nothing and keeps nothing');
    must(workers <= this.hard, 'keeps to its hard limit');
    must(workers <= this.soft || !states.includes('idle'), 'keeps no idle worker above its soft limit');
    must(waiting.length === 0 || !states.includes('idle'), 'lets nobody wait beside an idle worker');
    must(waiting.length === 0 || workers >= this.soft || spawning >= waiting.length, 'uses its soft limit');
    must(workers >= this.hard || spawning >= critical, 'uses its hard limit for critical work');
  }

  #runs(job: string): boolean {
    return [...this.workers.values()].includes(job);
  }

  #toPool(message: ToPool<undefined, string>): void {
    const { worker } = message;
    const state = this.workers.get(worker);
    if (message.type === 'spawn') {
      must(worker > this.#used, 'uses no worker id twice');
      this.#used = worker;
      this.workers.set(worker, 'spawning');
    } else if (message.type === 'kill') {
      must(state === 'idle' || this.jobs.get(state ?? '')?.over === true, 'kills no worker under a job');
      this.workers.delete(worker);
    } else {
      must(state === 'idle', 'gives work to idle workers only');
      const job = this.jobs.get(message.work);
      must(job !== undefined && !job.over && !this.#runs(message.work), 'starts a job that is open, once');
      const waiting = this.open().filter((each) => !this.#runs(each));
      if (job?.priority === 'normal') {
        must(
          waiting.every((each) => this.jobs.get(each)?.priority === 'normal'),
          'takes critical jobs first',
        );
        must(this.workers.size <= this.soft, 'runs normal work within its soft limit');
      }
      this.workers.set(worker, message.work);
    }
  }

  #told(message: FromPrepareQueue<string>): void {
    const job = this.jobs.get(message.job);
    must(job !== undefined && !job.over, 'says nothing of what is over');
    if (message.type === 'started' || job === undefined) return;
    if (message.type === 'concluded') must(message.answer === message.job, 'gives each job its own answer');
    job.over = true;
  }
}

function must(holds: boolean, rule: string): void {
  if (!holds) throw new Error(`the queue does not keep its rule: ${rule}`);
}

it('whatever happens, each job ends once, with its own answer, and within the limits', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 3 }),
      fc.integer({ min: 0, max: 2 }),
      fc.array(step, { maxLength: 100, size: 'max' }),
      (soft, more, steps) => {
        const world = new World(soft, soft + more);
        for (const each of steps) {
          if (each.type === 'enqueue') world.enqueue(each.critical ? 'critical' : 'normal');
          else if (each.type === 'pool') world.pool(each.which, each.how);
          else world.ask(each.type, each.which);
          world.check();
        }
        for (let round = 0; world.open().length > 0 && round < 4 * world.jobs.size; round += 1) {
          for (const index of [...world.workers.keys()].keys()) world.pool(index, 5);
          world.check();
        }
        must(world.open().length === 0, 'stalls never');
      },
    ),
    { ...PROPERTY, numRuns: 1_000 },
  );
});
