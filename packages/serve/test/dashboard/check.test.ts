import { describe, expect, test } from 'vitest';
import {
  failedAt,
  importGroups,
  nearLimits,
  parametersOf,
  stepsOf,
} from '../../dashboard/src/model/check.ts';

const MIB = 2 ** 20;
const states = (steps: ReturnType<typeof stepsOf>) => steps.map(({ state }) => state);

describe('the steps of a check', () => {
  test('an upload tells how far it has come', () => {
    const steps = stepsOf({ phase: 'uploading', sent: 300, total: 1_000 }, true, 0);
    expect(states(steps)).toEqual(['now', 'later', 'later']);
    expect(steps[0]?.note).toBe('30 %');
  });

  test('a precheck waits, compiles and is done', () => {
    const asking = (progress: { type: string }[]) =>
      stepsOf({ phase: 'asking', progress, since: 0 }, false, 3_400);
    expect(asking([])[1]).toMatchObject({ state: 'now', note: 'looks for it in the cache (3.00 s)' });
    expect(asking([{ type: 'waiting' }])[1]?.note).toMatch(/waits/);
    expect(asking([{ type: 'preparing' }])[1]?.note).toMatch(/compiles/);
    const done = stepsOf({ phase: 'done', progress: [{ type: 'artifact-ready' }] }, false, 0);
    expect(states(done)).toEqual(['done', 'done']);
  });

  test('a validation is prepared, queued, executed, tried again', () => {
    const ready = { type: 'artifact-ready', fromCache: true };
    const asking = (more: { type: string; attempt?: number; afterMs?: number }) =>
      stepsOf({ phase: 'asking', progress: [ready, more], since: 0 }, true, 0)[2];
    expect(asking({ type: 'execution-queued' })).toMatchObject({ state: 'now' });
    expect(asking({ type: 'executing', attempt: 2 })?.note).toMatch(/attempt 2/);
    expect(asking({ type: 'retrying', afterMs: 1_000 })?.note).toMatch(/tried again in 1\.00 s/);
    const done = stepsOf({ phase: 'done', progress: [ready, { type: 'executing', attempt: 2 }] }, true, 0);
    expect(done.map(({ note }) => note)).toEqual(['', 'was prepared already', '2 attempts']);
  });

  test('a failure stands where it happened', () => {
    const upload = failedAt({ phase: 'uploading', sent: 3, total: 9 });
    expect(states(stepsOf(upload, false, 0))).toEqual(['failed', 'later']);
    expect(states(stepsOf(upload, true, 0))).toEqual(['failed', 'later', 'later']);
    const early = failedAt({ phase: 'asking', progress: [{ type: 'preparing' }], since: 0 });
    expect(states(stepsOf(early, false, 0))).toEqual(['done', 'failed']);
    expect(states(stepsOf(early, true, 0))).toEqual(['done', 'failed', 'later']);
    const late = failedAt({ phase: 'asking', progress: [{ type: 'artifact-ready' }], since: 0 });
    expect(states(stepsOf(late, false, 0))).toEqual(['done', 'failed']);
    expect(states(stepsOf(late, true, 0))).toEqual(['done', 'done', 'failed']);
  });

  test('an outcome says nothing of steps that were not taken', () => {
    const done = (...types: string[]) =>
      states(stepsOf({ phase: 'done', progress: types.map((type) => ({ type })) }, true, 0));
    expect(done('preparing')).toEqual(['done', 'failed', 'later']);
    expect(done()).toEqual(['done', 'later', 'later']);
    expect(done('artifact-ready')).toEqual(['done', 'done', 'later']);
  });
});

describe('the limits that go with a check', () => {
  test('none, Polkadot’s, and one’s own as JSON or bytes', () => {
    expect(parametersOf('none', 'ignored', '30')).toEqual({
      executorParams: [],
      validationCodeBombLimit: 30 * MIB,
    });
    expect(parametersOf('polkadot', '', '1.5').validationCodeBombLimit).toBe(1.5 * MIB);
    expect(parametersOf('own', ' [{"MaxMemoryPages": 4096}] ', '30').executorParams).toEqual([
      { MaxMemoryPages: 4_096 },
    ]);
    expect(parametersOf('own', '0x00', '30').executorParams).toBe('0x00');
  });

  test('what is no limit is refused in plain words', () => {
    for (const text of ['', 'x', '{}', '7', '0xzz'])
      expect(() => parametersOf('own', text, '30')).toThrow(/JSON array/);
    for (const mebibytes of ['', '0', '-1', 'x', '4096', 'Infinity']) {
      expect(() => parametersOf('none', '', mebibytes)).toThrow(/number of MiB/);
    }
  });

  test('code near a limit is warned of', () => {
    expect(nearLimits(2 * MIB, 20 * MIB, 30 * MIB)).toEqual([]);
    expect(nearLimits(2.5 * MIB, undefined, 30 * MIB)).toEqual([
      'its code is near its limit: 83 % of it is used',
    ]);
    expect(nearLimits(4 * MIB, 29 * MIB, 30 * MIB)).toHaveLength(2);
  });
});

test('imports are told by their class, those that work first', () => {
  const groups = importGroups([
    { module: 'env', name: 'bad', kind: 'function', class: 'unknown (traps)' },
    { module: 'env', name: 'good', kind: 'function', class: 'known' },
    { module: 'other', name: 'table', kind: 'table', class: 'known' },
  ]);
  expect(groups).toEqual([
    ['known', ['good', 'other.table (table)']],
    ['unknown (traps)', ['bad']],
  ]);
});
