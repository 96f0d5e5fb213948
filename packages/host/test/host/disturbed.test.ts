import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FakeClock, waitUntil } from '@pvf/test-kit';
import { Registry } from 'prom-client';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { PvfHost } from '../../src/index.ts';
import { Threads } from '../../src/threads/index.ts';
import { fakeWorker, tempDir } from '../support/fake-worker.ts';
import {
  candidate,
  DEFAULTS,
  metric,
  progressOf,
  silent,
  startFakeHost,
  startHost,
  text,
  VALIDATION_DATA,
} from '../support/hosts.ts';

describe('a cache directory that is deleted while the host runs', () => {
  it('costs a preparation and new workers, and nothing else', async () => {
    const cacheDir = join(tempDir(), 'cache');
    const { host } = await startFakeHost({ cacheDir });
    expect(await host.validate(candidate('fine'))).toMatchObject({ kind: 'valid' });
    rmSync(cacheDir, { recursive: true });
    const outcomes = await Promise.all([
      host.validate(candidate('fine', { kind: 'backing' })),
      host.validate(candidate('fine too')),
      host.precheck({ ...DEFAULTS, code: text('another PVF') }),
    ]);
    expect(outcomes.map(({ vote }) => vote)).toEqual(['unchecked', 'unchecked', 'for']);
    expect(host.status()).toMatchObject({ state: 'running', artifacts: { failed: 0 } });
    await host.close();
    expect(readdirSync(cacheDir).filter((name) => !name.endsWith('.pvf'))).toEqual([]);
  });
});

describe('a cache directory that cannot be written to any more', () => {
  it('is this machine’s fault, is named, and may recover', async () => {
    const clock = new FakeClock();
    const cacheDir = join(tempDir(), 'cache');
    const { host } = await startFakeHost({ clock, cacheDir, workerIdleMs: 1 });
    await host.validate(candidate('fine'));
    await clock.advance(1);
    rmSync(cacheDir, { recursive: true });
    writeFileSync(cacheDir, 'in the way');
    const outcome = host.validate(candidate('fine', { code: text('another PVF') }));
    for (let failed = 1; failed < 5; failed += 1) {
      await waitUntil('the next attempt waits', () => clock.isWaitingFor(3_000));
      await clock.advance(3_000);
    }
    expect(await outcome).toMatchObject({
      kind: 'internal',
      vote: 'abstain',
      cause: 'worker-not-started',
      message: expect.stringContaining(cacheDir),
    });
    rmSync(cacheDir);
    const again = await host.validate(candidate('fine', { code: text('another PVF') }));
    expect(again).toMatchObject({ kind: 'valid', vote: 'unchecked' });
  });
});

describe('two hosts with one cache directory', () => {
  it('do not take from each other what they need', async () => {
    const worker = fakeWorker('obeys');
    const options = { workers: { prepare: worker.path, execute: worker.path }, cacheDir: tempDir() };
    const first = await startHost(options);
    await first.validate(candidate('fine'));
    const second = await startHost(options);
    expect(await second.validate(candidate('fine'))).toMatchObject({
      kind: 'valid',
      artifact: { fromCache: true },
    });
    await second.prune({ limit: 0, minStaleMs: 0 });
    expect(await first.validate(candidate('fine'))).toMatchObject({ kind: 'valid', attempts: 1 });
    await first.close();
    expect(await second.validate(candidate('fine'))).toMatchObject({ kind: 'valid', attempts: 1 });
  });

  it('each need a registry of their own', async () => {
    const registry = new Registry();
    const { host } = await startFakeHost({ registry });
    const { path } = fakeWorker('obeys');
    const again = PvfHost.start({ registry, workers: { prepare: path, execute: path }, logger: silent });
    await expect(again).rejects.toMatchObject({ code: 'INVALID_OPTION', meta: { option: 'registry' } });
    expect(await host.validate(candidate('fine'))).toMatchObject({ kind: 'valid' });
  });
});

describe('a worker', () => {
  it('that prints rubbish is not believed and not disturbed', async () => {
    const { host } = await startFakeHost({ executeWorkers: 1 });
    expect(await host.validate(candidate('prints-rubbish'))).toMatchObject({ kind: 'valid' });
    expect(await host.validate(candidate('fine'))).toMatchObject({ kind: 'valid' });
    expect(await metric(host, 'polkadot_pvf_worker_retired')).toBe(0);
  });

  it('that speaks before it is asked is replaced', async () => {
    const { host } = await startFakeHost({ executeWorkers: 1 });
    expect(await host.validate(candidate('answers-again-later'))).toMatchObject({ kind: 'valid' });
    await waitUntil('the worker is gone', () => host.status().execute.workers === 0);
    expect(await host.validate(candidate('fine', { kind: 'backing' }))).toMatchObject({ kind: 'valid' });
  });

  it('that still works when its request is taken back answers nobody', async () => {
    const { host } = await startFakeHost({ executeWorkers: 1 });
    const abort = new AbortController();
    const { reached, onProgress } = progressOf('executing');
    const outcome = host.validate(candidate('refuses-late', { signal: abort.signal, onProgress }));
    await reached;
    abort.abort();
    expect(await outcome).toMatchObject({ kind: 'cancelled' });
    for (const block of ['one', 'two', 'three']) {
      expect(await host.validate(candidate(block))).toMatchObject({ kind: 'valid', attempts: 1 });
    }
  });
});

it('a request that its caller changes while it waits gives its place back', async () => {
  const { host } = await startFakeHost({ executeWorkers: 1 });
  const request = candidate('fine', { kind: 'backing', validationData: { ...VALIDATION_DATA } });
  const { reached, onProgress } = progressOf('preparing');
  const outcome = host.validate({ ...request, onProgress });
  await reached;
  (request.validationData as { parentHead: unknown }).parentHead = undefined;
  expect(await outcome).toMatchObject({ kind: 'internal', vote: 'abstain' });
  expect(await host.validate(candidate('fine', { validationData: VALIDATION_DATA }))).toMatchObject({
    kind: 'valid',
  });
});

it('an artifact that is ready when nobody wants it any more leaves no file behind', async () => {
  const cacheDir = tempDir();
  const { host } = await startFakeHost({ cacheDir });
  for (let round = 0; round < 20; round += 1) {
    const abort = new AbortController();
    const { reached, onProgress } = progressOf('preparing');
    const outcome = host.precheck({
      ...DEFAULTS,
      code: text(`PVF ${round}`),
      signal: abort.signal,
      onProgress,
    });
    await reached;
    for (let turn = 0; turn < round; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    abort.abort();
    await outcome;
  }
  await host.close();
  const files = readdirSync(cacheDir).filter((name) => name.endsWith('.pvf'));
  expect(files).toHaveLength(host.status().artifacts.prepared);
});

it('heads-ups that are done make room for others', async () => {
  const { host } = await startFakeHost({ maxPendingPerKind: 1 });
  for (const [index, code] of ['a', 'b', 'c'].entries()) {
    await host.headsUp([{ ...DEFAULTS, code: text(code) }]);
    await waitUntil('it is prepared', () => host.status().artifacts.prepared === index + 1);
  }
});

it('a heads-up whose code cannot be hashed says so and makes room for others', async () => {
  const { host } = await startFakeHost({ maxPendingPerKind: 1 });
  const hash = vi.spyOn(Threads.prototype, 'hash').mockRejectedValueOnce(new Error('oops'));
  onTestFinished(() => hash.mockRestore());
  // What is small is hashed at once and not on a thread.
  const large = new Uint8Array(1024 * 1024).fill(0x61);
  await expect(host.headsUp([{ ...DEFAULTS, code: large }])).rejects.toThrow('oops');
  await host.headsUp([{ ...DEFAULTS, code: text('another PVF') }]);
  await waitUntil('it is prepared', () => host.status().artifacts.prepared === 1);
});

it('many heads-ups wait for room, and end with the host', async () => {
  const { host } = await startFakeHost({ maxPendingPerKind: 2, prepareWorkersHard: 1 });
  let settled = false;
  const codes = ['hangs', 'a', 'b', 'c', 'd'].map((code) => ({ ...DEFAULTS, code: text(code) }));
  const queued = host.headsUp(codes).then(
    () => (settled = true),
    (error) => error,
  );
  await waitUntil('two are being prepared', () => host.status().artifacts.preparing === 2);
  expect(
    await host.precheck({ ...DEFAULTS, code: text('a'), signal: AbortSignal.timeout(100) }),
  ).toMatchObject({
    kind: 'cancelled',
  });
  expect(host.status().artifacts.preparing).toBe(2);
  expect(settled).toBe(false);
  await host.close();
  expect(await queued).toMatchObject({ code: 'HOST_CLOSED' });
  expect(host.status().artifacts.preparing).toBe(0);
});
