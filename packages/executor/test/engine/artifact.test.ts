import { expect, test } from 'vitest';
import {
  ArtifactError,
  type ArtifactHeader,
  encodeArtifact,
  readHeader,
  splitArtifact,
} from '../../src/engine/artifact.ts';

const shape: ArtifactHeader['shape'] = {
  definedFunctions: 1,
  hasStart: false,
  memoryMinPages: 17,
  imports: [{ module: 'env', name: 'ext_logging_max_level_version_1', kind: 'function', signature: '->i32' }],
  memoryExport: 'memory',
  heapBase: 'i32',
  entryPoint: 'valid',
  heightExport: 'pvf stack height',
};
const header: ArtifactHeader = { engine: 'V8', shape };
const wasm = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);
const code = Uint8Array.of(1, 2, 3);

test('an artifact read from a Buffer has its code in a buffer of its own', () => {
  const parts = splitArtifact(Buffer.from(encodeArtifact({ header, wasm, code })));
  expect(new Uint8Array(parts.code)).toEqual(code);
  expect(parts.wasm).toEqual(wasm);
  expect(readHeader(parts)).toEqual(header);
});

test.each([
  null,
  7,
  'text',
  {},
  { engine: 'V8' },
  { engine: 7, shape },
  { engine: 'V8', shape: null },
  { engine: 'V8', shape: { ...shape, imports: 'none' } },
  { engine: 'V8', shape: { ...shape, imports: [null] } },
  { engine: 'V8', shape: { ...shape, imports: [{ module: 'env', kind: 'function' }] } },
  { engine: 'V8', shape: { ...shape, memoryMinPages: -1 } },
  { engine: 'V8', shape: { ...shape, memoryMinPages: 70_000 } },
  { engine: 'V8', shape: { ...shape, hasStart: 'yes' } },
])('a header of another form is refused: %j', (form) => {
  const json = new TextEncoder().encode(JSON.stringify(form));
  const read = () => readHeader({ header: json, wasm, code: code.buffer });
  expect(read).toThrow(ArtifactError);
  expect(read).toThrow(expect.objectContaining({ code: 'NOT_AN_ARTIFACT' }));
});
