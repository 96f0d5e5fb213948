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
