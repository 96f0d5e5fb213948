import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { ADDER_PVF_PATH, adderChain, encodeAdderBlock } from '@pvf/example-adder-pvf';
import { PersistedValidationData, PoV } from '@pvf/protocol';
import { guest, truncatedBlob, zstdBomb } from '@pvf/test-kit';

const [first] = adderChain([5n]);
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

const CANDIDATE = {
  parentHead: hex(first!.parentHead),
  blockData: hex(first!.blockData),
  relayParentNumber: 9,
  relayParentStorageRoot: '00'.repeat(32),
};
const exported = Buffer.concat([
  PoV.encode({ blockData: first!.blockData }),
  PersistedValidationData.encode({
    parentHead: first!.parentHead,
    relayParentNumber: 9,
    relayParentStorageRoot: new Uint8Array(32),
    maxPovSize: 5_242_880,
  }),
]);
const spec = (genesis: object) => JSON.stringify({ name: 'x', id: 'x', genesis });
const candidate = (changes: object) => JSON.stringify({ ...CANDIDATE, ...changes });

/** Files that the commands of the table name, as users have them. */
const FILES: Readonly<Record<string, string | Uint8Array>> = {
  'adder.wasm': readFileSync(ADDER_PVF_PATH),
  'empty.wasm': '',
  'odd.hex': '0x0061736d0',
  'cut.wasm.gz': gzipSync(guest('trap')).subarray(0, -5),
  'cut.compressed.wasm': truncatedBlob(guest('trap')),
  'bomb.wasm': zstdBomb(31 * 1024 * 1024),
  'pointer.wasm': 'version https://git-lfs.github.com/spec/v1\noid sha256:00\n',
  'page.wasm': '<!DOCTYPE html><title>404</title>',
  node: '\x7fELF\x02\x01\x01',
  'metadata.scale': 'meta\x0f',
  'runtime.wat': '(module)',
  'runtime.polkavm': 'PVM\0\x01',
  'light.json': spec({ stateRootHash: '0x00' }),
  'no-code.json': spec({ runtimeGenesis: { patch: {} } }),
  'answer.json': '{"jsonrpc":"2.0","id":1,"result":null}',
  'block.json': candidate({}),
  'no-head.json': candidate({ parentHead: undefined }),
  'root.json': candidate({ relayParentStorageRoot: '00' }),
  'lost-data.json': candidate({ blockDataFile: 'block.bin' }),
  'other-code.json': candidate({ codeHash: 'ab'.repeat(32) }),
  'spoiled.json': candidate({ blockData: hex(encodeAdderBlock({ state: 1n, add: 5n })) }),
  'block.pov': exported,
  'cut.pov': exported.subarray(0, -7),
  'block.data': first!.blockData,
  'sign-extension.wasm': guest('sign-extension'),
  'no-entry-point.wasm': guest('no-entry-point'),
  'loop.wasm': guest('infinite-loop'),
  'nothing.wasm': Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0),
  'results.jsonl': '{"id":"a","run":"of another PVF","outcome":"valid"}\n',
  'notes.txt': 'notes',
};

/** Writes them all into a directory that exists. */
export function writeFixtures(directory: string): void {
  for (const [name, contents] of Object.entries(FILES)) writeFileSync(join(directory, name), contents);
  symlinkSync('circle.wasm', join(directory, 'circle.wasm'));
  mkdirSync(join(directory, 'blocks'));
  writeFileSync(join(directory, 'blocks', 'a.json'), FILES['block.json']!);
  mkdirSync(join(directory, 'nothing-here'));
  mkdirSync(join(directory, 'shared-cache'), { mode: 0o700 });
}
