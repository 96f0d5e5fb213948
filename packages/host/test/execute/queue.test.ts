import { FakeClock } from '@pvf/test-kit';
import { describe, expect, it } from 'vitest';
import type { ExecuteJob, FromExecuteQueue } from '../../src/execute/messages.ts';
import { ExecuteQueue } from '../../src/execute/queue.ts';
import { FakePool } from '../support/fake-pool.ts';

type Job = ExecuteJob<string, number>;

function setUp(capacity = 2) {
  const clock = new FakeClock();
  const pool = new FakePool<string, number, string>();
  const told: FromExecuteQueue<string>[] = [];
  const queue = new ExecuteQueue<string, number, string>({
    capacity,
    clock,
    pool,
  });
  pool.reply = (message) => queue.handlePool(message);
  queue.reportTo({ handleExecution: (message) => told.push(message) });
  let next = 1;
  const enqueue = (job: Partial<Job> = {}): number => {
    const id = next++;
    const defaults = { kind: 'approval', paramsHash: 'a', schedulingParent: undefined } as const;
    const paramsHash = job.paramsHash ?? defaults.paramsHash;
    queue.handle({ type: 'enqueue', job: { ...defaults, ...job, id, spec: paramsHash, work: id } });
    return id;
  };
  /** Works off everything with one worker at a time and returns the order of jobs. */
  const drain = (): number[] => {
    const order: number[] = [];
    while (pool.messages.length > 0) {
      for (const message of pool.take()) {
        const { worker } = message;
        if (message.type === 'spawn') pool.reply({ type: 'spawned', worker, pid: worker });
        if (message.type !== 'start-work') continue;
        order.push(message.work);
        pool.conclude(worker, 'ok');
      }
    }
    return order;
  };
  return { clock, pool, told, queue, enqueue, drain };
}

describe('workers', () => {
  it('are spawned on demand, up to the capacity', () => {
    const { pool, enqueue } = setUp(2);
    enqueue();
    enqueue();
    enqueue();
    expect(pool.messages.map(({ type }) => type)).toEqual(['spawn', 'spawn']);
  });

  it('are told of with the time that their job has waited until then', async () => {
    const { pool, told, clock, enqueue } = setUp(1);
    const job = enqueue();
    await clock.advance(5_000);
    const [worker = 0] = pool.spawnAll();
    await clock.advance(3_000);
    pool.reply({ type: 'started', worker, pid: 7 });
    expect(told).toEqual([{ type: 'started', job, pid: 7, queuedMs: 5_000 }]);
  });

  it('are used again', () => {
    const { pool, told, enqueue } = setUp(1);
    enqueue();
    const [worker = 0] = pool.spawnAll();
    pool.conclude(worker, 'first');
    const second = enqueue();
    expect(pool.take()).toEqual([
      { type: 'start-work', worker, work: 1 },
      { type: 'start-work', worker, work: second },
    ]);
    expect(told).toEqual([{ type: 'concluded', job: 1, answer: 'first' }]);
  });

  it('are replaced when they must not be used again', () => {
    const { pool, enqueue } = setUp(1);
    enqueue();
    const [worker = 0] = pool.spawnAll();
    pool.take();
    const second = enqueue();
    pool.conclude(worker, 'dead', false);
    const [next = 0] = pool.spawnAll();
    expect(next).not.toBe(worker);
    expect(pool.started()).toEqual(new Map([[next, second]]));
  });

  it('tell which of them took a job, and how long it had waited', async () => {
    const { clock, pool, told, enqueue } = setUp(1);
    const job = enqueue();
    await clock.advance(250);
    const [worker = 0] = pool.spawnAll();
    pool.reply({ type: 'started', worker, pid: 77 });
    expect(told).toEqual([{ type: 'started', job, pid: 77, queuedMs: 250 }]);
  });
});

describe('the queue does not stall', () => {
  it('when all workers die at once', () => {
    const { pool, told, enqueue } = setUp(3);
    const jobs = Array.from({ length: 9 }, () => enqueue());
    for (let round = 0; round < 3; round += 1) {
      for (const worker of pool.spawnAll()) pool.conclude(worker, 'died', false);
    }
    expect(told).toEqual(jobs.map((job) => ({ type: 'concluded', job, answer: 'died' })));
  });

  it('when idle workers die', () => {
    const { pool, enqueue, drain } = setUp(2);
    enqueue();
    enqueue();
    for (const worker of pool.spawnAll()) pool.conclude(worker, 'ok');
    pool.take();
    pool.reply({ type: 'rip', worker: 1 });
    pool.reply({ type: 'rip', worker: 2 });
    const jobs = [enqueue(), enqueue(), enqueue()];
    expect(drain()).toEqual(jobs);
  });

  it('with varying executor params', () => {
    const { enqueue, drain } = setUp(2);
    const jobs = Array.from({ length: 40 }, (_, i) => enqueue({ paramsHash: `params ${i % 5}` }));
    // While nobody waits long, each of the two workers serves its own set of params to the end.
    const params = (job: number): number => (job - 1) % 5;
    const rank = (job: number): number => [0, 0, 1, 1, 2][params(job)] ?? 0;
    expect(drain()).toEqual(jobs.toSorted((a, b) => rank(a) - rank(b) || a - b));
  });

  it('when a worker dies before it takes its job: the job runs elsewhere', () => {
    const { pool, told, enqueue } = setUp(1);
    const job = enqueue();
    const [worker = 0] = pool.spawnAll();
    pool.take();
    pool.reply({ type: 'rip', worker });
    const [next = 0] = pool.spawnAll();
    expect(pool.started()).toEqual(new Map([[next, job]]));
    expect(told).toEqual([]);
  });

  it('when a worker dies before it takes its job: the job is first again', () => {
    const { pool, enqueue, drain } = setUp(1);
    const jobs = [enqueue(), enqueue(), enqueue()];
    const [worker = 0] = pool.spawnAll();
    pool.take();
    pool.reply({ type: 'rip', worker });
    expect(drain()).toEqual(jobs);
  });

  it('when no worker ever takes the job: it is given back', () => {
    const { pool, told, enqueue } = setUp(1);
    const job = enqueue();
    for (let i = 0; i < 10; i += 1) for (const worker of pool.spawnAll()) pool.reply({ type: 'rip', worker });
    expect(told).toMatchObject([{ type: 'failed', job, reason: { type: 'not-started' } }]);
  });

  it('when a worker cannot be started: its job fails and the next one is tried', () => {
    const { pool, told, enqueue } = setUp(1);
    const [first, second] = [enqueue(), enqueue()];
    const reason = { type: 'not-started', message: 'no' } as const;
    pool.take();
    pool.reply({ type: 'spawn-failed', worker: 1, reason });
    expect(told).toEqual([{ type: 'failed', job: first, reason }]);
    const [worker = 0] = pool.spawnAll();
    expect(pool.started()).toEqual(new Map([[worker, second]]));
  });
});

describe('executor params', () => {
  /** One worker with params `a` that has just finished, and what waits then. */
  async function finishWith(waiting: string[], waitedMs: number) {
    const world = setUp(1);
    world.enqueue({ paramsHash: 'a' });
    const [worker = 0] = world.pool.spawnAll();
    world.pool.take();
    const jobs = waiting.map((paramsHash) => world.enqueue({ paramsHash }));
    await world.clock.advance(waitedMs);
    world.pool.conclude(worker, 'ok');
    return { ...world, worker, jobs };
  }

  it('let a finished worker prefer a job with its own', async () => {
    const { pool, worker, jobs } = await finishWith(['b', 'a'], 3_999);
    expect(pool.started()).toEqual(new Map([[worker, jobs[1]]]));
  });

  it('count no more once the eldest job has waited for four seconds: the worker is ended for it', async () => {
    const { pool, worker, jobs } = await finishWith(['b', 'a'], 4_000);
    expect(pool.messages[0]).toEqual({ type: 'kill', worker });
    const [next = 0] = pool.spawnAll();
    expect(pool.started()).toEqual(new Map([[next, jobs[0]]]));
  });

  it('end an idle worker at once if no job fits it', async () => {
    const { pool, worker } = await finishWith(['b'], 0);
    expect(pool.take()).toEqual([
      { type: 'kill', worker },
      { type: 'spawn', worker: worker + 1, spec: 'b' },
    ]);
  });

  it('end no idle worker while there is room for another', () => {
    const { pool, enqueue } = setUp(2);
    enqueue({ paramsHash: 'a' });
    for (const worker of pool.spawnAll()) pool.conclude(worker, 'ok');
    pool.take();
    enqueue({ paramsHash: 'b' });
    expect(pool.take()).toMatchObject([{ type: 'spawn', spec: 'b' }]);
  });
});

describe('shares of a window of twelve jobs', () => {
  const kinds = (order: number[], of: Map<number, string>): string =>
    order.map((id) => of.get(id)?.replace('backing-system', 'system')[0]).join('');

  it('leave something to everybody: 8 disputes, 3 approvals, 1 backing of a system parachain', () => {
    const world = setUp(1);
    const of = new Map<number, string>();
    for (const kind of ['dispute', 'approval', 'backing-system', 'backing'] as const) {
      for (let i = 0; i < 12; i += 1) of.set(world.enqueue({ kind }), kind);
    }
    const order = kinds(world.drain(), of);
    expect(order).toBe('daddsddaddaddaddsdaaabaaasaabssssssssbsbbbbbbbbb');
  });

  it('do not slow a kind that waits alone', () => {
    const world = setUp(1);
    const jobs = Array.from({ length: 20 }, () => world.enqueue({ kind: 'dispute' }));
    expect(world.drain()).toEqual(jobs);
  });

  it('let approvals pass backing', () => {
    const world = setUp(1);
    world.enqueue({ kind: 'backing' });
    const backing = world.enqueue({ kind: 'backing' });
    const approval = world.enqueue({ kind: 'approval' });
    expect(world.drain().slice(1)).toEqual([approval, backing]);
  });
});

describe('active leaves', () => {
  it('drop queued backing jobs whose scheduling parent is in no active fork', () => {
    const { told, queue, enqueue } = setUp(1);
    enqueue();
    const gone = enqueue({ kind: 'backing', schedulingParent: 'old' });
    const goneToo = enqueue({ kind: 'backing-system', schedulingParent: 'old' });
    enqueue({ kind: 'backing', schedulingParent: 'leaf' });
    enqueue({ kind: 'backing', schedulingParent: 'ancestor' });
    enqueue({ kind: 'approval', schedulingParent: 'old' });
    enqueue({ kind: 'backing', schedulingParent: undefined });
    queue.handle({
      type: 'update-leaves',
      activated: { hash: 'leaf', ancestors: ['ancestor'] },
      deactivated: [],
    });
    expect(told).toEqual([
      { type: 'dropped', job: goneToo },
      { type: 'dropped', job: gone },
    ]);
  });

  it('drop more when a leaf is deactivated', () => {
    const { told, queue, enqueue } = setUp(1);
    queue.handle({
      type: 'update-leaves',
      activated: { hash: 'leaf', ancestors: ['ancestor'] },
      deactivated: [],
    });
    enqueue();
    const job = enqueue({ kind: 'backing', schedulingParent: 'ancestor' });
    queue.handle({
      type: 'update-leaves',
      activated: { hash: 'other', ancestors: [] },
      deactivated: ['leaf'],
    });
    expect(told).toEqual([{ type: 'dropped', job }]);
  });

  it('drop a backing job that comes too late, and none whose parent nobody has told of yet', () => {
    const { told, queue, enqueue } = setUp(1);
    const leaf = (hash: string, ancestors: string[], deactivated: string[]) =>
      queue.handle({ type: 'update-leaves', activated: { hash, ancestors }, deactivated });
    leaf('a', ['shared', 'old'], []);
    leaf('b', ['shared'], ['a']);
    const late = ['a', 'old'].map((schedulingParent) => enqueue({ kind: 'backing', schedulingParent }));
    enqueue({ kind: 'approval', schedulingParent: 'old' });
    for (const schedulingParent of ['b', 'shared', 'to come']) enqueue({ kind: 'backing', schedulingParent });
    expect(told).toEqual(late.map((job) => ({ type: 'dropped', job })));
    leaf('a', ['to come'], []);
    enqueue({ kind: 'backing', schedulingParent: 'a' });
    expect(told).toHaveLength(late.length);
  });

  it('that have left are remembered, the latest thousand', () => {
    const { told, queue, enqueue } = setUp(1);
    const left = (count: number): void => {
      for (let n = 0; n < count; n++) queue.handle({ type: 'update-leaves', deactivated: [`leaf ${n}`] });
    };
    left(1_000);
    const late = enqueue({ kind: 'backing', schedulingParent: 'leaf 0' });
    expect(told).toEqual([{ type: 'dropped', job: late }]);
    queue.handle({ type: 'update-leaves', deactivated: ['one more'] });
    enqueue({ kind: 'backing', schedulingParent: 'leaf 0' });
    expect(told).toHaveLength(1);
    const later = enqueue({ kind: 'backing', schedulingParent: 'leaf 1' });
    expect(told.at(-1)).toEqual({ type: 'dropped', job: later });
  });
});

describe('a cancelled job', () => {
  it('leaves the queue at once', () => {
    const { queue, enqueue, drain } = setUp(1);
    const jobs = [enqueue(), enqueue(), enqueue()];
    queue.handle({ type: 'cancel', job: jobs[1] ?? 0 });
    expect(drain()).toEqual([jobs[0], jobs[2]]);
  });

  it('is killed with its worker when it runs, and gives the place back', () => {
    const { pool, queue, enqueue, told } = setUp(1);
    const running = enqueue();
    const [worker = 0] = pool.spawnAll();
    pool.take();
    const waiting = enqueue();
    queue.handle({ type: 'cancel', job: running });
    expect(pool.messages[0]).toEqual({ type: 'kill', worker });
    pool.conclude(worker, 'too late');
    const [next = 0] = pool.spawnAll();
    expect(pool.started()).toEqual(new Map([[next, waiting]]));
    expect(told).toEqual([]);
  });

  it('leaves its worker to others while that is being spawned', () => {
    const { pool, queue, enqueue } = setUp(1);
    const cancelled = enqueue();
    const waiting = enqueue();
    queue.handle({ type: 'cancel', job: cancelled });
    const [worker = 0] = pool.spawnAll();
    expect(pool.started()).toEqual(new Map([[worker, waiting]]));
  });

  it('that nobody knows is ignored', () => {
    const { queue, pool } = setUp(1);
    queue.handle({ type: 'cancel', job: 99 });
    expect(pool.messages).toEqual([]);
  });
});

it('counts what waits by kind and what runs', () => {
  const { pool, queue, enqueue } = setUp(1);
  enqueue({ kind: 'dispute' });
  pool.spawnAll();
  enqueue({ kind: 'backing' });
  enqueue({ kind: 'backing' });
  expect(queue.counts()).toEqual({
    queued: { dispute: 0, approval: 0, 'backing-system': 0, backing: 2 },
    running: 1,
    workers: 1,
    templates: 0,
  });
});
