import { readdirSync } from 'node:fs';
import { FakeClock, waitUntil } from '@pvf/test-kit';
import { expect, it } from 'vitest';
import { tempDir } from '../support/fake-worker.ts';
import { DEFAULTS, metric, startFakeHost, text } from '../support/hosts.ts';

const artifacts = (dir: string): number => readdirSync(dir).filter((name) => name.endsWith('.pvf')).length;

it('runs every hour and removes what has not been used for long', async () => {
  const clock = new FakeClock();
  const cacheDir = tempDir();
  const { host } = await startFakeHost({
    clock,
    cacheDir,
    artifactCacheLimit: 0,
    artifactMinStaleMs: 90 * 60_000,
  });
  await host.precheck({ ...DEFAULTS, code: text('a PVF') });
  await clock.advance(60 * 60_000);
  expect(artifacts(cacheDir)).toBe(1);
  await clock.advance(60 * 60_000);
  await waitUntil('it is gone', () => artifacts(cacheDir) === 0);
  expect(await metric(host, 'pvf_artifact_cache_total', { event: 'evicted' })).toBe(1);
  expect(host.status().artifacts).toEqual({ prepared: 0, preparing: 0, failed: 0, bytes: 0 });
});

it('does not wait for the hour when there is too much', async () => {
  const clock = new FakeClock();
  const cacheDir = tempDir();
  const minute = 60_000;
  // A fake artifact has five bytes.
  const { host } = await startFakeHost({
    clock,
    cacheDir,
    artifactCacheLimit: 10,
    artifactMinStaleMs: 30 * minute,
  });
  const prepare = async (count: number, from: number) => {
    for (let at = from; at < from + count; at++)
      await host.precheck({ ...DEFAULTS, code: text(`PVF ${at}`) });
  };
  await prepare(2, 0);
  await clock.advance(31 * minute);
  await prepare(1, 2);
  await waitUntil('what was not used for long is gone', () => artifacts(cacheDir) === 2);
  // All used lately: more than the limit, until it is twice as much.
  await clock.advance(11 * minute);
  await prepare(3, 3);
  await clock.advance(1);
  expect(artifacts(cacheDir)).toBe(4);
  await prepare(1, 6);
  await waitUntil('what was not used for ten minutes is gone', () => artifacts(cacheDir) === 4);
  // What is in use stays, however much that is.
  await prepare(4, 7);
  await clock.advance(1);
  expect(artifacts(cacheDir)).toBe(8);
  expect(host.status().artifacts.prepared).toBe(8);
});

it('can be asked for', async () => {
  const cacheDir = tempDir();
  const { host } = await startFakeHost({ cacheDir });
  await host.precheck({ ...DEFAULTS, code: text('a PVF') });
  expect(await host.prune()).toMatchObject({ removed: 0, kept: 1 });
  expect(await host.prune({ limit: 0, minStaleMs: 0 })).toMatchObject({
    removed: 1,
    removedBytes: 5,
    kept: 0,
  });
  expect(artifacts(cacheDir)).toBe(0);
});
