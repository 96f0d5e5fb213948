import { join } from 'node:path';
import { readCandidate, readCode } from '@pvf/cli';
import { expect, test } from 'vitest';
import { temporaryDirectory, temporaryFile } from './files.ts';

const WASM = Uint8Array.of(0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0);
const BLOB = Uint8Array.of(0x52, 0xbc, 0x53, 0x76, 0x46, 0xdb, 0x8e, 0x05, 1, 2, 3);

test.each([
  ['WebAssembly', WASM, WASM],
  ['a compressed blob', BLOB, BLOB],
  ['hexadecimal text', `0x${Buffer.from(BLOB).toString('hex')}\n`, BLOB],
  ['hexadecimal text without 0x', Buffer.from(BLOB).toString('hex'), BLOB],
  ['hexadecimal text in lines', '0061736D\n01000000\n', WASM],
])('code: %s', async (_, contents, code) => {
  expect(await readCode(temporaryFile('code', contents))).toEqual(code);
});

test.each([
  ['empty', '', 'NOT_CODE', /is empty/],
  ['text', 'hello', 'NOT_CODE', /neither WebAssembly nor a compressed blob/],
  ['hexadecimal text of something else', 'deadbeef', 'NOT_CODE', /hexadecimal text, but not of WebAssembly/],
  ['JSON', '{}', 'NOT_CODE', /looks like JSON/],
  [
    'zstd without the prefix',
    Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0),
    'NOT_CODE',
    /without the 8-byte prefix/,
  ],
  ['text that begins like hexadecimal', '0xnothing', 'BAD_HEX', /not hexadecimal/],
])('no code: %s', async (_, contents, code, message) => {
  const path = temporaryFile('code', contents);
  const error = await readCode(path).catch((caught: unknown) => caught);
  expect(error).toMatchObject({ code });
  expect((error as Error).message).toMatch(message);
  expect((error as Error).message).toContain(path);
});

test('a path without file, and a directory', async () => {
  const directory = temporaryDirectory();
  const missing = join(directory, 'missing.wasm');
  await expect(readCode(missing)).rejects.toMatchObject({
    code: 'INPUT_FILE',
    meta: { path: missing, errno: 'ENOENT' },
  });
  await expect(readCode(directory)).rejects.toMatchObject({ meta: { path: directory, errno: 'EISDIR' } });
});

const CANDIDATE = {
  name: 'one',
  parentHead: '0102',
  blockData: '0x03',
  relayParentNumber: 7,
  relayParentStorageRoot: '00'.repeat(32),
};

test('a candidate with what it expects', async () => {
  const expected = { job: { ok: { head: '0a', processedDownward: 1, hrmpWatermark: 7 } }, povSize: 1 };
  const path = temporaryFile(
    'one.json',
    JSON.stringify({ ...CANDIDATE, expected, expectedResultSha256: 'ab' }),
  );
  expect(await readCandidate(path)).toEqual({
    name: 'one',
    note: undefined,
    parentHead: Uint8Array.of(1, 2),
    blockData: Uint8Array.of(3),
    relayParentNumber: 7,
    relayParentStorageRoot: new Uint8Array(32),
    expected: {
      answer: 'Ok',
      headData: Uint8Array.of(0x0a),
      processedDownwardMessages: 1,
      hrmpWatermark: 7,
      povSize: 1,
      resultSha256: 'ab',
    },
  });
});

test.each([
  ['text', 'hello', '', 'BAD_CANDIDATE'],
  ['an array', '[]', '', 'BAD_CANDIDATE'],
  ['no parent head', { ...CANDIDATE, parentHead: undefined }, 'parentHead', 'BAD_CANDIDATE'],
  ['a parent head that is a number', { ...CANDIDATE, parentHead: 1 }, 'parentHead', 'BAD_CANDIDATE'],
  [
    'a relay parent below zero',
    { ...CANDIDATE, relayParentNumber: -1 },
    'relayParentNumber',
    'BAD_CANDIDATE',
  ],
  [
    'an answer that is unknown',
    { ...CANDIDATE, expected: { job: { no: 1 } } },
    'expected.job',
    'BAD_CANDIDATE',
  ],
])('no candidate: %s', async (_, contents, field, code) => {
  const path = temporaryFile('c.json', typeof contents === 'string' ? contents : JSON.stringify(contents));
  await expect(readCandidate(path)).rejects.toMatchObject({ code, meta: { path, field } });
});

test('a storage root of the wrong size', async () => {
  const path = temporaryFile('c.json', JSON.stringify({ ...CANDIDATE, relayParentStorageRoot: '00' }));
  await expect(readCandidate(path)).rejects.toMatchObject({ code: 'BAD_HEX' });
});

test('block data in a file that is missing', async () => {
  const path = temporaryFile('c.json', JSON.stringify({ ...CANDIDATE, blockDataFile: 'c.bin' }));
  await expect(readCandidate(path)).rejects.toMatchObject({ code: 'INPUT_FILE', meta: { errno: 'ENOENT' } });
});
