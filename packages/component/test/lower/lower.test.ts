import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { PROPERTY } from '../../../test-kit/setup/property.ts';
import { Reader } from '../../src/binary/reader.ts';
import { ComponentError } from '../../src/errors.ts';
import { lowerBody } from '../../src/lower/body.ts';
import { HELPERS } from '../../src/lower/instructions.ts';
import { PVF_EXPORTS } from '../../src/lower/lower.ts';
import { lowerAlone } from '../support/lower-alone.ts';
import { assemble } from '../support/native.ts';

it('sign extension is exact for every byte and half word, and any 32 bits', () => {
  const text = ['i32.extend8_s', 'i32.extend16_s', 'i64.extend8_s', 'i64.extend16_s', 'i64.extend32_s'].map(
    (name) =>
      `(func (export "${name}") (param ${name.slice(0, 3)}) (result ${name.slice(0, 3)}) (${name} (local.get 0)))`,
  );
  const module = assemble(`(module ${text.join('')})`);
  const original = instance(module);
  const lowered = instance(lowerAlone(module));
  for (const name of Object.keys(original)) {
    const wide = name.startsWith('i64');
    const both = (value: number | bigint) =>
      expect([name, value, lowered[name]!(value)]).toEqual([name, value, original[name]!(value)]);
    for (let value = 0; value < 0x1_0000; value += 1) both(wide ? BigInt(value) : value);
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (value) => {
        both(wide ? value : Number(BigInt.asIntN(32, value)));
      }),
      { ...PROPERTY, numRuns: 500 },
    );
  }
});

it('everything that stays, stays byte for byte', () => {
  const module = assemble(`(module (memory 1) (table 1 funcref) (global $g (mut i64) (i64.const -5))
    (func $f (param i32 i64 f32 f64) (result i64) (local i32 i32 f64)
      (block $b (loop $l (br_if $b (i32.eqz (local.get 0))) (br_table $b $l $b (local.get 0))))
      (if (i32.const -1) (then (nop)) (else (unreachable)))
      (i64.store32 offset=100000 align=1 (i32.const 0x7fffffff) (i64.const -9223372036854775808))
      (drop (f32.load (i32.const 0))) (drop (f64.const nan:0x123)) (drop (f32.const -0))
      (global.set $g (select (local.get 1) (global.get $g) (i32.const 1)))
      (drop (call_indirect (param i32 i64 f32 f64) (result i64)
        (local.get 0) (local.get 1) (local.get 2) (local.get 3) (i32.const 0)))
      (return (call $f (local.tee 4 (i32.const 3)) (local.get 1) (local.get 2) (local.get 3)))))`);
  const body = codeOf(module);
  expect(lowerBody(new Reader(body), new Map())).toEqual(body);
});

it('code for which there is no exact equivalent is refused by name', () => {
  const bodies: Readonly<Record<string, readonly number[]>> = {
    'memory.init (passive data segments)': [0, 0xfc, 8, 0, 0],
    'table.copy': [0, 0xfc, 14, 0, 0],
    'tail calls': [0, 0x12, 0],
    SIMD: [0, 0xfd, 0],
    threads: [0, 0xfe, 0],
    'reference types': [0, 0xd0, 0x70],
    'blocks with several values (multi-value)': [0, 0x02, 0x05, 0x0b],
  };
  for (const [what, body] of Object.entries(bodies)) {
    try {
      lowerBody(new Reader(Uint8Array.from(body)), new Map());
      expect.unreachable(what);
    } catch (error) {
      if (!(error instanceof ComponentError)) throw error;
      expect(error.code).toBe('NOT_LOWERABLE');
      expect(error.meta).toEqual({ what });
    }
  }
});

it('the adapter has every function that lowered code calls, and needs nothing after the MVP itself', () => {
  const adapter = new WebAssembly.Module(readFileSync(new URL('../../dist/adapter.wasm', import.meta.url)));
  const names = WebAssembly.Module.exports(adapter).map(({ name }) => name);
  expect(names).toEqual(expect.arrayContaining([...HELPERS, PVF_EXPORTS[2]]));
});

function instance(module: Uint8Array): Record<string, (value: number | bigint) => number | bigint> {
  return new WebAssembly.Instance(new WebAssembly.Module(Uint8Array.from(module))).exports as never;
}

/** The first function's body. */
function codeOf(module: Uint8Array): Uint8Array {
  const reader = new Reader(module, 8);
  for (;;) {
    const id = reader.byte();
    const part = reader.part(reader.u32());
    if (id !== 10) continue;
    part.u32();
    return Uint8Array.from(part.take(part.u32()));
  }
}
