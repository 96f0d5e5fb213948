import {
  closeSync,
  constants,
  existsSync,
  openSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { artifactChecksum } from '@pvf/protocol';
import { describe, expect, it, onTestFinished } from 'vitest';
import { parseArtifactFileName } from '../../src/artifact-identity.ts';
import { allocate, hash, promote, verify, write } from '../../src/threads/tasks.ts';
import { Threads } from '../../src/threads/threads.ts';
import { tempDir } from '../support/fake-worker.ts';

const CONTENT = Buffer.from('machine code');
const CHECKSUM = artifactChecksum(CONTENT);
const IDENTITY = { codeHash: 'c'.repeat(64), prepHash: 'd'.repeat(64), engine: 'e'.repeat(16) };
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

function world(content: Uint8Array = CONTENT) {
  const cacheDir = tempDir();
  const tmpPath = join(tempDir(), 'tmp-artifact');
  writeFileSync(tmpPath, content);
  const promoted = promote({ tmpPath, cacheDir, identity: IDENTITY, checksum: CHECKSUM, recordedBy: 'host' });
  return { cacheDir, tmpPath, promoted };
}

describe('a new artifact', () => {
  it('is moved to its place under its identity and checksum, and cannot be written to', async () => {
    const { cacheDir, tmpPath, promoted } = world();
    const result = await promoted;
    if (!result.ok) throw new Error(JSON.stringify(result));
    const [name = '', ...others] = readdirSync(cacheDir);
    expect([result.path, result.size, others]).toEqual([join(cacheDir, name), CONTENT.length, []]);
    expect(parseArtifactFileName(name)).toEqual({
      identity: IDENTITY,
      checksum: hex(CHECKSUM),
      recorded: true,
    });
    expect(readFileSync(result.path)).toEqual(CONTENT);
    expect(statSync(result.path).mode & 0o7777).toBe(0o400);
    expect(existsSync(tmpPath)).toBe(false);
  });

  it.each([
    ['another content', Buffer.from('machine Code')],
    ['less', CONTENT.subarray(1)],
    ['nothing', Buffer.alloc(0)],
    ['more', Buffer.concat([CONTENT, Buffer.of(0)])],
  ])('with %s than was announced is refused', async (_, content) => {
    const { cacheDir, promoted } = world(content);
    expect(await promoted).toMatchObject({ ok: false, error: { type: 'IoErr' } });
    expect(readdirSync(cacheDir)).toEqual([]);
  });

  it('gets a name of its own each time, so that removing one never hits the other', async () => {
    const [one, two] = await Promise.all([world().promoted, world().promoted]);
    if (!one.ok || !two.ok) throw new Error('refused');
    expect(one.path.slice(one.path.lastIndexOf('/'))).not.toBe(two.path.slice(two.path.lastIndexOf('/')));
  });

  it('that has no place to go is an error with both paths', async () => {
    const tmpPath = join(tempDir(), 'tmp-artifact');
    writeFileSync(tmpPath, CONTENT);
    const cacheDir = join(tempDir(), 'gone');
    const result = await promote({
      tmpPath,
      cacheDir,
      identity: IDENTITY,
      checksum: CHECKSUM,
      recordedBy: 'host',
    });
    expect(result).toMatchObject({
      ok: false,
      error: { type: 'RenameTmpFile', src: tmpPath, dest: expect.stringContaining(`${cacheDir}/`) },
    });
  });
});

it('a file is verified by its whole content', async () => {
  const path = join(tempDir(), 'artifact');
  const file = { identity: IDENTITY, checksum: hex(CHECKSUM), recordedBy: 'host' } as const;
  const found: boolean[] = [];
  for (const content of [
    CONTENT,
    CONTENT.subarray(1),
    Buffer.concat([CONTENT, Buffer.of(0)]),
    Buffer.alloc(0),
  ]) {
    writeFileSync(path, content);
    found.push(await verify({ ...file, path }));
  }
  found.push(await verify({ ...file, path: tempDir() }), await verify({ ...file, path: join(path, 'none') }));
  expect(found).toEqual([true, false, false, false, false, false]);
});

it('a hash is blake2-256', async () => {
  // Python's hashlib.blake2b(b'abc', digest_size=32).
  const expected = 'bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319';
  for (const parts of [['abc'], ['a', '', 'bc']])
    expect(await hash({ parts: parts.map((part) => Buffer.from(part)) })).toBe(expected);
});

describe('pieces that are written to a file', () => {
  const written = async (flags: number, ...parts: Uint8Array[]) => {
    const path = join(tempDir(), 'file');
    writeFileSync(path, 'longer than what comes');
    const fd = openSync(path, flags);
    try {
      await write({ fd, parts });
    } finally {
      closeSync(fd);
    }
    return readFileSync(path, 'latin1');
  };

  it('are all that is in it then, from ordinary and shared memory', async () => {
    const shared = new Uint8Array(new SharedArrayBuffer(6)).subarray(1, 4);
    shared.set(Buffer.from('SAB'));
    const parts = [Buffer.from('a,'), shared, new Uint8Array(), Buffer.from(',b')];
    expect(await written(constants.O_WRONLY, ...parts)).toBe('a,SAB,b');
    expect(await written(constants.O_WRONLY)).toBe('');
  });

  it('reject where nothing can be written', async () => {
    await expect(written(constants.O_RDONLY, Buffer.from('a'))).rejects.toMatchObject({ code: 'EINVAL' });
  });

  it('leave nothing where one of them cannot be written', async () => {
    const path = join(tempDir(), 'file');
    const fd = openSync(path, 'w');
    const broken = { byteLength: 3 } as unknown as Uint8Array;
    await expect(write({ fd, parts: [Buffer.from('a'), broken] })).rejects.toMatchObject({
      code: 'ERR_INVALID_ARG_TYPE',
    });
    closeSync(fd);
    expect(readFileSync(path, 'latin1')).toBe('');
  });
});

it('shared memory is made by a thread, and comes back as what it is', async () => {
  const threads = new Threads(1);
  onTestFinished(() => threads.close());
  for (const made of [await threads.allocate({ length: 5 }), await allocate({ length: 5 })]) {
    expect(made).toBeInstanceOf(SharedArrayBuffer);
    expect(new Uint8Array(made)).toEqual(new Uint8Array(5));
  }
});
