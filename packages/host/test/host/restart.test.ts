import {
  chmodSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { artifactChecksum } from '@pvf/protocol';
import { GUEST_INPUT, guest } from '@pvf/test-kit';
import { describe, expect, it } from 'vitest';
import { type HostOptions, PvfHost } from '../../src/index.ts';
import { fakeWorker, tempDir } from '../support/fake-worker.ts';
import { candidate, DEFAULTS, metric, silent, startHost } from '../support/hosts.ts';

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

describe('the record of what an artifact was made from', () => {
  /** Under the name of one PVF's artifact, with a checksum that fits: the artifact of another. */
  function swap(names: readonly string[]): void {
    const contents = names.map((name) => readFileSync(name));
    const swapped = names.map((name, at) => {
      const content = contents[1 - at]!;
      const parts = name.split('.');
      parts[parts.length - 3] = Buffer.from(artifactChecksum(content)).toString('hex');
      return { name: parts.join('.'), content };
    });
    for (const name of names) rmSync(name);
    for (const { name, content } of swapped) writeFileSync(name, content);
  }

  it('keeps a restarted host from using one PVF’s artifact for another’s candidates', async () => {
    const cacheDir = tempDir();
    const options = { cacheDir, logger: silent, executeWorkers: 1, spawnTimeoutMs: 60_000 };
    const [traps, accepts] = (['trap', 'accepts-anything'] as const).map((name) => ({
      ...DEFAULTS,
      code: guest(name),
      kind: 'approval' as const,
      validationData: {
        parentHead: new Uint8Array(),
        relayParentNumber: 1,
        relayParentStorageRoot: new Uint8Array(32),
        maxPovSize: 10 << 20,
      },
      pov: { blockData: GUEST_INPUT.blockData },
    }));
    const first = await PvfHost.start(options);
    for (const request of [traps!, accepts!]) await first.validate(request);
    await first.close();
    const artifacts = readdirSync(cacheDir).filter((name) => name.endsWith('.pvf'));
    expect(readdirSync(cacheDir)).toEqual(artifacts);
    swap(artifacts.map((name) => join(cacheDir, name)));
    const second = await startHost(options);
    const changed = { artifact: { fromCache: false } };
    expect(await second.validate(traps!)).toMatchObject({ kind: 'invalid', ...changed });
    expect(await second.validate(accepts!)).toMatchObject({ kind: 'valid', ...changed });
  });

  it('is the host’s own for programs that write none', async () => {
    const { artifacts, again, preparations } = await afterFirstRun();
    const [path = ''] = artifacts();
    expect(path).toMatch(/\.[0-9a-f]{8}\.[0-9a-f]{16}\.pvf$/);
    renameSync(path, path.replace(/[0-9a-f]{64}/, '0'.repeat(64)));
    const host = await again();
    expect(await host.validate(candidate('fine'))).toMatchObject({ artifact: { fromCache: false } });
    expect(preparations()).toBe(2);
    expect(artifacts().filter((name) => name.endsWith('.pvf'))).toHaveLength(1);
  });
});

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
    for (const path of artifacts()) {
      chmodSync(path, 0o600);
      spoil(path);
    }
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
