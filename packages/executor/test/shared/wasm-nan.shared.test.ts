import { setFlagsFromString } from 'node:v8';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { instantiate, toEngine } from '../wasm/support/run.ts';
import { loadVectors } from './vectors.ts';

interface NanRecord {
  readonly name: string;
  readonly wasm: string;
  readonly input: string;
  readonly output: string;
}

const records = loadVectors<NanRecord>('nan.json');
const AHEAD = ['--no-liftoff', '--no-wasm-tier-up', '--no-wasm-lazy-compilation'];
const DEFAULT = ['--liftoff', '--wasm-tier-up', '--wasm-lazy-compilation'];

test('is complete', () => expect(records).toHaveLength(74));

describe.each([
  { compiler: 'ahead of time', flags: AHEAD },
  { compiler: 'baseline', flags: DEFAULT },
])('nan.json, $compiler', ({ flags }) => {
  beforeAll(() => flags.forEach((flag) => void setFlagsFromString(flag)));
  afterAll(() => DEFAULT.forEach((flag) => void setFlagsFromString(flag)));

  test.each(records)('$name', ({ wasm, input, output }) => {
    const { exports, memory } = instantiate(toEngine(Buffer.from(wasm, 'hex')), 16);
    const operands = Buffer.from(input, 'hex');
    const base = (exports.__heap_base as WebAssembly.Global<'i32'>).value;
    new Uint8Array(memory.buffer).set(operands, base);
    const run = exports.validate_block as (pointer: number, length: number) => bigint;
    const pointer = Number(run(base, operands.length) & 0xffff_ffffn);
    expect(Buffer.from(memory.buffer, pointer, output.length / 2).toString('hex')).toBe(output);
  });
});
