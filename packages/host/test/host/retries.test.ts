import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FakeClock } from '@pvf/test-kit';
import { pino } from 'pino';
import { beforeAll, describe, expect, it } from 'vitest';
import type { ExecutionKind, ProgressEvent, PvfHost, ValidateRequest } from '../../src/index.ts';
import { atTheEnd, type FakeWorker, tempDir } from '../support/fake-worker.ts';
import { candidate, DEFAULTS, metric, progressOf, startFakeHost, text } from '../support/hosts.ts';

const preparations = (code: string): number =>
  worker.count(`prepare-worker-${Buffer.from(code).toString('hex')}`);
const executions = (block: string): string => `execute-worker-${Buffer.from(block).toString('hex')}`;

/** Validates, and moves time past the pause before the second try. */
async function withRetry(host: PvfHost, clock: FakeClock, request: ValidateRequest) {
  const retrying = progressOf('retrying');
  const outcome = host.validate({ ...request, onProgress: retrying.onProgress });
  const event = await retrying.reached;
  await clock.advance(event.afterMs);
  return await outcome;
}

/** Validates, and moves time past every pause before another try, or that far. */
async function withRetries(host: PvfHost, clock: FakeClock, request: ValidateRequest, pastMs?: number) {
  const onProgress = (event: ProgressEvent): void => {
    if (event.type === 'retrying') void clock.advance(pastMs ?? event.afterMs);
  };
  return await host.validate({ ...request, onProgress });
}

let host: PvfHost;
let worker: FakeWorker;
let cacheDir: string;
const clock = new FakeClock();
const cleanup = atTheEnd();
beforeAll(async () => {
  cacheDir = tempDir(cleanup);
  ({ host, worker } = await startFakeHost({ clock, cacheDir }, cleanup));
});

const artifactFiles = (codeHash: string): string[] =>
  readdirSync(cacheDir).flatMap((name) => (name.startsWith(codeHash) ? [join(cacheDir, name)] : []));

describe('a doubtful outcome of an approval or a dispute is tried once more for each class of doubt', () => {
  it.each([
    ['job-died', 'dispute'],
    ['job-error', 'approval'],
    ['dies', 'approval'],
    ['internal-error', 'dispute'],
    ['runtime-construction', 'approval'],
  ] as [string, ExecutionKind][])('%s, then fine', async (behaviour, kind) => {
    const outcome = await withRetry(host, clock, candidate(`once ${behaviour} and then fine`, { kind }));
    expect(outcome).toMatchObject({ kind: 'valid', vote: 'unchecked', attempts: 2 });
    expect(await metric(host, 'pvf_retries_total')).toBeGreaterThan(0);
  });

  it.each([
    ['job-died', { kind: 'possibly-invalid', vote: 'unchecked', cause: 'job-died' }],
    ['dies', { kind: 'possibly-invalid', vote: 'unchecked', cause: 'worker-died' }],
    ['internal-error', { kind: 'internal', vote: 'abstain', cause: 'kernel' }],
  ])('%s twice decides', async (behaviour, expected) => {
    const block = `${behaviour} twice`;
    const outcome = await withRetry(host, clock, candidate(block));
    expect(outcome).toMatchObject({ ...expected, attempts: 2 });
    expect(worker.count(executions(block))).toBe(2);
  });

  it.each([
    ['internal-error,job-died', 'valid', 3],
    ['internal-error,dies', 'valid', 3],
    ['internal-error,runtime-construction', 'valid', 3],
    ['corrupted,job-died', 'valid', 3],
    ['corrupted,internal-error', 'valid', 3],
    ['job-died,internal-error', 'valid', 3],
    ['job-died,job-error', 'valid', 3],
    ['runtime-construction,job-error', 'valid', 3],
    ['job-error,job-died,internal-error,corrupted', 'valid', 5],
    ['job-died,dies', 'possibly-invalid', 2],
    ['dies,job-error,job-died', 'possibly-invalid', 3],
    ['runtime-construction,corrupted', 'possibly-invalid', 2],
    ['corrupted,job-died,runtime-construction', 'possibly-invalid', 3],
    ['job-error,internal-error,job-error', 'possibly-invalid', 3],
    ['internal-error,job-died,internal-error', 'internal', 3],
    ['job-died,refuses', 'invalid', 2],
  ])('%s', async (sequence, kind, attempts) => {
    for (const reason of ['approval', 'dispute'] as const) {
      const block = `seq ${sequence} ${reason}`;
      const outcome = await withRetries(host, clock, candidate(block, { kind: reason }));
      expect(outcome).toMatchObject({ kind, attempts });
      expect(worker.count(executions(block))).toBe(attempts);
    }
  });

  it('and what is told is of the last try, but where the artifact came from of the first', async () => {
    const code = text('a PVF that is new to two tries');
    const first = await withRetries(host, clock, candidate('seq job-died told', { code }));
    expect(first).toMatchObject({ kind: 'valid', attempts: 2, artifact: { fromCache: false } });
    const answered = await host.validate(candidate('told', { code }));
    expect(answered).toMatchObject({ cpuTimeNs: 5_000_000n, artifact: { fromCache: true } });
    expect(answered.detail.used.cpuTimeMs).toBe(5);
    const last = await withRetries(host, clock, candidate('seq corrupted,job-died,job-died told', { code }));
    expect(last).toMatchObject({ kind: 'possibly-invalid', cause: 'job-died', attempts: 3 });
    expect(last.cpuTimeNs).toBeUndefined();
    expect(last.detail.used.cpuTimeMs).toBeUndefined();
  });

  it('with the whole limit, however late the doubt came', async () => {
    const block = 'seq job-died late';
    const outcome = await withRetries(host, clock, candidate(block), 11_000);
    expect(outcome).toMatchObject({ kind: 'valid', attempts: 2 });
    expect(worker.limits('exec', block).map(({ secs }) => secs)).toEqual([12, 12]);
  });

  it('not before a second has passed', async () => {
    const retrying = progressOf('retrying');
    const outcome = host.validate(candidate('once job-died early', { onProgress: retrying.onProgress }));
    expect(await retrying.reached).toMatchObject({ cause: 'job-died', afterMs: 1_000 });
    await clock.advance(999);
    expect(worker.count(executions('once job-died early'))).toBe(1);
    await clock.advance(1);
    expect((await outcome).kind).toBe('valid');
  });

  it('never past the deadline', async () => {
    const outcome = await host.validate(candidate('once job-died late', { deadlineMs: 1_000 }));
    expect(outcome).toMatchObject({ kind: 'possibly-invalid', vote: 'unchecked', attempts: 1 });
  });
});

it.each(['refuses', 'job-timed-out'])(
  'a candidate that broke a rule is not tried again: %s',
  async (block) => {
    expect(await host.validate(candidate(block))).toMatchObject({ kind: 'invalid', attempts: 1 });
    expect(worker.count(executions(block))).toBe(1);
  },
);

describe.each(['backing', 'backing-system'] as const)('for %s', (kind) => {
  it.each([
    ['job-died', 'possibly-invalid'],
    ['dies', 'possibly-invalid'],
    ['job-error', 'possibly-invalid'],
    ['runtime-construction', 'possibly-invalid'],
    ['internal-error', 'internal'],
  ])('nothing is tried again: %s', async (behaviour, expected) => {
    const block = `once ${behaviour} ${kind}`;
    expect(await host.validate(candidate(block, { kind }))).toMatchObject({ attempts: 1, kind: expected });
    expect(worker.count(executions(block))).toBe(1);
  });

  it.each([
    ['corrupted', 'valid', 2],
    ['corrupted,corrupted', 'possibly-invalid', 2],
    ['corrupted,runtime-construction', 'possibly-invalid', 2],
    ['corrupted,job-died', 'possibly-invalid', 2],
  ])('a corrupted artifact is prepared again once: %s', async (sequence, expected, attempts) => {
    const code = text(`a PVF for ${sequence} ${kind}`);
    const block = `seq ${sequence} ${kind}`;
    expect(await host.validate(candidate(block, { code, kind }))).toMatchObject({ kind: expected, attempts });
    expect(worker.count(executions(block))).toBe(attempts);
    expect(preparations(`a PVF for ${sequence} ${kind}`)).toBe(2);
  });
});

it.each([
  [{ retryPauseMs: 0 }, 0],
  [{ retryPauseMs: 250 }, 250],
])('the pause is an option: %o', async (options, afterMs) => {
  const own = new FakeClock();
  const { host: other } = await startFakeHost({ clock: own, ...options });
  const retrying = progressOf('retrying');
  const outcome = other.validate(candidate('seq job-died', { onProgress: retrying.onProgress }));
  expect(await retrying.reached).toMatchObject({ afterMs });
  await own.advance(afterMs);
  expect(await outcome).toMatchObject({ kind: 'valid', attempts: 2 });
});

describe('an artifact at fault', () => {
  it('is prepared again before the second try, without a pause', async () => {
    const code = text('a PVF whose artifact is at fault');
    await host.validate(candidate('once runtime-construction', { code }));
    expect(preparations('a PVF whose artifact is at fault')).toBe(2);
  });

  it('stays when the candidate or the machine is at fault', async () => {
    const code = text('a PVF whose artifact is sound');
    await withRetry(host, clock, candidate('once job-died', { code }));
    expect(preparations('a PVF whose artifact is sound')).toBe(1);
  });

  it('that is deleted is prepared again without harm, for backing too', async () => {
    const code = text('a PVF whose artifact vanishes');
    const { codeHash } = await host.validate(candidate('first', { code }));
    for (const path of artifactFiles(codeHash)) rmSync(path);
    const second = await host.validate(candidate('second', { code, kind: 'backing' }));
    expect(second).toMatchObject({ kind: 'valid', attempts: 1 });
    expect(preparations('a PVF whose artifact vanishes')).toBe(2);
  });

  it('that is corrupted on disk is prepared again and does not dispute', async () => {
    const code = text('a PVF whose artifact rots');
    const { codeHash } = await host.validate(candidate('first', { code }));
    for (const path of artifactFiles(codeHash)) {
      rmSync(path);
      writeFileSync(path, 'rubbish');
    }
    const second = await host.validate(candidate('second', { code }));
    expect(second).toMatchObject({ kind: 'valid', attempts: 2 });
    expect(preparations('a PVF whose artifact rots')).toBe(2);
  });

  it('of three candidates at once is prepared again for all of them', async () => {
    const code = text('a PVF that three doubt');
    const blocks = ['a', 'b', 'c'].map((each) => `seq runtime-construction ${each}`);
    const outcomes = await Promise.all(blocks.map((block) => host.validate(candidate(block, { code }))));
    expect(outcomes.map(({ kind }) => kind)).toEqual(['valid', 'valid', 'valid']);
  });

  it('that is deleted again and again is this machine’s fault, and ends in no vote', async () => {
    const code = text('a PVF whose artifact keeps vanishing');
    const { codeHash } = await host.validate(candidate('first', { code }));
    const onProgress = ({ type }: ProgressEvent): void => {
      if (type === 'artifact-ready') for (const path of artifactFiles(codeHash)) rmSync(path);
    };
    const outcome = await host.validate(candidate('second', { code, onProgress }));
    expect(outcome).toMatchObject({ kind: 'internal', cause: 'could-not-create-link', attempts: 0 });
    expect(preparations('a PVF whose artifact keeps vanishing')).toBe(4);
  });
});

describe('executor params', () => {
  it('that do not change the artifact cause no new preparation, but another worker', async () => {
    const code = text('a PVF with more memory');
    await host.validate(candidate('first', { code }));
    const before = worker.count('spawned-execute-worker');
    const executorParams = [{ type: 'MaxMemoryPages', value: 3_000 }] as const;
    await host.validate(candidate('second', { code, executorParams }));
    expect(preparations('a PVF with more memory')).toBe(1);
    expect(worker.count('spawned-execute-worker')).toBe(before + 1);
  });

  it('that change the artifact cause a new preparation', async () => {
    const code = text('a PVF with less stack');
    await host.validate(candidate('first', { code }));
    const executorParams = [{ type: 'StackLogicalMax', value: 2_048 }] as const;
    await host.validate(candidate('second', { code, executorParams }));
    expect(preparations('a PVF with less stack')).toBe(2);
  });
});

it('concurrent requests for one PVF share one preparation', async () => {
  const code = text('a PVF that many want');
  const outcomes = await Promise.all([
    host.precheck({ ...DEFAULTS, code }),
    ...['1', '2', '3', '4'].map((block) => host.validate(candidate(block, { code }))),
  ]);
  expect(outcomes.map(({ vote }) => vote)).toEqual(['for', ...Array(4).fill('unchecked')]);
  expect(preparations('a PVF that many want')).toBe(1);
});

it('a heads-up prepares ahead', async () => {
  const code = text('a PVF needed soon');
  await host.headsUp([{ ...DEFAULTS, code }]);
  expect(await host.validate(candidate('fine', { code }))).toMatchObject({ kind: 'valid' });
  expect(preparations('a PVF needed soon')).toBe(1);
});

it('a failed preparation is tried again for a new request after 15 minutes', async () => {
  const request = candidate('fine', { code: text('once job-died') });
  for (let i = 0; i < 2; i += 1) {
    const cause = 'non-deterministic-preparation';
    expect(await host.validate(request)).toMatchObject({ kind: 'internal', cause });
  }
  await clock.advance(15 * 60_000);
  expect(await host.validate(request)).toMatchObject({ kind: 'valid' });
});

it('a PVF that this host gives up is an error in the log and a count, once, until an operator has it forgotten', async () => {
  const lines: { level: number; codeHash?: string }[] = [];
  const logger = pino({ level: 'error' }, { write: (line: string) => void lines.push(JSON.parse(line)) });
  const own = new FakeClock();
  const { host: other } = await startFakeHost({ clock: own, logger });
  const code = text('seq job-died,job-died,job-died,job-died,job-died,job-died sound from now on');
  const tryAgain = async () => (await other.validate(candidate('x', { code }))).kind;
  for (let i = 0; i < 6; i += 1) {
    expect(lines).toEqual([]);
    expect(await tryAgain()).toBe('internal');
    await own.advance(15 * 60_000);
  }
  expect(await tryAgain()).toBe('internal');
  const { codeHash } = await other.importCode(code).then(({ hash }) => ({ codeHash: hash }));
  expect(lines).toMatchObject([{ level: 50, codeHash }]);
  expect(await metric(other, 'pvf_final_preparation_failures_total', { error: 'JobDied' })).toBe(1);
  expect(() => other.forgetFailures('c0de')).toThrow(expect.objectContaining({ code: 'INVALID_REQUEST' }));
  expect(other.forgetFailures(`0x${codeHash}`)).toBe(1);
  expect(await tryAgain()).toBe('valid');
});
