import { FakeClock } from '@pvf/test-kit';
import { describe, expect, it } from 'vitest';
import { Affinity, type Loadable } from '../../src/execute/affinity.ts';
import type { FromExecuteQueue } from '../../src/execute/messages.ts';
import { ExecuteQueue } from '../../src/execute/queue.ts';
import { FakePool } from '../support/fake-pool.ts';

const MIB = 1024 * 1024;
const A: Loadable = { key: 'a', bytes: 10 * MIB };
const B: Loadable = { key: 'b', bytes: 10 * MIB };
const C: Loadable = { key: 'c', bytes: 10 * MIB };
/** Both artifacts fit into a worker, but a copy of what another has would go beyond the half that is for copies. */
const SCARCE = 40 * MIB;
const PLENTY = 1024 * MIB;

function setUp(templateBytes: number, workers = 2) {
  const clock = new FakeClock();
  const pool = new FakePool<string, string, string>();
  const told: FromExecuteQueue<string>[] = [];
  const queue = new ExecuteQueue<string, string, string>({
    capacity: workers,
    clock,
    pool,
    templateBytes,
  });
  pool.reply = (message) => queue.handlePool(message);
  queue.reportTo({ handleExecution: (message) => told.push(message) });
  let next = 1;
  const enqueue = (loadable: Loadable | undefined, kind: 'approval' | 'dispute' = 'approval'): number => {
    const id = next++;
    const work = loadable?.key ?? '';
    queue.handle({
      type: 'enqueue',
      job: { id, kind, paramsHash: 'p', spec: 'p', schedulingParent: undefined, loadable, work },
    });
    return id;
  };
  /** `[worker, artifact]` of the jobs that were started since the last call. */
  const started = (): [number, string][] =>
    pool.take().flatMap((m): [number, string][] => (m.type === 'start-work' ? [[m.worker, m.work]] : []));
  return { clock, pool, told, queue, enqueue, started };
}

/** Two workers, the first with A loaded and the second with B, both idle. */
function withTwoLoaded(templateBytes: number) {
  const all = setUp(templateBytes);
  all.enqueue(A);
  all.enqueue(B);
  const [first = 0, second = 0] = all.pool.spawnAll();
  all.started();
  all.pool.conclude(first, 'ok');
  all.pool.conclude(second, 'ok');
  all.started();
  return { ...all, first, second };
}

describe('work goes to the worker that has its PVF loaded', () => {
  it('whichever is idle first', () => {
    const { enqueue, started, pool, first, second } = withTwoLoaded(SCARCE);
    for (const [loadable, worker] of [
      [B, second],
      [B, second],
      [A, first],
      [B, second],
    ] as const) {
      enqueue(loadable);
      expect(started()).toEqual([[worker, loadable.key]]);
      pool.conclude(worker, 'ok');
    }
  });

  it('and waits for it when it is about to be free, for no longer than loading takes', async () => {
    const { clock, enqueue, started, pool, first, second } = withTwoLoaded(SCARCE);
    enqueue(A);
    enqueue(A);
    expect(started()).toEqual([[first, 'a']]);
    pool.conclude(first, 'ok');
    expect(started()).toEqual([[first, 'a']]);
    // It takes longer than usual.
    enqueue(A);
    await clock.advance(Math.floor(Affinity.loadMs(A)) - 1);
    expect(started()).toEqual([]);
    await clock.advance(2);
    expect(started()).toEqual([[second, 'a']]);
  });

  it('but does not wait for one that has been found to take long', async () => {
    const { clock, enqueue, started, pool, first, second } = withTwoLoaded(SCARCE);
    for (let i = 0; i < 10; i++) {
      enqueue(A);
      await clock.advance(2_000);
      pool.conclude(first, 'ok');
    }
    started();
    enqueue(A);
    enqueue(A);
    expect(started()).toEqual([
      [first, 'a'],
      [second, 'a'],
    ]);
  });

  it('and with memory to spare is loaded by another one instead of waiting', () => {
    const { enqueue, started, first, second } = withTwoLoaded(PLENTY);
    enqueue(A);
    enqueue(A);
    expect(started()).toEqual([
      [first, 'a'],
      [second, 'a'],
    ]);
  });

  it('a PVF that nobody has loaded goes to the worker with most room', () => {
    const { enqueue, started, pool, first, second } = withTwoLoaded(PLENTY);
    enqueue(C);
    expect(started()).toEqual([[first, 'c']]);
    pool.conclude(first, 'ok');
    enqueue({ key: 'd', bytes: MIB });
    expect(started()).toEqual([[second, 'd']]);
  });

  it('what a worker had loaded is gone with it', () => {
    const { queue, enqueue, started, pool, first, second } = withTwoLoaded(SCARCE);
    queue.handlePool({ type: 'rip', worker: first });
    enqueue(A);
    expect(started()).toEqual([[second, 'a']]);
    pool.conclude(second, 'ok');
  });

  it('workers that load nothing ahead are taken as they come', () => {
    const { enqueue, started, first, second } = withTwoLoaded(0);
    enqueue(B);
    enqueue(A);
    expect(started()).toEqual([
      [first, 'b'],
      [second, 'a'],
    ]);
  });
});

describe('which job is next does not depend on what is loaded', () => {
  it('jobs are begun in their order, also behind one that waits for its worker', () => {
    const { enqueue, started, pool, first, second } = withTwoLoaded(SCARCE);
    enqueue(A);
    enqueue(A);
    enqueue(B);
    expect(started()).toEqual([[first, 'a']]);
    pool.conclude(first, 'ok');
    expect(started()).toEqual([
      [first, 'a'],
      [second, 'b'],
    ]);
  });

  it('a job of higher priority does not stay behind one that waits', () => {
    const { enqueue, started, first, second } = withTwoLoaded(SCARCE);
    enqueue(A);
    enqueue(A);
    expect(started()).toEqual([[first, 'a']]);
    enqueue(B, 'dispute');
    expect(started()).toEqual([[second, 'b']]);
  });

  it('a job that is taken back while it waits lets the next one go', async () => {
    const { clock, queue, enqueue, started, second } = withTwoLoaded(SCARCE);
    enqueue(A);
    const waiting = enqueue(A);
    enqueue(B);
    started();
    queue.handle({ type: 'cancel', job: waiting });
    expect(started()).toEqual([[second, 'b']]);
    await clock.advance(1_000);
    expect(clock.pending).toBe(0);
  });

  it('the order of starts is the same as without affinity, whatever is loaded', () => {
    const orderOf = (templateBytes: number): string[] => {
      const { enqueue, pool } = setUp(templateBytes, 1);
      for (let i = 0; i < 40; i++) enqueue([A, B, C][(i * 7) % 3], i % 3 === 0 ? 'dispute' : 'approval');
      const order: string[] = [];
      while (pool.messages.length > 0) {
        for (const message of pool.take()) {
          if (message.type === 'spawn')
            pool.reply({ type: 'spawned', worker: message.worker, pid: message.worker });
          if (message.type !== 'start-work') continue;
          order.push(message.work);
          pool.conclude(message.worker, 'ok');
        }
      }
      return order;
    };
    expect(orderOf(SCARCE)).toEqual(orderOf(0));
    expect(orderOf(PLENTY)).toHaveLength(40);
  });
});

it('counts what is loaded, in all workers, until a worker has gone', () => {
  const affinity = new Affinity(SCARCE);
  expect(affinity.templates).toBe(0);
  affinity.started(1, A, 0);
  affinity.finished(1, 1);
  affinity.started(1, A, 2);
  affinity.started(2, A, 2);
  affinity.started(2, B, 3);
  expect(affinity.templates).toBe(3);
  affinity.gone(2);
  expect(affinity.templates).toBe(1);
  const none = new Affinity(0);
  none.started(1, A, 0);
  expect(none.templates).toBe(0);
});

it('how long an artifact runs is a mean that the last run moves by three tenths', () => {
  const affinity = new Affinity(SCARCE);
  const run = (worker: number, loadable: Loadable, from: number, to: number): void => {
    affinity.started(worker, loadable, from);
    affinity.finished(worker, to);
  };
  run(2, B, 0, 1);
  run(1, A, 0, 110);
  run(1, A, 200, 210);
  // 110 ms, then 10 ms: 80 ms, of which 1 ms has passed; loading takes 23.7 ms.
  affinity.started(1, A, 300);
  expect(Affinity.loadMs(A)).toBeLessThan(79);
  expect(affinity.choose(A, [2], [1], 0, 301)).toEqual({ type: 'worker', worker: 2 });
  // With some more short runs the mean is below that.
  affinity.finished(1, 310);
  for (let at = 400; at < 800; at += 100) run(1, A, at, at + 10);
  affinity.started(1, A, 900);
  expect(affinity.choose(A, [2], [1], 0, 915)).toMatchObject({ type: 'wait' });
});
