import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import {
  burnsCpuBlock,
  descendantsOf,
  guest,
  isAlive,
  slowToCompile,
  threadCount,
  waitUntil,
} from '@pvf/test-kit';
import { beforeAll, describe, expect, it } from 'vitest';
import type { PvfHost } from '../../src/index.ts';
import { atTheEnd, tempDir } from '../support/fake-worker.ts';
import { candidate, DEFAULTS, progressOf, startHost, workerProcesses } from '../support/hosts.ts';

const LONG = burnsCpuBlock(1n << 60n);
/** Far from what any test needs. */
const LONG_LIMIT_MS = 120_000;

let shared: PvfHost;
const cleanup = atTheEnd();
beforeAll(async () => {
  shared = await startHost({ executeWorkers: 1 }, cleanup);
});

/** One execution that runs for as long as it is allowed to. */
async function executing(
  kind: 'approval' | 'backing' = 'backing',
  executionTimeoutMs = LONG_LIMIT_MS,
  host = shared,
  block = LONG,
) {
  const code = guest('burns-cpu');
  const abort = new AbortController();
  const started = progressOf('executing');
  const request = { code, kind, executionTimeoutMs, signal: abort.signal, onProgress: started.onProgress };
  const outcome = host.validate(candidate(block, request));
  const { workerPid } = await started.reached;
  const jobPid = await jobOf(workerPid);
  return { host, abort, outcome, workerPid, jobPid };
}

/** A failed preparation is remembered, so that each needs a PVF of its own. */
let functions = 400;

/** One preparation that runs for seconds. */
async function preparing() {
  const host = shared;
  functions += 1;
  const abort = new AbortController();
  const started = progressOf('preparing');
  const outcome = host.precheck({
    ...DEFAULTS,
    code: slowToCompile(functions),
    signal: abort.signal,
    onProgress: started.onProgress,
  });
  const { workerPid } = await started.reached;
  const jobPid = await jobOf(workerPid);
  return { host, abort, outcome, workerPid, jobPid };
}

/** More than any process needs that only waits for work. */
const BUSY_TICKS = 20;

/** The one below the worker that computes; a worker may keep idle processes for later jobs. */
const jobOf = (worker: number): Promise<number> =>
  waitUntil('the job runs', () => descendantsOf(worker).find(({ cpuTicks }) => cpuTicks > BUSY_TICKS)?.pid);

async function stillWorks(host: PvfHost): Promise<void> {
  const outcome = await host.validate(candidate(burnsCpuBlock(1n), { code: guest('burns-cpu') }));
  expect(outcome).toMatchObject({ kind: 'valid', vote: 'unchecked' });
}

describe('an execution', () => {
  it('whose worker is killed is possibly invalid, and the next one works', async () => {
    const { host, outcome, workerPid, jobPid } = await executing();
    process.kill(workerPid, 'SIGKILL');
    expect(await outcome).toMatchObject({ kind: 'possibly-invalid', cause: 'worker-died', attempts: 1 });
    await waitUntil('the job is gone too', () => !isAlive(jobPid));
    await stillWorks(host);
  });

  it('whose job is killed is possibly invalid, and the next one works', async () => {
    const { host, outcome, jobPid } = await executing();
    process.kill(jobPid, 'SIGKILL');
    expect(await outcome).toMatchObject({ kind: 'possibly-invalid', cause: 'job-died', attempts: 1 });
    await stillWorks(host);
  });

  it('whose worker hangs is ended after four times its limit', async () => {
    const { host, outcome, workerPid, jobPid } = await executing('backing', 1_500);
    process.kill(workerPid, 'SIGSTOP');
    expect(await outcome).toMatchObject({ kind: 'invalid', rule: 'wall-timeout' });
    await waitUntil('both are gone', () => !isAlive(workerPid) && !isAlive(jobPid));
    await stillWorks(host);
  });

  it('that the machine does not let run is tried once more for an approval', async () => {
    const halfASecond = burnsCpuBlock(500_000_000n);
    const { host, outcome, jobPid } = await executing('approval', 1_500, shared, halfASecond);
    process.kill(jobPid, 'SIGSTOP');
    expect(await outcome).toMatchObject({ kind: 'valid', attempts: 2 });
    await waitUntil('it is gone', () => !isAlive(jobPid));
    await stillWorks(host);
  });

  it('that the machine does not let run counts for backing', async () => {
    const { outcome, jobPid } = await executing('backing', 500);
    process.kill(jobPid, 'SIGSTOP');
    expect(await outcome).toMatchObject({
      kind: 'invalid',
      rule: 'wall-timeout',
      attempts: 1,
      message: expect.stringMatching(/CPU time \d+ ms \(limit 500 ms\), wall time \d+ ms \(limit 2000 ms\)/),
    });
  });

  it('that uses up its CPU time is invalid', async () => {
    const { outcome, workerPid, jobPid } = await executing('backing', 1_500);
    expect(await outcome).toMatchObject({
      kind: 'invalid',
      // Of the CPU limit, or on a machine that gives it less than a quarter of a CPU, of the wall limit.
      rule: expect.stringMatching(/^(cpu|wall)-timeout$/),
      attempts: 1,
      message: expect.stringMatching(/CPU time .*\(limit 1500 ms\), wall time \d+ ms \(limit 6000 ms\)/),
    });
    await waitUntil('both are gone', () => !isAlive(workerPid) && !isAlive(jobPid));
  });

  it('that is cancelled ends with its worker', async () => {
    const { host, abort, outcome, workerPid, jobPid } = await executing();
    abort.abort();
    expect(await outcome).toMatchObject({ kind: 'cancelled' });
    await waitUntil('both are gone', () => !isAlive(workerPid) && !isAlive(jobPid));
    await stillWorks(host);
  });

  it('ends with the host', async () => {
    const host = await startHost({ executeWorkers: 1 });
    const { outcome, workerPid, jobPid } = await executing('backing', LONG_LIMIT_MS, host);
    await host.close();
    expect(await outcome).toMatchObject({ kind: 'cancelled', cause: 'host-closed' });
    expect(isAlive(workerPid)).toBe(false);
    await waitUntil('the job is gone', () => !isAlive(jobPid));
  });

  it('runs on one thread, and so does its worker', async () => {
    const { abort, outcome, workerPid, jobPid } = await executing();
    expect([threadCount(workerPid), threadCount(jobPid)]).toEqual([1, 1]);
    abort.abort();
    await outcome;
  });
});

describe('a preparation', () => {
  it('whose worker is killed fails, against in a precheck', async () => {
    const { host, outcome, workerPid, jobPid } = await preparing();
    process.kill(workerPid, 'SIGKILL');
    expect(await outcome).toMatchObject({ kind: 'failed', vote: 'against', error: { type: 'IoErr' } });
    await waitUntil('the job is gone too', () => !isAlive(jobPid));
    await stillWorks(host);
  });

  it('whose job is killed fails, against in a precheck', async () => {
    const { host, outcome, jobPid } = await preparing();
    process.kill(jobPid, 'SIGKILL');
    expect(await outcome).toMatchObject({ kind: 'failed', vote: 'against', error: { type: 'JobDied' } });
    await stillWorks(host);
  });

  it('that is cancelled ends with its worker', async () => {
    const { host, abort, outcome, workerPid, jobPid } = await preparing();
    abort.abort();
    expect(await outcome).toMatchObject({ kind: 'cancelled' });
    await waitUntil('both are gone', () => !isAlive(workerPid) && !isAlive(jobPid));
    await stillWorks(host);
  });

  it('runs on one thread, and so does its worker', async () => {
    const { abort, outcome, workerPid, jobPid } = await preparing();
    expect([threadCount(workerPid), threadCount(jobPid)]).toEqual([1, 1]);
    abort.abort();
    await outcome;
  });
});

it('many hosts at once do not disturb each other', async () => {
  const before = [...workerProcesses('prepare'), ...workerProcesses('execute')].length;
  const cacheDir = tempDir();
  const hosts = await Promise.all(Array.from({ length: 4 }, () => startHost({ cacheDir })));
  const code = guest('accepts-anything');
  const outcomes = await Promise.all(
    hosts.flatMap((host) => Array.from({ length: 5 }, () => host.validate(candidate('x', { code })))),
  );
  expect(outcomes.map(({ kind }) => kind)).toEqual(Array(20).fill('valid'));
  await Promise.all(hosts.map((host) => host.close()));
  const others = [...workerProcesses('prepare'), ...workerProcesses('execute')];
  expect(others.length).toBeLessThanOrEqual(before);
  expect(
    readdirSync(cacheDir).filter((name) => !name.endsWith('.pvf')),
    join(cacheDir),
  ).toEqual([]);
});
