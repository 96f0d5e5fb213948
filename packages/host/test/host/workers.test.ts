import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FakeClock, waitUntil } from '@pvf/test-kit';
import { describe, expect, it } from 'vitest';
import { type FixtureName, fakeWorker, tempDir } from '../support/fake-worker.ts';
import {
  candidate,
  DEFAULTS,
  metric,
  startFakeHost,
  startHost,
  text,
  workerProcesses,
} from '../support/hosts.ts';

const both = (name: FixtureName) => {
  const worker = fakeWorker(name);
  return { worker, workers: { prepare: worker.path, execute: worker.path } };
};

describe('a worker that does not start', () => {
  it('is given three seconds, and another try three seconds later', async () => {
    const clock = new FakeClock();
    const { worker, workers } = both('hangs-at-spawn');
    const host = await startHost({ clock, workers, spawnTimeoutMs: 3_000 });
    const outcome = host.precheck({ ...DEFAULTS, code: text('a PVF') });
    await waitUntil('the first try', () => worker.count('spawned') === 1);
    await clock.advance(3_000);
    await waitUntil('the pause before the next try', () => clock.isWaitingFor(3_000));
    expect(workerProcesses('prepare')).toEqual([]);
    await clock.advance(3_000);
    await waitUntil('the second try', () => worker.count('spawned') === 2);
    await host.close();
    expect(await outcome).toMatchObject({ kind: 'cancelled' });
    expect(workerProcesses('prepare')).toEqual([]);
  });

  it('five times over leaves no request stuck, and says what the program said', async () => {
    const clock = new FakeClock();
    const { worker, workers } = both('exits-immediately');
    const host = await startHost({ clock, workers });
    let settled = false;
    const outcome = host.validate(candidate('fine')).finally(() => (settled = true));
    for (let i = 1; i <= 5; i += 1) {
      await waitUntil(`try ${i}`, () => worker.count('spawned') >= i);
      await waitUntil('the pause after it', () => settled || clock.isWaitingFor(3_000));
      await clock.advance(3_000);
    }
    expect(await outcome).toMatchObject({
      kind: 'internal',
      vote: 'abstain',
      cause: 'worker-not-started',
      message: expect.stringContaining('there is no reason to live'),
    });
    expect(worker.count('spawned')).toBe(5);
  });
});

describe('a worker that ends with its request unread', () => {
  it.each(['validate', 'precheck'] as const)('says nothing about anybody: %s', async (method) => {
    const { workers } = both('leaves-its-request');
    const host = await startHost({ workers });
    const outcome =
      method === 'validate'
        ? await host.validate(candidate('fine'))
        : await host.precheck({ ...DEFAULTS, code: text('a PVF') });
    expect(outcome).toMatchObject({
      kind: 'internal',
      vote: 'abstain',
      cause: 'worker-not-started',
      message: expect.stringContaining('a layer should work here but does not'),
    });
  });
});

it('a worker that served its number of jobs is replaced', async () => {
  const { host, worker } = await startFakeHost({ maxJobsPerWorker: 2, executeWorkers: 1 });
  for (const block of ['1', '2', '3']) expect((await host.validate(candidate(block))).kind).toBe('valid');
  expect(worker.count('spawned-execute-worker')).toBe(2);
});

it('an idle worker is ended', async () => {
  const clock = new FakeClock();
  const { host } = await startFakeHost({ clock, workerIdleMs: 60_000 });
  await host.validate(candidate('fine'));
  expect(host.status().execute.workers).toBe(1);
  await clock.advance(60_000);
  expect(host.status()).toMatchObject({ execute: { workers: 0 }, prepare: { workers: 0 } });
  await waitUntil(
    'the processes are gone',
    () => workerProcesses('execute').length + workerProcesses('prepare').length === 0,
  );
  expect(await metric(host, 'polkadot_pvf_worker_retired', { flavor: 'execute' })).toBe(1);
});

it('an idle worker that is killed is replaced when it is needed', async () => {
  const { host } = await startFakeHost({ executeWorkers: 1 });
  await host.validate(candidate('fine'));
  const [pid = 0] = workerProcesses('execute');
  process.kill(pid, 'SIGKILL');
  await waitUntil('the host has noticed', () => host.status().execute.workers === 0);
  expect(await host.validate(candidate('fine too', { kind: 'backing' }))).toMatchObject({
    kind: 'valid',
    attempts: 1,
  });
});

it('a job finds nothing of the job before it', async () => {
  const { host, worker } = await startFakeHost({ executeWorkers: 1 });
  await host.validate(candidate('leaves-a-file'));
  expect(await host.validate(candidate('fine'))).toMatchObject({ kind: 'valid' });
  expect(worker.count('spawned-execute-worker')).toBe(1);
});

it('workers run in parallel, up to their number', async () => {
  const { host } = await startFakeHost({ executeWorkers: 2 });
  const abort = new AbortController();
  const pids = new Set<number>();
  const both = Promise.withResolvers<void>();
  const onProgress = (event: { type: string; workerPid?: number }): void => {
    if (event.type === 'executing' && event.workerPid !== undefined) pids.add(event.workerPid);
    if (pids.size === 2) both.resolve();
  };
  const running = ['hangs', 'hangs too'].map((block) =>
    host.validate(candidate(block.replace(' too', ''), { signal: abort.signal, onProgress })),
  );
  await both.promise;
  abort.abort();
  await Promise.all(running);
});

it('a worker inherits nothing but what is meant to be', async () => {
  const { host } = await startFakeHost({ executeWorkers: 1 });
  await host.validate(candidate('fine'));
  const [pid = 0] = workerProcesses('execute');
  const { readFileSync } = await import('node:fs');
  expect(readFileSync(`/proc/${pid}/environ`, 'utf8').replace(/(PWD|OLDPWD|SHLVL|_)=[^\0]*\0/g, '')).toBe('');
});

it('niceness is that of the options', async () => {
  const { getPriority } = await import('node:os');
  const { host } = await startFakeHost({ niceness: { execute: 7 } });
  await host.validate(candidate('fine'));
  const [pid = 0] = workerProcesses('execute');
  expect(getPriority(pid)).toBe(7);
});

describe('a worker program that is replaced while the host runs', () => {
  it('by another version stops the host from starting it', async () => {
    const { host, worker } = await startFakeHost({ executeWorkers: 1, maxJobsPerWorker: 1 });
    await host.validate(candidate('fine'));
    writeFileSync(worker.path, '#!/bin/sh\necho 2.0.0\n');
    const outcome = await host.validate(candidate('fine too'));
    expect(outcome).toMatchObject({ kind: 'internal', vote: 'abstain', cause: 'workers-replaced' });
    expect(host.status()).toMatchObject({
      state: 'stopped',
      reason: expect.stringContaining('restart the host'),
    });
  });

  it('by another engine under the same launcher stops the host too', async () => {
    const worker = fakeWorker('obeys');
    const engine = join(tempDir(), 'node');
    writeFileSync(engine, 'one');
    const who = { version: '0.1.0', 'full-version': '0.1.0-a', files: JSON.stringify([engine]) };
    worker.setCapabilities({ ...who, engine: 'v8-1 tag-01' });
    const workers = { prepare: worker.path, execute: worker.path };
    const host = await startHost({ workers, executeWorkers: 1, maxJobsPerWorker: 1 });
    await host.validate(candidate('fine'));

    writeFileSync(engine, 'another');
    expect(await host.validate(candidate('fine too'))).toMatchObject({ kind: 'valid' });

    worker.setCapabilities({ ...who, engine: 'v8-2 tag-02' });
    writeFileSync(engine, 'yet another');
    expect(await host.validate(candidate('fine as well'))).toMatchObject({
      kind: 'internal',
      vote: 'abstain',
      cause: 'workers-replaced',
    });
    expect(host.status()).toMatchObject({ state: 'stopped' });
  });

  it('by the same program is accepted', async () => {
    const { host, worker } = await startFakeHost({ executeWorkers: 1, maxJobsPerWorker: 1 });
    await host.validate(candidate('fine'));
    const { readFileSync } = await import('node:fs');
    const program = readFileSync(worker.path);
    rmSync(worker.path);
    writeFileSync(worker.path, program, { mode: 0o755 });
    expect(await host.validate(candidate('fine too'))).toMatchObject({ kind: 'valid' });
    expect(host.status().state).toBe('running');
  });
});
