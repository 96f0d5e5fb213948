import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FakeClock } from '@pvf/test-kit';
import { describe, expect, it } from 'vitest';
import type { ExecutionKind, PvfHost, ValidateRequest } from '../../src/index.ts';
import { tempDir } from '../support/fake-worker.ts';
import { candidate, metric, progressOf, startFakeHost, text } from '../support/hosts.ts';

const PREPARATION = `prepare-worker-${Buffer.from('a PVF').toString('hex')}`;
const executions = (block: string) => `execute-worker-${Buffer.from(block).toString('hex')}`;

/** Validates, and moves time past the pause before the second try. */
async function withRetry(host: PvfHost, clock: FakeClock, request: ValidateRequest) {
  const retrying = progressOf('retrying');
  const outcome = host.validate({ ...request, onProgress: retrying.onProgress });
  const event = await retrying.reached;
  await clock.advance(event.afterMs);
  return await outcome;
}

const artifactFiles = (dir: string): string[] =>
  readdirSync(dir).flatMap((name) => (name.endsWith('.pvf') ? [join(dir, name)] : []));

describe('a doubtful outcome of an approval or a dispute is tried once more', () => {
  it.each([
    ['job-died', 'dispute'],
    ['job-error', 'approval'],
    ['dies', 'approval'],
    ['internal-error', 'dispute'],
    ['runtime-construction', 'approval'],
  ] as [string, ExecutionKind][])('%s, then fine', async (behaviour, kind) => {
    const clock = new FakeClock();
    const { host } = await startFakeHost({ clock });
    const outcome = await withRetry(host, clock, candidate(`once ${behaviour}`, { kind }));
    expect(outcome).toMatchObject({ kind: 'valid', vote: 'for', attempts: 2 });
    expect(await metric(host, 'pvf_retries_total')).toBe(1);
  });

  it.each([
    ['job-died', { kind: 'possibly-invalid', vote: 'against', cause: 'job-died' }],
    ['dies', { kind: 'possibly-invalid', vote: 'against', cause: 'worker-died' }],
    ['internal-error', { kind: 'internal', vote: 'abstain', cause: 'kernel' }],
  ])('%s twice decides', async (behaviour, expected) => {
    const clock = new FakeClock();
    const { host, worker } = await startFakeHost({ clock });
    const outcome = await withRetry(host, clock, candidate(behaviour));
    expect(outcome).toMatchObject({ ...expected, attempts: 2 });
    expect(worker.count(executions(behaviour))).toBe(2);
  });

  it('not before a second has passed', async () => {
    const clock = new FakeClock();
    const { host, worker } = await startFakeHost({ clock });
    const retrying = progressOf('retrying');
    const outcome = host.validate(candidate('once job-died', { onProgress: retrying.onProgress }));
    expect(await retrying.reached).toMatchObject({ cause: 'job-died', afterMs: 1_000 });
    await clock.advance(999);
    expect(worker.count(executions('once job-died'))).toBe(1);
    await clock.advance(1);
    expect((await outcome).kind).toBe('valid');
  });

  it('never past the deadline', async () => {
    const clock = new FakeClock();
    const { host } = await startFakeHost({ clock });
    const outcome = await host.validate(candidate('once job-died', { deadlineMs: 1_000 }));
    expect(outcome).toMatchObject({ kind: 'possibly-invalid', vote: 'against', attempts: 1 });
  });
});

it.each(['refuses', 'job-timed-out'])(
  'a candidate that broke a rule is not tried again: %s',
  async (block) => {
    const { host, worker } = await startFakeHost();
    expect(await host.validate(candidate(block))).toMatchObject({ kind: 'invalid', attempts: 1 });
    expect(worker.count(executions(block))).toBe(1);
  },
);

it.each(['backing', 'backing-system'] as const)('nothing is tried again for %s', async (kind) => {
  const { host, worker } = await startFakeHost();
  expect(await host.validate(candidate('once job-died', { kind }))).toMatchObject({
    attempts: 1,
    vote: 'against',
  });
  expect(worker.count(executions('once job-died'))).toBe(1);
});

describe('an artifact at fault', () => {
  it('is prepared again before the second try', async () => {
    const clock = new FakeClock();
    const { host, worker } = await startFakeHost({ clock });
    await withRetry(host, clock, candidate('once runtime-construction'));
    expect(worker.count(PREPARATION)).toBe(2);
  });

  it('stays when the candidate or the machine is at fault', async () => {
    const clock = new FakeClock();
    const { host, worker } = await startFakeHost({ clock });
    await withRetry(host, clock, candidate('once job-died'));
    expect(worker.count(PREPARATION)).toBe(1);
  });

  it('that is deleted is prepared again without harm, for backing too', async () => {
    const cacheDir = tempDir();
    const { host, worker } = await startFakeHost({ cacheDir });
    await host.validate(candidate('first'));
    for (const path of artifactFiles(cacheDir)) rmSync(path);
    expect(await host.validate(candidate('second', { kind: 'backing' }))).toMatchObject({
      kind: 'valid',
      attempts: 1,
    });
    expect(worker.count(PREPARATION)).toBe(2);
  });

  it('that is corrupted on disk is prepared again and does not dispute', async () => {
    const clock = new FakeClock();
    const cacheDir = tempDir();
    const { host, worker } = await startFakeHost({ cacheDir, clock });
    await host.validate(candidate('first'));
    for (const path of artifactFiles(cacheDir)) {
      rmSync(path);
      writeFileSync(path, 'rubbish');
    }
    expect(await withRetry(host, clock, candidate('second'))).toMatchObject({
      kind: 'valid',
      vote: 'for',
      attempts: 2,
    });
    expect(worker.count(PREPARATION)).toBe(2);
  });
});

describe('executor params', () => {
  it('that do not change the artifact cause no new preparation, but another worker', async () => {
    const { host, worker } = await startFakeHost();
    await host.validate(candidate('first'));
    await host.validate(candidate('second', { executorParams: [{ type: 'MaxMemoryPages', value: 3_000 }] }));
    expect(worker.count(PREPARATION)).toBe(1);
    expect(worker.count('spawned-execute-worker')).toBe(2);
  });

  it('that change the artifact cause a new preparation', async () => {
    const { host, worker } = await startFakeHost();
    await host.validate(candidate('first'));
    await host.validate(candidate('second', { executorParams: [{ type: 'StackLogicalMax', value: 2_048 }] }));
    expect(worker.count(PREPARATION)).toBe(2);
  });
});

it('a failed preparation is tried again for a new request after 15 minutes', async () => {
  const clock = new FakeClock();
  const { host } = await startFakeHost({ clock });
  const request = candidate('fine', { code: text('once job-died') });
  expect(await host.validate(request)).toMatchObject({
    kind: 'internal',
    cause: 'non-deterministic-preparation',
  });
  expect(await host.validate(request)).toMatchObject({
    kind: 'internal',
    cause: 'non-deterministic-preparation',
  });
  await clock.advance(15 * 60_000);
  expect(await host.validate(request)).toMatchObject({ kind: 'valid' });
});

it('concurrent requests for one PVF share one preparation', async () => {
  const { host, worker } = await startFakeHost();
  const outcomes = await Promise.all([
    host.precheck({ code: text('a PVF') }),
    ...['1', '2', '3', '4'].map((block) => host.validate(candidate(block))),
  ]);
  expect(outcomes.map(({ vote }) => vote)).toEqual(['for', 'for', 'for', 'for', 'for']);
  expect(worker.count(PREPARATION)).toBe(1);
});

it('a heads-up prepares ahead', async () => {
  const { host, worker } = await startFakeHost();
  await host.headsUp([{ code: text('a PVF') }]);
  expect(await host.validate(candidate('fine'))).toMatchObject({ kind: 'valid' });
  expect(worker.count(PREPARATION)).toBe(1);
});
