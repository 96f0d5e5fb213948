import { describe, expect, test } from 'vitest';
import { BlobError, decompressBlob } from '../../src/blob/index.ts';
import { RewriteError, rewriteModule } from '../../src/wasm/index.ts';
import { exported, HEADER, section, u32 } from '../wasm/support/binary.ts';
import { type ModuleRecord, moduleOf, sha256 } from './modules.ts';
import { loadVectors } from './vectors.ts';

type Stage = 'decompress' | 'prevalidate' | 'prepare' | 'construct' | 'ok';

interface StageRecord extends ModuleRecord {
  readonly kind: string;
  readonly stage: Stage;
  readonly bomb_limit: number;
  readonly executor_params: readonly { readonly type: string; readonly value?: number }[];
  /** What the compiler was given, where preparation got that far. */
  readonly final?: { readonly len: number; readonly sha256: string };
}

const records = loadVectors<StageRecord>('full-blob.json').filter(({ kind }) => kind === 'stage');

/** A few modules are too large for the file; they are the baseline with many or long exports. */
const LARGE: Readonly<Record<string, () => Uint8Array>> = {
  'limits/exports-2000': () => withExports(Array.from({ length: 2000 }, (_, i) => exported(`e${i}`, 0, 0))),
  'limits/name-100000': () => withExports([exported('n'.repeat(100_000), 0, 0)]),
  'limits/name-100001': () => withExports([exported('n'.repeat(100_001), 0, 0)]),
};

function withExports(entries: readonly number[][]): Uint8Array {
  const baseline = moduleOf(records.find(({ name }) => name === 'ok/baseline')!);
  const sections = [...sectionsOf(baseline)].map(({ id, contents }) => {
    if (id !== 7) return section(id, contents);
    return section(id, [...u32(contents[0]! + entries.length), ...contents.slice(1), ...entries.flat()]);
  });
  return new Uint8Array([...HEADER, ...sections.flat()]);
}

/** The baseline's sections are all shorter than 128 bytes. */
function* sectionsOf(code: Uint8Array): Generator<{ id: number; contents: number[] }> {
  for (let at = HEADER.length; at < code.length; at += 2 + code[at + 1]!) {
    yield { id: code[at]!, contents: [...code.subarray(at + 2, at + 2 + code[at + 1]!)] };
  }
}

function codeOf(record: StageRecord): Uint8Array {
  const large = LARGE[record.name]?.();
  if (large === undefined) return moduleOf(record);
  expect(sha256(large)).toBe(record.sha256);
  return large;
}

/** The last parameter of a kind wins, as in the reference. */
function parameter(record: StageRecord, type: string): number | undefined {
  return record.executor_params.findLast((entry) => entry.type === type)?.value;
}

/** Decompression, our pass for the engine and the engine's own validation, in this order. */
function stageOf(record: StageRecord): { stage: Stage; module?: Uint8Array } {
  let code: Uint8Array;
  try {
    code = decompressBlob(codeOf(record), record.bomb_limit);
  } catch (error) {
    if (error instanceof BlobError) return { stage: 'decompress' };
    throw error;
  }
  const stackLogicalMax = parameter(record, 'StackLogicalMax') ?? 65_536;
  const bulkMemory = record.executor_params.some(({ type }) => type === 'WasmExtBulkMemory');
  try {
    const module = rewriteModule(code, { stackLogicalMax, target: 'engine', bulkMemory });
    if (!WebAssembly.validate(module as BufferSource)) return { stage: 'prepare' };
  } catch (error) {
    if (error instanceof RewriteError)
      return { stage: error.code === 'PREPARATION' ? 'prepare' : 'prevalidate' };
    throw error;
  }
  return { stage: 'ok', module: rewriteModule(code, { stackLogicalMax, target: 'reference' }) };
}

describe('full-blob.json, stages', () => {
  test('is complete', () => expect(records).toHaveLength(323));

  test.each(records)('$name: $stage', (record) => {
    const { stage, module } = stageOf(record);
    // The native stack is the engine's business: without any, the reference cannot even create its engine.
    const enginesOwn = parameter(record, 'StackNativeMax') === 0;
    // Whether the imports can be linked is decided after compilation.
    const expected = record.stage === 'construct' || enginesOwn ? 'ok' : record.stage;
    expect(stage).toBe(expected);
    if (record.final === undefined) return;
    expect(module).toHaveLength(record.final.len);
    expect(sha256(module!)).toBe(record.final.sha256);
  });
});
