import { describe, expect, it } from 'vitest';
import type { FromPrepareQueue, PreparePriority } from '../../src/prepare/messages.ts';
import { PrepareQueue } from '../../src/prepare/queue.ts';
import { FakePool } from '../support/fake-pool.ts';

function setUp(soft = 1, hard = 2) {
  const pool = new FakePool<undefined, string, string>();
  const told: FromPrepareQueue<string>[] = [];
  const queue = new PrepareQueue<string, string>({
    soft,
    hard,
    pool,
  });
  pool.reply = (message) => queue.handlePool(message);
  queue.reportTo({ handlePreparation: (message) => told.push(message) });
  const enqueue = (job: string, priority: PreparePriority = 'normal'): void =>
    queue.handle({ type: 'enqueue', job, priority, work: job });
  return { pool, told, queue, enqueue };
}

describe('the soft limit', () => {
  it('holds for normal work', () => {
    const { pool, enqueue } = setUp(1, 3);
    for (const job of ['a', 'b', 'c']) enqueue(job);
    expect(pool.messages.map(({ type }) => type)).toEqual(['spawn']);
  });

  it('gives way to the hard limit for critical work', () => {
    const { pool, enqueue } = setUp(1, 2);
    enqueue('a');
    pool.spawnAll();
    pool.take();
    enqueue('b', 'critical');
    enqueue('c', 'critical');
    expect(pool.take()).toMatchObject([{ type: 'spawn' }]);
  });

  it('is restored as soon as no critical work needs the additional worker', () => {
    const { pool, enqueue, queue } = setUp(1, 2);
    enqueue('a');
    const [first = 0] = pool.spawnAll();
    pool.take();
    enqueue('b', 'critical');
    const [second = 0] = pool.spawnAll();
    pool.take();
    enqueue('c');
    pool.conclude(second, 'ok');
    expect(pool.take()).toEqual([{ type: 'kill', worker: second }]);
    pool.conclude(first, 'ok');
    expect(pool.started()).toEqual(new Map([[first, 'c']]));
    expect(queue.counts()).toEqual({ queued: 0, running: 1, workers: 1 });
  });
});

describe('priority', () => {
  it('puts critical work first', () => {
    const { pool, enqueue } = setUp(1, 1);
    enqueue('a');
    const [worker = 0] = pool.spawnAll();
    pool.take();
    enqueue('b');
    enqueue('c', 'critical');
    pool.conclude(worker, 'ok');
    pool.conclude(worker, 'ok');
    expect(pool.take()).toMatchObject([{ work: 'c' }, { work: 'b' }]);
  });

  it('can be raised while a job waits', () => {
    const { pool, enqueue, queue } = setUp(1, 1);
    enqueue('a');
    const [worker = 0] = pool.spawnAll();
    pool.take();
    enqueue('b');
    enqueue('c');
    queue.handle({ type: 'raise', job: 'c' });
    pool.conclude(worker, 'ok');
    expect(pool.started()).toEqual(new Map([[worker, 'c']]));
  });
});

it('raised jobs stand behind those that were urgent before, in the order in which they were raised', () => {
  const { pool, enqueue, queue } = setUp(1, 1);
  enqueue('a');
  const [worker = 0] = pool.spawnAll();
  pool.take();
  for (const job of ['b', 'c', 'd', 'e']) enqueue(job);
  enqueue('f', 'critical');
  for (const job of ['d', 'b']) queue.handle({ type: 'raise', job });
  enqueue('g', 'critical');
  const order: unknown[] = [];
  for (let n = 0; n < 6; n++) {
    pool.conclude(worker, 'ok');
    order.push(...pool.started().values());
  }
  expect(order).toEqual(['f', 'd', 'b', 'g', 'c', 'e']);
});

describe('a worker', () => {
  it('is handed the next job when it is done', () => {
    const { pool, told, enqueue } = setUp(1, 1);
    enqueue('a');
    enqueue('b');
    const [worker = 0] = pool.spawnAll();
    pool.reply({ type: 'started', worker, pid: 7 });
    pool.conclude(worker, 'ok');
    expect(pool.started()).toEqual(new Map([[worker, 'b']]));
    expect(told).toEqual([
      { type: 'started', job: 'a', pid: 7 },
      { type: 'concluded', job: 'a', answer: 'ok' },
    ]);
  });

  it('that dies on the job is replaced, and the job is concluded', () => {
    const { pool, told, enqueue } = setUp(1, 1);
    enqueue('a');
    enqueue('b');
    const [worker = 0] = pool.spawnAll();
    pool.take();
    pool.conclude(worker, 'io error', false);
    const [next = 0] = pool.spawnAll();
    expect(pool.started()).toEqual(new Map([[next, 'b']]));
    expect(told).toEqual([{ type: 'concluded', job: 'a', answer: 'io error' }]);
  });

  it('that dies before it takes its job leaves the job to the next', () => {
    const { pool, told, enqueue } = setUp(1, 1);
    enqueue('a');
    const [worker = 0] = pool.spawnAll();
    pool.take();
    pool.reply({ type: 'rip', worker });
    const [next = 0] = pool.spawnAll();
    expect(pool.started()).toEqual(new Map([[next, 'a']]));
    expect(told).toEqual([]);
  });

  it('that dies before it takes its job leaves it first in the queue', () => {
    const { pool, enqueue } = setUp(1, 1);
    enqueue('a');
    enqueue('b');
    const [worker = 0] = pool.spawnAll();
    pool.take();
    pool.reply({ type: 'rip', worker });
    const [next = 0] = pool.spawnAll();
    expect(pool.started()).toEqual(new Map([[next, 'a']]));
  });

  it('is not waited for when it died idle', () => {
    const { pool, enqueue } = setUp(1, 1);
    enqueue('a');
    const [worker = 0] = pool.spawnAll();
    pool.conclude(worker, 'ok');
    pool.take();
    pool.reply({ type: 'rip', worker });
    expect(pool.take()).toEqual([]);
    enqueue('b');
    expect(pool.take()).toMatchObject([{ type: 'spawn' }]);
  });
});

describe('a worker that cannot be started', () => {
  const reason = { type: 'not-started', message: 'no' } as const;

  it('fails all who wait if no other worker runs', () => {
    const { pool, told, enqueue } = setUp(1, 1);
    enqueue('a');
    enqueue('b', 'critical');
    pool.take();
    pool.reply({ type: 'spawn-failed', worker: 1, reason });
    expect(told).toEqual([
      { type: 'failed', job: 'b', reason },
      { type: 'failed', job: 'a', reason },
    ]);
  });

  it('because its program was replaced fails all who wait, whoever runs', () => {
    const { pool, told, enqueue } = setUp(2, 2);
    const replaced = { type: 'replaced', message: 'another program' } as const;
    enqueue('a');
    const [worker = 0] = pool.spawnAll();
    pool.take();
    enqueue('b');
    enqueue('c', 'critical');
    const [next] = pool.take();
    pool.reply({ type: 'spawn-failed', worker: next!.worker, reason: replaced });
    expect(told).toEqual([
      { type: 'failed', job: 'c', reason: replaced },
      { type: 'failed', job: 'b', reason: replaced },
    ]);
    pool.conclude(worker, 'ok');
    expect(told.at(-1)).toEqual({ type: 'concluded', job: 'a', answer: 'ok' });
  });

  it('harms nobody while another one runs', () => {
    const { pool, told, enqueue } = setUp(2, 2);
    enqueue('a');
    enqueue('b');
    pool.take();
    pool.reply({ type: 'spawned', worker: 1, pid: 1 });
    pool.reply({ type: 'spawn-failed', worker: 2, reason });
    expect(told).toEqual([]);
    pool.take();
    pool.conclude(1, 'ok');
    expect(pool.started()).toEqual(new Map([[1, 'b']]));
  });
});

describe('a cancelled job', () => {
  it('leaves the queue', () => {
    const { pool, queue, enqueue } = setUp(1, 1);
    enqueue('a');
    enqueue('b');
    queue.handle({ type: 'cancel', job: 'a' });
    const [worker = 0] = pool.spawnAll();
    expect(pool.started()).toEqual(new Map([[worker, 'b']]));
  });

  it('is killed with its worker when it runs, and the next job gets a new one', () => {
    const { pool, queue, told, enqueue } = setUp(1, 1);
    enqueue('a');
    const [worker = 0] = pool.spawnAll();
    pool.take();
    enqueue('b');
    queue.handle({ type: 'cancel', job: 'a' });
    expect(pool.messages[0]).toEqual({ type: 'kill', worker });
    pool.conclude(worker, 'too late');
    const [next = 0] = pool.spawnAll();
    expect(pool.started()).toEqual(new Map([[next, 'b']]));
    expect(told).toEqual([]);
  });
});
