import { zstdCompressSync } from 'node:zlib';
import { COMPRESSED_PREFIX, type ExecutorParams, executorSemantics } from '@pvf/protocol';
import { describe, expect, it } from 'vitest';
import { readHeader, readSource, splitArtifact } from '../../src/engine/artifact.ts';
import type { CodeCache } from '../../src/engine/code-cache.ts';
import { PreparationError, prepareArtifact } from '../../src/engine/prepare.ts';
import { body, build, exported, I32, I64, i64, imported, type } from '../wasm/support/binary.ts';

const MACHINE_CODE = Uint8Array.of(1, 2, 3);
const codeCache = { serialize: () => MACHINE_CODE } as unknown as CodeCache;
const RFC_163: ExecutorParams = [{ type: 'EnabledHostFunction', value: 'EccRfc163' }];
const BOMB_LIMIT = 1 << 20;

/** Two functions of its own, behind an import of a host function that takes one number and returns none. */
const importing = (name: string): Uint8Array =>
  build({
    types: [type([I32], []), type([I32, I32], [I64])],
    imports: [imported('env', name, [0, 0])],
    functions: [1, 1],
    exports: [exported('validate_block', 0, 1)],
    bodies: [body([0x42, ...i64(0n)]), body([0x42, ...i64(0n)])],
  });
const PLAIN = importing('ext_allocator_free_version_1');
const OF_RFC_163 = importing('ext_host_calls_bls12_381_final_exponentiation_version_1');

const prepare = (code: Uint8Array, params: ExecutorParams = [], precheck = true, bombLimit = BOMB_LIMIT) =>
  prepareArtifact(code, {
    bombLimit,
    semantics: executorSemantics(params),
    precheck,
    engine: 'e',
    codeCache,
  });

/** `ok`, or the stage that refuses the code. */
function stageOf(...given: Parameters<typeof prepare>): string {
  try {
    prepare(...given);
    return 'ok';
  } catch (error) {
    if (!(error instanceof PreparationError)) throw error;
    return error.stage;
  }
}

describe('an artifact', () => {
  it('tells the length of the code as it runs, and how many functions it has with those that it imports', () => {
    const compressed = Uint8Array.of(...COMPRESSED_PREFIX, ...zstdCompressSync(PLAIN));
    for (const code of [PLAIN, compressed]) {
      const { artifact, observedWasmCodeLength } = prepare(code);
      expect(observedWasmCodeLength).toBe(PLAIN.length);
      const parts = splitArtifact(artifact);
      const header = readHeader(parts);
      expect(header.engine).toBe('e');
      expect(readSource(header)).toEqual({ codeBytes: PLAIN.length, functions: 3 });
      expect(new Uint8Array(parts.code)).toEqual(MACHINE_CODE);
    }
  });
});

describe('code is refused', () => {
  it.each<[string, Parameters<typeof prepare>, string]>([
    ['where it decompresses', [Uint8Array.of(...COMPRESSED_PREFIX, 1)], 'decompress'],
    ['where it is read', [PLAIN.subarray(0, -1)], 'prevalidate'],
    ['where no call could be made', [PLAIN, [{ type: 'StackNativeMax', value: 0 }]], 'prepare'],
    ['not with any stack', [PLAIN, [{ type: 'StackNativeMax', value: 1 }]], 'ok'],
    ['where its imports are linked', [OF_RFC_163, RFC_163], 'construct'],
    ['not by a compilation', [OF_RFC_163, RFC_163, false], 'ok'],
    ['not for what nobody provides', [OF_RFC_163], 'ok'],
  ])('%s', (_, given, stage) => {
    expect(stageOf(...given)).toBe(stage);
  });
});
