import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { artifactChecksum, artifactRecord } from '@pvf/protocol';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { PROPERTY } from '../../../test-kit/setup/property.ts';
import {
  artifactFileName,
  artifactKey,
  parseArtifactFileName,
  type RecordedBy,
} from '../../src/artifact-identity.ts';
import { fromHex, toHex } from '../../src/hex.ts';
import { ArtifactStore } from '../../src/store/store.ts';
import { Threads } from '../../src/threads/index.ts';
import { tempDir } from '../support/fake-worker.ts';

const ENGINE = '0123456789abcdef';
const IDENTITY = { codeHash: 'a'.repeat(64), prepHash: 'b'.repeat(64), engine: ENGINE };
const hex = (digits: number) => fc.stringMatching(new RegExp(`^[0-9a-f]{${digits}}$`));

/** A cache directory with one artifact, and its file. */
function cacheWith(content: Uint8Array, identity = IDENTITY, recordedBy: RecordedBy = 'worker') {
  const dir = tempDir();
  const name = artifactFileName(identity, toHex(artifactChecksum(content)), '00000000', recordedBy);
  const path = join(dir, name);
  writeFileSync(path, content);
  const store = new ArtifactStore(dir, new Threads(0), recordedBy);
  return { dir, path, store, key: artifactKey(identity) };
}

it('a file name tells identity and checksum, and fits a file system', () => {
  fc.assert(
    fc.property(hex(64), hex(64), hex(16), hex(64), hex(8), (codeHash, prepHash, engine, checksum, nonce) => {
      const identity = { codeHash, prepHash, engine };
      const name = artifactFileName(identity, checksum, nonce);
      expect(parseArtifactFileName(name)).toEqual({ identity, checksum, recorded: false });
      const recorded = artifactFileName(identity, checksum, nonce, 'host');
      expect(parseArtifactFileName(recorded)).toEqual({ identity, checksum, recorded: true });
      expect(recorded.length).toBeLessThanOrEqual(255);
      expect(name.length).toBeLessThanOrEqual(255);
    }),
    PROPERTY,
  );
});

const recordOf = ({ codeHash, prepHash }: typeof IDENTITY) =>
  artifactRecord(fromHex(codeHash), fromHex(prepHash));
const others: [what: string, identity: typeof IDENTITY][] = [
  ['code', { ...IDENTITY, codeHash: 'c'.repeat(64) }],
  ['executor params', { ...IDENTITY, prepHash: 'c'.repeat(64) }],
];

/** Whether the one artifact in a cache is sound, taken from disk. */
async function isSound({ store, key }: ReturnType<typeof cacheWith>): Promise<boolean> {
  const { artifact } = (await store.restore(ENGINE, true)).get(key) ?? {};
  return artifact !== undefined && (await store.isSound(artifact));
}

describe('what an artifact was made from', () => {
  const code = Buffer.from('machine code');

  it.each(others)('is in its file, and other %s is noticed', async (_, identity) => {
    expect(await isSound(cacheWith(Buffer.concat([code, recordOf(IDENTITY)])))).toBe(true);
    expect(await isSound(cacheWith(Buffer.concat([code, recordOf(identity)])))).toBe(false);
    expect(await isSound(cacheWith(code))).toBe(false);
  });

  it.each(others)(
    'is in its name for the programs of others, and other %s is noticed',
    async (_, identity) => {
      const claiming = Buffer.concat([code, recordOf(IDENTITY)]);
      const checksum = toHex(artifactChecksum(claiming));
      const named = async (name: string) => {
        const cache = cacheWith(claiming, IDENTITY, 'host');
        renameSync(cache.path, join(cache.dir, name));
        return await isSound(cache);
      };
      const honest = artifactFileName(IDENTITY, checksum, '00000000', 'host');
      expect(await named(honest)).toBe(true);
      // Put together from the names of two artifacts.
      const record = artifactFileName(identity, checksum, '00000000', 'host').split('.').at(-2)!;
      expect(await named(honest.replace(/[0-9a-f]{16}\.pvf$/, `${record}.pvf`))).toBe(false);
      // What its own bytes say is the job's word.
      expect(await named(artifactFileName(IDENTITY, checksum, '00000000'))).toBe(false);
    },
  );
});

describe('a restart', () => {
  const record = recordOf(IDENTITY);
  const content = Buffer.concat([Buffer.from('machine code'), record]);

  it('keeps an artifact whose identity and checksum verify', async () => {
    const { store, key } = cacheWith(content);
    const { artifact } = (await store.restore(ENGINE, true)).get(key) ?? {};
    expect(artifact).toMatchObject({ identity: IDENTITY, size: content.length });
    expect(artifact && (await store.isSound(artifact))).toBe(true);
  });

  it('knows when an artifact was used last, to the hour', async () => {
    const { store, key } = cacheWith(content);
    const lastUse = async () => (await store.restore(ENGINE, true)).get(key)?.lastUsed;
    const { artifact } = (await store.restore(ENGINE, true)).get(key)!;
    const hour = 60 * 60 * 1_000;
    const first = 500_000 * hour;
    store.touch(artifact, first);
    await vi.waitFor(async () => expect(await lastUse()).toBe(first));
    store.touch(artifact, first + hour - 1);
    store.touch(artifact, first + hour);
    await vi.waitFor(async () => expect(await lastUse()).toBe(first + hour));
    store.touch(artifact, first + 2 * hour);
    await vi.waitFor(async () => expect(await lastUse()).toBe(first + 2 * hour));
  });

  it('keeps one file of an identity that has several', async () => {
    const { dir, path, store, key } = cacheWith(content);
    const name = (nonce: string) => artifactFileName(IDENTITY, toHex(artifactChecksum(content)), nonce);
    for (const nonce of ['00000001', '00000002']) writeFileSync(join(dir, name(nonce)), readFileSync(path));
    const found = await store.restore(ENGINE, true);
    expect(found.size).toBe(1);
    expect(readdirSync(dir).map((each) => join(dir, each))).toEqual([found.get(key)?.artifact.path]);
  });

  it('removes all artifacts if it shall', async () => {
    const { dir, store } = cacheWith(content);
    expect((await store.restore(ENGINE, false)).size).toBe(0);
    expect(readdirSync(dir)).toEqual([]);
  });

  it('removes what another engine or CPU made', async () => {
    const { path, store } = cacheWith(content);
    expect((await store.restore('f'.repeat(16), true)).size).toBe(0);
    expect(existsSync(path)).toBe(false);
  });

  it.each([
    ['a flipped bit', (bytes: Buffer) => Buffer.from(bytes).map((byte, at) => (at === 3 ? byte ^ 1 : byte))],
    ['a truncated file', (bytes: Buffer) => bytes.subarray(0, 5)],
    ['an empty file', () => Buffer.alloc(0)],
  ])('does not trust %s', async (_, spoil) => {
    const { path, store, key } = cacheWith(content);
    writeFileSync(path, spoil(readFileSync(path)));
    const { artifact } = (await store.restore(ENGINE, true)).get(key) ?? {};
    expect(artifact && (await store.isSound(artifact))).toBe(false);
  });

  it('leaves files alone that are not its own', async () => {
    const { dir, store } = cacheWith(content);
    writeFileSync(join(dir, 'notes.txt'), 'mine');
    writeFileSync(join(dir, 'half.pvf'), 'mine');
    await store.restore(ENGINE, false);
    expect(readdirSync(dir).sort()).toEqual(['half.pvf', 'notes.txt']);
  });
});
