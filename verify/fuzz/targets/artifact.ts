import {
  ArtifactError,
  type ArtifactHeader,
  encodeArtifact,
  readHeader,
  splitArtifact,
} from '../../../packages/executor/src/engine/artifact.ts';
import { check, type FuzzTarget, refusable, sameBytes } from './target.ts';

const header: ArtifactHeader = {
  engine: 'V8 x64 pvf-0.1.0',
  shape: {
    definedFunctions: 1,
    hasStart: false,
    memoryMinPages: 17,
    imports: [
      { module: 'env', name: 'ext_logging_max_level_version_1', kind: 'function', signature: '->i32' },
    ],
    memoryExport: 'memory',
    heapBase: 'i32',
    entryPoint: 'valid',
    heightExport: 'pvf stack height',
  },
};

export const target: FuzzTarget = {
  maxBytes: 2048,
  async seeds() {
    const wasm = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);
    return [new Uint8Array(0), new Uint8Array(100)].map((code) => encodeArtifact({ header, wasm, code }));
  },
  run(input) {
    const parts = refusable(ArtifactError, () => splitArtifact(input));
    if (parts === undefined) return;
    const code = new Uint8Array(parts.code);
    check(
      sameBytes(Buffer.concat([input.subarray(0, 24), parts.header, parts.wasm, code]), input),
      'the parts are the file',
    );
    const read = refusable(ArtifactError, () => readHeader(parts));
    if (read === undefined) return;
    check(typeof read.engine === 'string', 'the engine is a text');
    check(typeof read.shape === 'object' && read.shape !== null, 'there is a shape');
    for (const { module, name } of read.shape.imports)
      check(typeof module === 'string' && typeof name === 'string', 'imports have names');
  },
};
