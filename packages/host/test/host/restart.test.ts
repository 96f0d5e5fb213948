import { readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type HostOptions, PvfHost } from '../../src/index.ts';
import { fakeWorker, tempDir } from '../support/fake-worker.ts';
import { candidate, metric, silent, startHost } from '../support/hosts.ts';

const WHO = { version: '0.1.0', 'full-version': '0.1.0-fake' };

/** One run of a host that prepares a PVF; then the options for another run with the same programs and cache. */
async function afterFirstRun(capabilities?: { engine: string }) {
  const worker = fakeWorker('obeys');
  if (capabilities !== undefined) worker.setCapabilities({ ...WHO, ...capabilities });
  const cacheDir = tempDir();
  const options = { workers: { prepare: worker.path, execute: worker.path }, cacheDir, logger: silent };
  const first = await PvfHost.start(options);
  await first.validate(candidate('fine'));
  await first.close();
  const preparations = (): number => worker.count(`prepare-worker-${Buffer.from('a PVF').toString('hex')}`);
  const artifacts = (): string[] => readdirSync(cacheDir).map((name) => join(cacheDir, name));
  const again = (more: HostOptions = {}) => startHost({ ...options, ...more });
  return { worker, artifacts, again, preparations };
}

describe('a restarted host', () => {
  it('uses the artifacts of the run before it', async () => {
    const { again, preparations } = await afterFirstRun();
    const host = await again();
    expect(host.status().artifacts.prepared).toBe(1);
    const outcome = await host.validate(candidate('fine'));
    expect(outcome).toMatchObject({ kind: 'valid', artifact: { fromCache: true, stats: undefined } });
    expect(preparations()).toBe(1);
    expect(await metric(host, 'pvf_artifact_cache_total', { event: 'hit' })).toBe(1);
  });

  it('uses none if told so', async () => {
    const { again, artifacts, preparations } = await afterFirstRun();
    const host = await again({ keepArtifacts: false });
    expect(artifacts().filter((name) => name.endsWith('.pvf'))).toEqual([]);
    expect(await host.validate(candidate('fine'))).toMatchObject({
      kind: 'valid',
      artifact: { fromCache: false },
    });
    expect(preparations()).toBe(2);
  });

  it.each([
    [
      'a flipped bit',
      (path: string) => writeFileSync(path, Buffer.from(readFileSync(path).map((byte) => byte ^ 1))),
    ],
    ['a truncated file', (path: string) => truncateSync(path, 2)],
  ])('pays for %s with a preparation and nothing else', async (_, spoil) => {
    const { again, artifacts, preparations } = await afterFirstRun();
    artifacts().forEach(spoil);
    const host = await again();
    expect(await host.validate(candidate('fine', { kind: 'backing' }))).toMatchObject({
      kind: 'valid',
      attempts: 1,
    });
    expect(preparations()).toBe(2);
    expect(artifacts().filter((name) => name.endsWith('.pvf'))).toHaveLength(1);
  });

  it('pays for another engine with a preparation and nothing else', async () => {
    const { worker, again, preparations } = await afterFirstRun();
    const other = readFileSync(worker.path, 'utf8').replace('0.1.0-fake', '0.1.0-another-engine');
    writeFileSync(worker.path, other);
    const host = await again();
    expect(host.status().artifacts.prepared).toBe(0);
    expect(await host.validate(candidate('fine'))).toMatchObject({ kind: 'valid' });
    expect(preparations()).toBe(2);
  });

  it('pays for other CPU features, as the engine sees them, with a preparation and nothing else', async () => {
    const { worker, again, preparations } = await afterFirstRun({ engine: 'v8-1 x64 tag-01' });
    worker.setCapabilities({ ...WHO, engine: 'v8-1 x64 tag-02' });
    const host = await again();
    expect(host.status().artifacts.prepared).toBe(0);
    expect(await host.validate(candidate('fine'))).toMatchObject({ kind: 'valid' });
    expect(preparations()).toBe(2);
  });

  it('uses artifacts if the same engine is in another place', async () => {
    const { worker, again, preparations } = await afterFirstRun({ engine: 'v8-1 x64 tag-01' });
    worker.setCapabilities({ ...WHO, engine: 'v8-1 x64 tag-01', files: JSON.stringify([worker.path]) });
    const host = await again();
    expect(await host.validate(candidate('fine'))).toMatchObject({ artifact: { fromCache: true } });
    expect(preparations()).toBe(1);
  });

  it('leaves no half-written file: artifacts appear under their name only when complete', async () => {
    const { artifacts } = await afterFirstRun();
    expect(artifacts()).toHaveLength(1);
    expect(artifacts()[0]).toMatch(/\.pvf$/);
  });
});
