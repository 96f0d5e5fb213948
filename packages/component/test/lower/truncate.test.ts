import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PROPERTY } from '../../../test-kit/setup/property.ts';
import { HELPERS } from '../../src/lower/instructions.ts';
import { instantiateAdapter } from '../support/adapter.ts';
import { nativeConversions } from '../support/native.ts';

const adapter = instantiateAdapter(readFileSync(new URL('../../dist/adapter.wasm', import.meta.url))).exports;
const native = nativeConversions();

/** The neighbours of each value that matters, as the width holds them. */
function edges(bits: 32 | 64): number[] {
  const powers = [0, 1, 2 ** 31, 2 ** 32, 2 ** 63, 2 ** 64].flatMap((value) => [value, -value]);
  const near = powers.flatMap((value) => [-2, -1, 0, 1, 2].map((step) => step_(value, step, bits)));
  const halves = powers.flatMap((value) => [value - 1, value - 0.5, value + 0.5, value + 1]);
  return [
    ...near,
    ...halves,
    -0,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    5e-324,
    1e-45,
  ];
}

/** `step` representable numbers further. */
function step_(value: number, step: number, bits: 32 | 64): number {
  const view = new DataView(new ArrayBuffer(8));
  if (bits === 32) {
    view.setFloat32(0, value);
    view.setInt32(0, view.getInt32(0) + step);
    return view.getFloat32(0);
  }
  view.setFloat64(0, value);
  view.setBigInt64(0, view.getBigInt64(0) + BigInt(step));
  return view.getFloat64(0);
}

describe('saturating truncation is that of the proposal', () => {
  for (const name of HELPERS.filter((helper) => helper.includes('trunc_sat'))) {
    const bits = name.includes('_f32_') ? 32 : 64;
    const lowered = adapter[name] as (value: number) => number | bigint;
    const original = native[name]!;
    it(name, () => {
      for (const value of edges(bits)) expect([value, lowered(value)]).toEqual([value, original(value)]);
      const any = bits === 32 ? fc.float() : fc.double();
      const large = fc
        .double({ min: -(2 ** 65), max: 2 ** 65 })
        .map((value) => (bits === 32 ? Math.fround(value) : value));
      fc.assert(
        fc.property(fc.oneof(any, large), (value) => lowered(value) === original(value)),
        { ...PROPERTY, numRuns: 5_000 },
      );
    });
  }
});
