import { FakeClock } from '@pvf/test-kit';
import fc from 'fast-check';
import { it } from 'vitest';
import { PROPERTY } from '../../../test-kit/setup/property.ts';
import type { FromExecuteQueue } from '../../src/execute/messages.ts';
import { ExecuteQueue } from '../../src/execute/queue.ts';
import { KINDS } from '../../src/kinds.ts';
import type { FromPool, ToPool } from '../../src/worker/messages.ts';

type Ending = 'concluded' | 'failed' | 'dropped' | 'cancelled';

const HASHES = ['a', 'b', 'c'];
/** Of the queue: how long a job waits while younger ones go to workers that have their executor params. */
const MAX_WAIT_FOR_PARAMS_MS = 4_000;
/** Room for one artifact that is held for good, and half of another. */
const ARTIFACT_BYTES = 10_000_000;
const TEMPLATE_BYTES = 60_000_000;

/** One thing that happens; numbers choose among what there is. */
const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      type: fc.constant('enqueue' as const),
      kind: fc.constantFrom(...KINDS),
      params: fc.nat(2),
      artifact: fc.nat(3),
      parent: fc.option(fc.constantFrom(...HASHES), { nil: undefined }),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({ type: fc.constant('pool' as const), which: fc.nat(), how: fc.nat(9) }),
  },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('cancel' as const), which: fc.nat() }) },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant('leaves' as const),
      on: fc.constantFrom(...HASHES),
      off: fc.constantFrom(...HASHES),
    }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('time' as const), ms: fc.nat(5_000) }) },
);

interface Worker {
  params: string;
  state: 'spawning' | 'idle' | number;
  fresh: boolean;
}
interface Job {
  kind: string;
  params: string;
  since: number;
  ending?: Ending;
  runs: number;
}

/** A pool by its rules, which checks that the queue keeps to its own, and keeps account of each job. */
class World {
  readonly clock = new FakeClock();
  readonly capacity: number;
  readonly workers = new Map<number, Worker>();
  readonly jobs = new Map<number, Job>();
  readonly queue: ExecuteQueue<string, number, string>;
  #used = 0;

  readonly #templates: boolean;

  constructor(capacity: number, templates: boolean) {
    this.capacity = capacity;
    this.#templates = templates;
    this.queue = new ExecuteQueue<string, number, string>({
      capacity,
      clock: this.clock,
      templateBytes: templates ? TEMPLATE_BYTES : 0,
      pool: { handle: (message) => this.#toPool(message) },
    });
    this.queue.reportTo({ handleExecution: (message) => this.#told(message) });
  }

  enqueue(
    kind: (typeof KINDS)[number],
    params: string,
    artifact: number,
    schedulingParent: string | undefined,
  ): void {
    const id = this.jobs.size + 1;
    this.jobs.set(id, { kind, params, since: this.clock.now(), runs: 0 });
    const loadable = artifact === 0 ? undefined : { key: `${artifact}`, bytes: ARTIFACT_BYTES };
    this.queue.handle({
      type: 'enqueue',
      job: { id, kind, paramsHash: params, spec: params, schedulingParent, loadable, work: id },
    });
  }

  cancel(which: number): void {
    const open = this.open();
    const id = open[which % (open.length || 1)];
    if (id === undefined) return;
    this.#end(id, 'cancelled');
    this.queue.handle({ type: 'cancel', job: id });
  }

  /** What the pool has to say of one worker; nothing that it could not say. */
  pool(which: number, how: number): void {
    const all = [...this.workers];
    const [worker, known] = all[which % (all.length || 1)] ?? [];
    if (worker === undefined || known === undefined) return;
    // The idle seldom end.
    if (known.state === 'idle' && how > 0) return;
    this.queue.handlePool(this.#event(worker, known, how));
  }

  #event(worker: number, { state, params }: Worker, how: number): FromPool<string> {
    const idle = (fresh: boolean): void => void this.workers.set(worker, { params, state: 'idle', fresh });
    const leave = (): void => void this.workers.delete(worker);
    if (state === 'spawning') {
      if (how > 1) {
        idle(true);
        return { type: 'spawned', worker, pid: worker };
      }
      leave();
      return { type: 'spawn-failed', worker, reason: { type: 'not-started', message: 'no' } };
    }
    if (how === 0 || state === 'idle') {
      leave();
      return { type: 'rip', worker };
    }
    if (how < 4) return { type: 'started', worker, pid: worker };
    const reusable = how < 8;
    if (reusable) idle(false);
    else leave();
    return { type: 'concluded', worker, answer: String(state), reusable };
  }

  open(): number[] {
    return [...this.jobs].flatMap(([id, { ending }]) => (ending === undefined ? [id] : []));
  }

  /** What must hold between any two events. */
  check(): void {
    const { queued, running, workers } = this.queue.counts();
    const waiting = KINDS.reduce((sum, kind) => sum + queued[kind], 0);
    const states = [...this.workers.values()].map(({ state }) => state);
    must(workers === this.workers.size, 'counts its workers');
    must(workers <= this.capacity, 'keeps to its capacity');
    must(running === states.filter((state) => typeof state === 'number').length, 'counts what runs');
    // For a worker that has its artifact loaded, and will be free before another could have loaded it.
    const awaited = this.#templates && running > 0 && this.clock.pending > 0;
    must(
      waiting === 0 || awaited || (workers === this.capacity && !states.includes('idle')),
      'lets nobody wait for nothing',
    );
  }

  /** Workers that are being started each stand for one of those who wait with their params. */
  #checkOvertaken(by: Job): void {
    const states = [...this.workers.values()];
    const waiting = this.open().flatMap((id) => {
      const job = this.jobs.get(id)!;
      return job.kind === by.kind && !states.some(({ state }) => state === id) ? [job] : [];
    });
    // Those whose worker has died come first, whatever their age.
    if (by.runs > 0 || waiting.some(({ runs }) => runs > 0)) return;
    const starting = states.filter(({ state }) => state === 'spawning').length;
    const old = waiting.filter(
      ({ params, since }) =>
        params !== by.params && since < by.since && this.clock.now() - since >= MAX_WAIT_FOR_PARAMS_MS,
    );
    must(old.length <= starting, 'lets nobody wait longer for a worker with its executor params');
  }

  #toPool(message: ToPool<string, number>): void {
    const { worker } = message;
    const known = this.workers.get(worker);
    switch (message.type) {
      case 'spawn':
        must(worker > this.#used, 'uses no worker id twice');
        this.#used = worker;
        this.workers.set(worker, { params: message.spec, state: 'spawning', fresh: true });
        return;
      case 'kill':
        must(known !== undefined, 'kills only who is there');
        if (typeof known?.state === 'number')
          must(this.jobs.get(known.state)?.ending === 'cancelled', 'kills no worker under a job');
        this.workers.delete(worker);
        return;
      case 'start-work': {
        must(known?.state === 'idle', 'gives work to idle workers only');
        const job = this.jobs.get(message.work);
        must(job !== undefined && job.ending === undefined, 'starts nothing that is over');
        must(job?.params === known?.params, 'gives a job to a worker of its executor params');
        for (const { state } of this.workers.values()) must(state !== message.work, 'starts a job once');
        if (job !== undefined && known?.fresh === false) this.#checkOvertaken(job);
        if (job !== undefined) job.runs += 1;
        this.workers.set(worker, { params: known?.params ?? '', state: message.work, fresh: false });
      }
    }
  }

  #told(message: FromExecuteQueue<string>): void {
    must(this.jobs.get(message.job)?.ending === undefined, 'says nothing of what is over');
    if (message.type === 'started') return;
    if (message.type === 'concluded')
      must(message.answer === String(message.job), 'gives each job its own answer');
    this.#end(message.job, message.type);
  }

  #end(id: number, ending: Ending): void {
    const job = this.jobs.get(id);
    must(job !== undefined && job.ending === undefined, 'ends a job once');
    if (job !== undefined) job.ending = ending;
  }
}

function must(holds: boolean, rule: string): void {
  if (!holds) throw new Error(`the queue does not keep its rule: ${rule}`);
}

it('whatever happens, each job ends once, with its own answer, and nobody waits for nothing', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 4 }),
      fc.boolean(),
      fc.array(step, { maxLength: 120, size: 'max' }),
      async (capacity, templates, steps) => {
        const world = new World(capacity, templates);
        for (const each of steps) {
          if (each.type === 'enqueue')
            world.enqueue(each.kind, `params ${each.params}`, each.artifact, each.parent);
          else if (each.type === 'cancel') world.cancel(each.which);
          else if (each.type === 'time') await world.clock.advance(each.ms);
          else if (each.type === 'pool') world.pool(each.which, each.how);
          else
            world.queue.handle({
              type: 'update-leaves',
              activated: { hash: each.on, ancestors: [] },
              deactivated: [each.off],
            });
          world.check();
        }
        // Sound workers from now on: all that is open is worked off.
        for (let round = 0; world.open().length > 0 && round < 4 * world.jobs.size; round += 1) {
          for (const index of [...world.workers.keys()].keys()) world.pool(index, 5);
          await world.clock.advance(100);
          world.check();
        }
        must(world.open().length === 0, 'stalls never');
      },
    ),
    { ...PROPERTY, numRuns: 1_000 },
  );
});
