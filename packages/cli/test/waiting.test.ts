import type { Obstacle } from '@pvf/cluster';
import { expect, test, vi } from 'vitest';
import { Waiting } from '../src/commands/cluster/waiting.ts';

const NONE: Obstacle = { type: 'agents', there: 0, needed: 2, others: [] };

test('why nothing comes is said after a while, once each, and again after something came', async () => {
  vi.useFakeTimers();
  let now: Obstacle[] | Error = [];
  const told: string[] = [];
  const run = { obstacles: async () => (now instanceof Error ? Promise.reject(now) : now) };
  const waiting = new Waiting(run, (line) => told.push(line), 1_000);
  const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);
  await pass(5_000);
  expect(told).toEqual([]);
  now = [NONE];
  await pass(5_000);
  const none = 'no agent of this version at work: waiting for them (pvf cluster agent)';
  expect(told.splice(0)).toEqual([none]);
  now = new Error('timeout');
  await pass(2_000);
  expect(told.splice(0)).toEqual(['the servers do not answer, or not as they should: timeout']);
  now = [
    { type: 'paused', agents: [{ id: 'p', paused: 'no space\nleft' }] },
    { type: 'full', name: 'PVF_RESULTS', bytes: 2_000_000, limit: 2_097_152 },
  ] as unknown as Obstacle[];
  await pass(2_000);
  expect(told.splice(0)).toEqual([
    'agents that take nothing for a while, after faults of their machines: p: no space | left\n' +
      'the store PVF_RESULTS is full (1.9 MiB of 2.0 MiB): what does not fit waits until runs are fetched or cancelled',
  ]);
  const others = [{ id: 'o', version: '9.9.9' }];
  now = [{ type: 'agents', there: 1, needed: 2, others }] as unknown as Obstacle[];
  waiting.answered();
  await pass(900);
  expect(told).toEqual([]);
  const elsewhere: string[] = [];
  waiting.through((line) => elsewhere.push(line));
  await pass(3_000);
  waiting.answered();
  await pass(3_000);
  const one =
    'only 1 of 2 agents of this version at work: waiting for them (pvf cluster agent); those of other versions get nothing of it: o (9.9.9)';
  expect([told, elsewhere]).toEqual([[], [one, one]]);
  waiting.stop();
  now = [NONE];
  await pass(5_000);
  expect(elsewhere).toHaveLength(2);
  vi.useRealTimers();
});
