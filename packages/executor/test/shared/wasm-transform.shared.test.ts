import { describe, expect, test } from 'vitest';
import {
  REFERENCE_STEPS,
  type ReferenceStep,
  rewriteModule,
  rewriteUpTo,
  stackCosts,
} from '../../src/wasm/index.ts';
import { type ModuleRecord, moduleOf, sha256 } from './modules.ts';
import { loadVectors } from './vectors.ts';

const LIMITS = [1024, 65_536] as const;

interface Output {
  readonly len: number;
  readonly sha256: string;
  readonly wasm?: string;
}

interface LimiterRecord extends ModuleRecord {
  readonly reserialized: Output;
  readonly limit_1024: Output;
  readonly limit_65536: Output;
  readonly costs: {
    readonly total: number;
    readonly sha256_u32le: string;
    readonly list?: readonly number[];
  };
}

interface TransformRecord extends ModuleRecord {
  readonly kind: string;
  readonly logical_max_1024: Readonly<Record<ReferenceStep, Output>> & { readonly final?: string };
  readonly logical_max_65536: TransformRecord['logical_max_1024'];
}

function expectOutput(actual: Uint8Array, expected: Output): void {
  if (expected.wasm !== undefined) expect(Buffer.from(actual).toString('hex')).toBe(expected.wasm);
  expect(actual.length).toBe(expected.len);
  expect(sha256(actual)).toBe(expected.sha256);
}

describe('stack-limiter.json', () => {
  const records = loadVectors<LimiterRecord>('stack-limiter.json');

  test('is complete', () => expect(records).toHaveLength(137));

  test.each(records)('$name', (record) => {
    const code = moduleOf(record);
    expectOutput(rewriteUpTo(code, 'deserialize', 0), record.reserialized);
    for (const limit of LIMITS) {
      const step = 'inject_stack_depth_metering';
      expectOutput(rewriteUpTo(code, step, limit), record[`limit_${limit}`]);
    }
    const costs = stackCosts(code);
    if (record.costs.list !== undefined) expect([...costs]).toEqual(record.costs.list);
    expect(costs).toHaveLength(record.costs.total);
    expect(sha256(new Uint8Array(costs.buffer))).toBe(record.costs.sha256_u32le);
  });
});

describe('full-blob.json, transformations', () => {
  const records = loadVectors<TransformRecord>('full-blob.json').filter(({ kind }) => kind === 'transform');

  test('is complete', () => expect(records).toHaveLength(137));

  test.each(records)('$name', (record) => {
    const code = moduleOf(record);
    for (const limit of LIMITS) {
      const steps = record[`logical_max_${limit}`];
      for (const step of REFERENCE_STEPS) expectOutput(rewriteUpTo(code, step, limit), steps[step]);
      const final = rewriteModule(code, { stackLogicalMax: limit, target: 'reference' });
      if (steps.final !== undefined) expect(Buffer.from(final).toString('hex')).toBe(steps.final);
      expect(sha256(final)).toBe(steps.clear_memory_max_limit.sha256);
    }
  });
});
