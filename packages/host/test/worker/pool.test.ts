import { FakeClock, settle } from '@pvf/test-kit';
import { expect, it } from 'vitest';
import type { WorkResult } from '../../src/worker/driver.ts';
import type { FromPool } from '../../src/worker/messages.ts';
import { WorkerPool } from '../../src/worker/pool.ts';
import type { WorkerProcess } from '../../src/worker/process.ts';
import { silent } from '../support/hosts.ts';

interface Deferred<T> {
  promise: Promise<T>;
  resolve: (value: T) => void;
  reject: (error: unknown) => void;
}

/** A pool whose processes and jobs are promises that the test settles. */
function setUp({ idleMs = Number.POSITIVE_INFINITY, maxJobs = 10 } = {}) {
  const clock = new FakeClock();
  const told: FromPool<string>[] = [];
  const events: string[] = [];
  const news: object[] = [];
  const spawns: (Deferred<WorkerProcess> & { signal: AbortSignal; onGone: () => void })[] = [];
  const jobs: (Deferred<WorkResult<string>> & { onStarted: () => void })[] = [];
  const disposed: number[] = [];
  const abandoned: string[] = [];
  let replaced: string | undefined;
  const pool = new WorkerPool<string, string, string>({
    kind: 'execute',
    clock,
    logger: silent,
    idleMs,
    maxJobs,
    programs: { replaced: async () => replaced },
    driver: {
      spawn: (_spec, signal, onGone) => {
        const deferred = Promise.withResolvers<WorkerProcess>();
        spawns.push({ ...deferred, signal, onGone });
        return deferred.promise;
      },
      run: (_process, _work, onStarted) => {
        const deferred = Promise.withResolvers<WorkResult<string>>();
        jobs.push({ ...deferred, onStarted });
        return deferred.promise;
      },
      abandon: async (answer) => void abandoned.push(answer),
    },
    metrics: { worker: (_kind, event) => events.push(event) },
    news: { tell: (_type, make) => news.push(make()) },
  });
  pool.reportTo({ handlePool: (message) => told.push(message) });
  const process = (pid: number): WorkerProcess =>
    ({
      pid,
      connection: { destroy: () => {}, isBroken: false },
      dispose: async () => void disposed.push(pid),
    }) as unknown as WorkerProcess;
  const spawn = async (worker: number): Promise<void> => {
    pool.handle({ type: 'spawn', worker, spec: '' });
    await settle();
    spawns.at(-1)?.resolve(process(worker * 100));
    await settle();
  };
  const work = async (worker: number): Promise<void> => {
    pool.handle({ type: 'start-work', worker, work: '' });
    await settle();
  };
  return {
    clock,
    pool,
    told,
    events,
    news,
    spawns,
    jobs,
    disposed,
    abandoned,
    process,
    spawn,
    work,
    replace: (message: string) => {
      replaced = message;
    },
  };
}

it('tries again three seconds after a worker did not start', async () => {
  const { clock, pool, spawns, told, process } = setUp();
  pool.handle({ type: 'spawn', worker: 1, spec: '' });
  await settle();
  spawns[0]?.reject(new Error('no'));
  await clock.advance(2_999);
  expect(spawns).toHaveLength(1);
  await clock.advance(1);
  spawns[1]?.resolve(process(5));
  await settle();
  expect(told).toEqual([{ type: 'spawned', worker: 1, pid: 5 }]);
});

it('gives up after five attempts and says why', async () => {
  const { clock, pool, spawns, told } = setUp();
  pool.handle({ type: 'spawn', worker: 1, spec: '' });
  for (let attempt = 0; attempt < 5; attempt += 1) {
    await settle();
    spawns[attempt]?.reject(new Error('no such program'));
    await clock.advance(3_000);
  }
  expect(told).toEqual([
    { type: 'spawn-failed', worker: 1, reason: { type: 'not-started', message: 'no such program' } },
  ]);
  expect(spawns).toHaveLength(5);
});

it('does not wait out the pause after a start that was given up', async () => {
  const { clock, pool, spawns } = setUp();
  pool.handle({ type: 'spawn', worker: 1, spec: '' });
  await settle();
  spawns[0]?.reject(new Error('no'));
  await settle();
  expect(clock.pending).toBe(1);
  let closed = false;
  void pool.close().then(() => {
    closed = true;
  });
  await settle();
  expect({ closed, pending: clock.pending, spawns: spawns.length }).toEqual({
    closed: true,
    pending: 0,
    spawns: 1,
  });
});

it('starts no program that was replaced', async () => {
  const { pool, spawns, told, replace } = setUp();
  replace('another version');
  pool.handle({ type: 'spawn', worker: 1, spec: '' });
  await settle();
  expect(spawns).toEqual([]);
  expect(told).toMatchObject([
    { type: 'spawn-failed', reason: { type: 'replaced', message: 'another version' } },
  ]);
});

it('hands a worker on after a job that leaves it sound', async () => {
  const { jobs, told, disposed, spawn, work } = setUp();
  await spawn(1);
  await work(1);
  jobs[0]?.onStarted();
  jobs[0]?.resolve({ type: 'done', answer: 'a', reusable: true });
  await settle();
  expect(told.slice(1)).toEqual([
    { type: 'started', worker: 1, pid: 100 },
    { type: 'concluded', worker: 1, answer: 'a', reusable: true },
  ]);
  expect(disposed).toEqual([]);
});

it.each([
  ['must not be used again', { reusable: false }, {}],
  ['has served its number of jobs', { reusable: true }, { maxJobs: 1 }],
])('ends a worker that %s', async (_, { reusable }, options) => {
  const { jobs, told, disposed, events, spawn, work } = setUp(options);
  await spawn(1);
  await work(1);
  jobs[0]?.resolve({ type: 'done', answer: 'a', reusable });
  await settle();
  expect(told.at(-1)).toEqual({ type: 'concluded', worker: 1, answer: 'a', reusable: false });
  expect(disposed).toEqual([100]);
  expect(events).toEqual(['spawning', 'spawned', 'retired']);
});

it('reports a job that the worker did not take as the end of the worker', async () => {
  const { jobs, told, disposed, spawn, work } = setUp();
  await spawn(1);
  await work(1);
  jobs[0]?.resolve({ type: 'not-taken', message: 'EPIPE' });
  await settle();
  expect(told.at(-1)).toEqual({ type: 'rip', worker: 1 });
  expect(disposed).toEqual([100]);
});

it('gives a place back even if its job cannot be begun for an unforeseen reason', async () => {
  const { jobs, told, disposed, spawn, work } = setUp();
  await spawn(1);
  await work(1);
  jobs[0]?.reject(new TypeError('unforeseen'));
  await settle();
  expect(told.at(-1)).toEqual({ type: 'rip', worker: 1 });
  expect(disposed).toEqual([100]);
});

it('notices the end of an idle worker', async () => {
  const { spawns, told, disposed, spawn } = setUp();
  await spawn(1);
  spawns[0]?.onGone();
  await settle();
  expect(told.at(-1)).toEqual({ type: 'rip', worker: 1 });
  expect(disposed).toEqual([100]);
});

it('ends a worker that has been idle for long, and none that works', async () => {
  const { clock, jobs, told, disposed, spawn, work } = setUp({ idleMs: 1_000 });
  await spawn(1);
  await work(1);
  await clock.advance(5_000);
  expect(disposed).toEqual([]);
  jobs[0]?.resolve({ type: 'done', answer: 'a', reusable: true });
  await clock.advance(1_000);
  expect(told.at(-1)).toEqual({ type: 'rip', worker: 1 });
  expect(disposed).toEqual([100]);
});

it('kills a worker in any state without a word', async () => {
  const { pool, spawns, jobs, told, disposed, abandoned, process, spawn, work } = setUp();
  await spawn(1);
  await spawn(2);
  await work(2);
  pool.handle({ type: 'spawn', worker: 3, spec: '' });
  await settle();
  told.length = 0;
  for (const worker of [1, 2, 3]) pool.handle({ type: 'kill', worker });
  expect(spawns[2]?.signal.aborted).toBe(true);
  spawns[2]?.resolve(process(300));
  jobs[0]?.resolve({ type: 'done', answer: 'late', reusable: true });
  await settle();
  expect(told).toEqual([]);
  expect(disposed.sort()).toEqual([100, 200, 300]);
  expect(abandoned).toEqual(['late']);
});

it('closes only when every process is reaped', async () => {
  const { pool, spawns, disposed, process, spawn } = setUp();
  await spawn(1);
  pool.handle({ type: 'spawn', worker: 2, spec: '' });
  await settle();
  let closed = false;
  pool.close().then(() => (closed = true));
  await settle();
  expect(closed).toBe(false);
  spawns[1]?.resolve(process(200));
  await settle();
  expect(closed).toBe(true);
  expect(disposed).toEqual([100, 200]);
});

it('ends a worker that seems sound but whose connection broke meanwhile', async () => {
  const { pool, jobs, told, disposed, spawns, process, work } = setUp();
  pool.handle({ type: 'spawn', worker: 1, spec: '' });
  await settle();
  const own = process(100);
  spawns[0]?.resolve(own);
  await settle();
  await work(1);
  (own.connection as { isBroken: boolean }).isBroken = true;
  jobs[0]?.resolve({ type: 'done', answer: 'a', reusable: true });
  await settle();
  expect(told.slice(1)).toEqual([{ type: 'concluded', worker: 1, answer: 'a', reusable: false }]);
  expect(disposed).toEqual([100]);
});

it('tells those who look on why each worker has ended, and how many jobs it had', async () => {
  const { clock, pool, spawn, spawns, work, jobs, news } = setUp({ idleMs: 60_000, maxJobs: 2 });
  const done = async (result: WorkResult<string>): Promise<void> => {
    jobs.at(-1)?.resolve(result);
    await settle();
  };
  const served = { type: 'done', answer: '', reusable: true } as const;
  for (const worker of [1, 2, 3, 4, 5, 6]) await spawn(worker);
  await work(1);
  await done({ type: 'not-taken', message: 'what it said last' });
  await work(2);
  await done({ ...served, reusable: false });
  await work(3);
  await done(served);
  await work(3);
  await done(served);
  spawns[3]?.onGone();
  await work(5);
  pool.handle({ type: 'kill', worker: 5 });
  await done({ type: 'not-taken', message: 'it was killed' });
  await clock.advance(60_000);
  await spawn(7);
  await pool.close();
  expect(news).toEqual([
    { worker: 'execute', pid: 100, reason: 'left-its-request', message: 'what it said last', jobs: 1 },
    { worker: 'execute', pid: 200, reason: 'not-reusable', message: expect.any(String), jobs: 1 },
    { worker: 'execute', pid: 300, reason: 'served-its-jobs', message: expect.any(String), jobs: 2 },
    { worker: 'execute', pid: 400, reason: 'ended-by-itself', message: expect.any(String), jobs: 0 },
    { worker: 'execute', pid: 500, reason: 'killed', message: expect.any(String), jobs: 1 },
    { worker: 'execute', pid: 600, reason: 'idle', message: expect.any(String), jobs: 0 },
    { worker: 'execute', pid: 700, reason: 'host-closed', message: expect.any(String), jobs: 0 },
  ]);
});
