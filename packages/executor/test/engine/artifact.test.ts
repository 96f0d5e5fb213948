import { expect, test } from 'vitest';
import {
  ArtifactError,
  type ArtifactHeader,
  encodeArtifact,
  readHeader,
  splitArtifact,
} from '../../src/engine/artifact.ts';
import type { CodeCache } from '../../src/engine/code-cache.ts';
import { loadArtifact } from '../../src/engine/load.ts';

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
  { engine: 'V8', shape: { ...shape, memoryMinPages: 65_537 } },
  { engine: 'V8', shape: { ...shape, memoryMinPages: 1.5 } },
  { engine: 'V8', shape: { ...shape, hasStart: 'yes' } },
])('a header of another form is refused: %j', (form) => {
  const json = new TextEncoder().encode(JSON.stringify(form));
  const read = () => readHeader({ header: json, wasm, code: code.buffer });
  expect(read).toThrow(ArtifactError);
  expect(read).toThrow(expect.objectContaining({ code: 'NOT_AN_ARTIFACT' }));
});

test('the largest memory is believed', () => {
  const form = { engine: 'V8', shape: { ...shape, memoryMinPages: 65_536 } };
  const json = new TextEncoder().encode(JSON.stringify(form));
  expect(readHeader({ header: json, wasm, code: code.buffer })).toEqual(form);
});

test('a file that is longer or shorter than it says is cut off or damaged', () => {
  const whole = encodeArtifact({ header, wasm, code });
  for (const bytes of [whole.subarray(0, -1), Uint8Array.of(...whole, 0)]) {
    expect(() => splitArtifact(bytes)).toThrow(expect.objectContaining({ code: 'TRUNCATED' }));
  }
});

test('an artifact of another engine is not loaded, whatever V8 would say to its code', () => {
  const module = new WebAssembly.Module(wasm);
  const codeCache: CodeCache = {
    engineIdentity: 'V8',
    serialize: () => code,
    deserialize: () => module,
  };
  const load = (engine: string) => {
    const file = encodeArtifact({ header: { ...header, engine }, wasm, code });
    return loadArtifact(splitArtifact(file), codeCache, 'V8 pvf-1.0.0');
  };
  expect(load('V8 pvf-1.0.0')).toEqual({ module, shape });
  for (const other of ['', 'V8', 'V8 pvf-1.0.1', 'V9 pvf-1.0.0', 'V8 pvf-1.0.00'])
    expect(() => load(other)).toThrow(expect.objectContaining({ code: 'OTHER_ENGINE' }));
  const refusing = { ...codeCache, deserialize: () => undefined };
  const parts = splitArtifact(encodeArtifact({ header: { ...header, engine: 'V8' }, wasm, code }));
  expect(() => loadArtifact(parts, refusing, 'V8')).toThrow(
    expect.objectContaining({ code: 'REJECTED_CODE' }),
  );
});
