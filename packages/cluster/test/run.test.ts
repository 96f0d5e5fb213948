// What decides which candidate is asked for, told, and removed; and what is told of two machines that disagree.
import { expect, test } from 'vitest';
import { waitingExecutor } from '../check/support/executors.ts';
import { blockDataOf, jobOf } from '../check/support/jobs.ts';
import type { AgentRecord, Result } from '../src/records/index.ts';
import { Blocks } from '../src/run/blocks.ts';
import { CpuTimes, disagreementOf } from '../src/run/disagreement.ts';
import { obstaclesAmong } from '../src/run/obstacles.ts';
import { Window } from '../src/run/window.ts';
import { VERSION } from '../src/version.ts';

async function take<T>(window: Window<T>, count: number) {
  const found: { index: number; results: T[] }[] = [];
  if (count === 0) return found;
  for await (const each of window.complete()) {
    found.push(each);
    window.taken();
    if (found.length === count) break;
  }
  return found;
}

test('no more are out than the window has room for, those not taken among them', async () => {
  const window = new Window<string>(2, 1);
  for (const index of [0, 1]) {
    expect(await window.room()).toBe(true);
    window.open(index);
  }
  let open = false;
  const third = window.room().then((room) => {
    open = room;
  });
  window.put(0, 0, 'a');
  await new Promise((resolve) => setTimeout(resolve));
  expect(open).toBe(false);
  expect(await take(window, 1)).toEqual([{ index: 0, results: ['a'] }]);
  await third;
  expect(open).toBe(true);
});

test('each is told once, when all its answers are there, in the order of the replicas', async () => {
  const window = new Window<string>(10, 2);
  window.open(7);
  window.put(7, 1, 'b');
  window.put(7, 1, 'again');
  window.put(7, 2, 'too many');
  window.put(8, 0, 'of nobody');
  window.put(7, 0, 'a');
  window.put(7, 0, 'late');
  window.allOpened();
  expect(await take(window, 10)).toEqual([{ index: 7, results: ['a', 'b'] }]);
});

test('an answer to something else is none, and fails everything', async () => {
  const window = new Window<string>(10, 1);
  window.open(0, (result) => {
    if (result !== 'mine') throw new Error('of another');
  });
  window.put(0, 0, 'not mine');
  await expect(take(window, 1)).rejects.toThrow('of another');
});

test('a failure reaches who waits for answers, and who waits for room', async () => {
  const window = new Window<string>(1, 1);
  window.open(0);
  const room = window.room();
  const told = take(window, 1);
  window.fail(new Error('why'));
  await expect(told).rejects.toThrow('why');
  expect(await room).toBe(false);
});

test('a block is finished once all of it were taken and none of it can come any more', () => {
  const blocks = new Blocks();
  expect(blocks.add(0)).toEqual([]);
  expect(blocks.add(1023)).toEqual([]);
  expect(blocks.take(0)).toBeUndefined();
  expect(blocks.take(1023)).toBeUndefined();
  expect(blocks.add(1024)).toEqual([0]);
  expect(blocks.add(5000)).toEqual([]);
  expect(blocks.take(1024)).toBe(1);
  expect(blocks.take(5000)).toBeUndefined();
});

const machine = (cpu: string) => ({ engine: 'e', cpu, cores: 1, kernel: 'k', arch: 'x64' });

async function resultOf(
  agent: string,
  manner: Parameters<typeof waitingExecutor>[0],
  index = 1,
): Promise<Result> {
  const executor = waitingExecutor(manner);
  const code = await executor.importCode(new Uint8Array(8));
  const outcome = await executor.validate({
    ...jobOf({ hash: '', bytes: 8 }, blockDataOf(index)).input,
    code,
  } as never);
  return {
    run: 'r',
    index,
    replica: 0,
    job: 'ab'.repeat(32),
    agent,
    machine: machine(agent),
    answer: { task: 'validate', outcome },
    attempts: [],
  };
}

test('what differs is told with both machines', async () => {
  const one = await resultOf('one', {});
  expect(disagreementOf(1, [one, await resultOf('two', { cpuMs: 2 })])).toBeUndefined();
  const bent = await resultOf('two', {
    bend: (head) => head.map((byte, at) => (at === 0 ? byte ^ 1 : byte)),
  });
  expect(disagreementOf(1, [one, bent])).toMatchObject({
    about: ['result'],
    sides: [
      { agent: 'one', machine: machine('one') },
      { agent: 'two', machine: machine('two') },
    ],
  });
  const refused = await resultOf('two', { fault: () => 'x' });
  expect(disagreementOf(1, [one, refused])?.about).toEqual(['outcome']);
  expect(disagreementOf(1, [one, await resultOf('two', { cpuMs: 500 })])?.about).toEqual(['cpu-time']);
  expect(disagreementOf(1, [one, { ...one, answer: { task: 'none', reason: 'lost' } }])?.about).toEqual([
    'outcome',
  ]);
});

test('a machine that is slow on the whole is told, though no single candidate is beyond the margin', async () => {
  const times = new CpuTimes();
  for (let index = 0; index < 30; index += 1)
    times.add([await resultOf('one', { cpuMs: 20 }, index), await resultOf('two', { cpuMs: 40 }, index)]);
  expect(times.slow()).toMatchObject([{ agent: 'two', factor: 2, candidates: 30 }]);
});

test('what a run waits for are agents of its version, and such as are at work', () => {
  const agent = (id: string, more: Partial<AgentRecord> = {}) =>
    ({ id, version: VERSION, ...more }) as AgentRecord;
  const other = agent('o', { version: '9.9.9' });
  const paused = agent('p', { paused: 'no space left' });
  expect(obstaclesAmong([agent('a'), other], 1)).toEqual([]);
  expect(obstaclesAmong([agent('a'), other], 2)).toEqual([
    { type: 'agents', there: 1, needed: 2, others: [other] },
  ]);
  expect(obstaclesAmong([], 1)).toEqual([{ type: 'agents', there: 0, needed: 1, others: [] }]);
  expect(obstaclesAmong([agent('a'), paused], 1)).toEqual([]);
  expect(obstaclesAmong([agent('a'), paused], 2)).toEqual([{ type: 'paused', agents: [paused] }]);
});
