// What people have: chain specifications, dumps, exported PoVs, in whatever they are wrapped.
import { readFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { readCandidate, readCode } from '@pvf/cli';
import { ADDER_PVF_PATH, adderChain } from '@pvf/example-adder-pvf';
import { PersistedValidationData, PoV } from '@pvf/protocol';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PROPERTY } from '../../test-kit/setup/property.ts';
import { exportedPov } from '../src/input/exported-pov.ts';
import { temporaryFile } from './files.ts';
import { run } from './run.ts';

const WASM = Uint8Array.of(0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 9, 9);
const BLOB = Uint8Array.of(0x52, 0xbc, 0x53, 0x76, 0x46, 0xdb, 0x8e, 0x05, 1, 2, 3);
const hex = (bytes: Uint8Array) => `0x${Buffer.from(bytes).toString('hex')}`;
const json = (value: unknown) => JSON.stringify(value);
const vec = (bytes: Uint8Array) => Uint8Array.of(bytes.length << 2, ...bytes);

const raw = { name: 'x', genesis: { raw: { top: { '0x00': '0x01', '0x3a636f6465': hex(BLOB) } } } };
const plain = (genesis: object) => ({ name: 'x', id: 'x', genesis });

test.each([
  ['a raw chain spec', json(raw)],
  ['a raw chain spec, indented, with a byte order mark', `\uFEFF${JSON.stringify(raw, null, 2)}`],
  ['a plain chain spec of today', json(plain({ runtimeGenesis: { code: hex(BLOB), patch: {} } }))],
  ['one of before', json(plain({ runtime: { system: { code: hex(BLOB) } } }))],
  ['one of long before', json(plain({ runtime: { frameSystem: { code: hex(BLOB) } } }))],
  [
    'one of a relay chain of before',
    json(plain({ runtime: { runtime_genesis_config: { system: { code: hex(BLOB) } } } })),
  ],
  ['the answer of a node', json({ jsonrpc: '2.0', id: 1, result: hex(BLOB) })],
  ['a JSON string', json(hex(BLOB))],
  ['SCALE bytes', vec(BLOB)],
  ['SCALE bytes of an Option', Uint8Array.of(1, ...vec(BLOB))],
  ['hexadecimal text of SCALE bytes', hex(vec(BLOB))],
  ['gzip', gzipSync(BLOB)],
  ['zstd around the blob', zstdCompressSync(BLOB)],
  ['gzip of hexadecimal text', gzipSync(`${hex(BLOB).slice(2)}\n`)],
  ['gzip of a chain spec', gzipSync(json(raw))],
  [
    'hexadecimal text of gzip, in upper case and lines',
    hex(gzipSync(BLOB)).slice(2).toUpperCase().replace(/.{32}/g, '$&\r\n'),
  ],
])('code out of %s', async (_, contents) => {
  expect(await readCode(temporaryFile('code', contents))).toEqual(BLOB);
});

test('WebAssembly out of zstd and from standard input', async () => {
  expect(await readCode(temporaryFile('code.zst', zstdCompressSync(WASM)))).toEqual(WASM);
  expect(
    await readCode('-', Readable.from([Buffer.from(hex(WASM).slice(0, 7)), Buffer.from(hex(WASM).slice(7))])),
  ).toEqual(WASM);
});

test.each([
  ['a light chain spec', json(plain({ stateRootHash: '0x00' })), /hash of a state/],
  ['a chain spec without code', json(plain({ runtimeGenesis: {} })), /no runtime code/],
  [
    'a chain spec with something else as code',
    json(plain({ runtimeGenesis: { code: '0xdeadbeefdeadbeef' } })),
    /hexadecimal|neither/,
  ],
  ['a candidate', json({ parentHead: '00', blockData: '00' }), /candidate file/],
  ['an exported PoV', exportOf(Uint8Array.of(1, 2, 3)), /PoV that a collator exported/],
  ['a native program', '\x7fELF\x02', /native program/],
  ['metadata', 'meta\x0e', /metadata/],
  ['a web page', '<!DOCTYPE html>', /web page/],
  ['a pointer', 'version https://git-lfs.github.com/spec/v1', /Git LFS/],
  ['WebAssembly as text', '(module)', /text form/],
  ['PolkaVM', 'PVM\0\0', /PolkaVM/],
  ['a node’s error', json({ error: { code: -32000, message: 'no' } }), /error that a node answered/],
  ['an answer of null', json({ result: null }), /answer without code/],
  ['JSON that is cut off', '{"genesis": {"raw"', /cut off/],
])('no code in %s', async (_, contents, message) => {
  await expect(readCode(temporaryFile('x', contents))).rejects.toThrow(message);
});

test.each([
  [
    'gzip that is cut off',
    gzipSync(Buffer.alloc(5000, 'ab')).subarray(0, -6),
    /gzip file that does not decompress/,
  ],
  ['a gzip bomb', gzipSync(Buffer.alloc(129 * 1024 * 1024)), /decompresses \(gzip\) to more than/],
])('%s is refused', async (_, contents, message) => {
  await expect(readCode(temporaryFile('x', contents))).rejects.toThrow(message);
});

const [first, second] = adderChain([5n, 7n]);
function exportOf(
  blockData: Uint8Array,
  parentHead: Uint8Array = Uint8Array.of(7),
  relayParentNumber = 9,
): Uint8Array {
  const data = {
    parentHead,
    relayParentNumber,
    relayParentStorageRoot: new Uint8Array(32),
    maxPovSize: 5_242_880,
  };
  return Buffer.concat([PoV.encode({ blockData }), PersistedValidationData.encode(data)]);
}

test.each([
  ['as it is', (bytes: Uint8Array) => bytes],
  ['as hexadecimal text', (bytes: Uint8Array) => hex(bytes)],
  ['in gzip', (bytes: Uint8Array) => gzipSync(bytes)],
  ['in zstd', (bytes: Uint8Array) => zstdCompressSync(bytes)],
])('an exported PoV %s is a candidate', async (_, wrap) => {
  const path = temporaryFile('0xab_12.pov', wrap(exportOf(first!.blockData, first!.parentHead)));
  expect(await readCandidate(path)).toMatchObject({
    name: '0xab_12.pov',
    parentHead: first!.parentHead,
    blockData: first!.blockData,
    relayParentNumber: 9,
    maxPovSize: 5_242_880,
    claim: undefined,
  });
});

test('whatever is exported is recognised, and nothing that is longer, shorter or block data alone', () => {
  const part = fc.uint8Array({ minLength: 1, maxLength: 300, size: 'max' });
  fc.assert(
    fc.property(part, part, fc.integer({ min: 0, max: 255 }), (blockData, parentHead, byte) => {
      const bytes = exportOf(blockData, parentHead);
      expect(exportedPov(bytes)).toMatchObject({ blockData, validationData: { parentHead } });
      expect(exportedPov(Buffer.concat([bytes, Uint8Array.of(byte)]))).toBeUndefined();
      expect(exportedPov(bytes.subarray(0, -1))).toBeUndefined();
    }),
    PROPERTY,
  );
  for (const { blockData } of [first!, second!]) expect(exportedPov(blockData)).toBeUndefined();
  expect(exportedPov(new Uint8Array(42))).toBeUndefined();
});

test('pvf validate takes an exported PoV by any of its options, and refuses it where it would be block data', async () => {
  const pov = temporaryFile('b.pov', exportOf(first!.blockData, first!.parentHead));
  const argv = ['validate', '--no-cache', '--json', '--pvf'];
  const spec = temporaryFile(
    'spec.json',
    json({ genesis: { raw: { top: { '0x3a636f6465': hex(readFileSync(ADDER_PVF_PATH)) } } } }),
  );
  const { code, stdout } = await run([...argv, spec, '--pov-file', pov, '--candidate', pov]);
  expect(code).toBe(0);
  const report = JSON.parse(stdout);
  expect(report).toMatchObject({ readFrom: ['chain-spec-raw'], candidates: [{}, {}] });
  for (const { outcome, explanation } of report.candidates) {
    expect(outcome).toMatchObject({
      kind: 'valid',
      result: { headData: hex(first!.head), hrmpWatermark: 9 },
    });
    expect(explanation).toMatch(/^The PVF accepts the block as valid, with [\d.]+ % of the CPU limit/);
  }

  const wrong = await run([...argv, ADDER_PVF_PATH, '--pov', pov, '--parent-head', '00']);
  expect(wrong.code).toBe(2);
  expect(JSON.parse(wrong.stdout).error).toMatchObject({
    code: 'BAD_USAGE',
    remedy: expect.stringContaining('--pov-file'),
  });
});

test.each([
  ['standard input for two inputs', ['validate', '--pvf', '-', '--pov-file', '-'], /named twice/],
  [
    'a storage root beside an exported PoV',
    ['validate', '--pvf', ADDER_PVF_PATH, '--pov-file', 'POV', '--relay-storage-root', '00'],
    /said by the file/,
  ],
  ['a PVF as PoV', ['validate', '--pvf', ADDER_PVF_PATH, '--pov-file', ADDER_PVF_PATH], /is WebAssembly/],
  [
    'block data as exported PoV',
    ['validate', '--pvf', ADDER_PVF_PATH, '--pov-file', 'BLOCK'],
    /neither a JSON object nor a PoV/,
  ],
])('usage: %s', async (_, argv, message) => {
  const files: Record<string, string> = {
    POV: temporaryFile('b.pov', exportOf(first!.blockData)),
    BLOCK: temporaryFile('block', first!.blockData),
  };
  const stdin = Readable.from([readFileSync(ADDER_PVF_PATH)]);
  const { code, stderr } = await run(
    argv.map((each) => files[each] ?? each),
    { stdin },
  );
  expect([code, stderr]).toEqual([2, expect.stringMatching(message)]);
});
