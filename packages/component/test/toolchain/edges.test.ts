import { flatten } from '@pvf/component';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { PROPERTY } from '../../../test-kit/setup/property.ts';
import { assemble } from '../support/native.ts';
import { encodeResult } from '../support/scale.ts';
import { buildComponent, guestText } from './support/build.ts';
import { headOf, runFlat, runOriginal } from './support/run.ts';

const original = assemble(guestText('edges'));
let flat: Uint8Array;
beforeAll(async () => {
  flat = (await flatten(await buildComponent(guestText('edges')))).module;
});

/** Whether the flattened module and the component's own code give the same head, or both trap. */
function same(operation: number, write: (view: DataView) => void): boolean {
  const block = new Uint8Array(16);
  block[0] = operation;
  write(new DataView(block.buffer));
  const params = { head: new Uint8Array(), block };
  const expected = runOriginal(original, params);
  const { result } = runFlat(flat, params);
  const head = result && headOf(result);
  return expected === undefined || head === undefined
    ? expected === head
    : Buffer.compare(expected, head) === 0;
}

const POWERS = [0, 1, 2 ** 31, 2 ** 32, 2 ** 63, 2 ** 64].flatMap((value) => [value, -value]);
const EDGES = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0, 0.5, -0.5, -0.9999];

describe('a flattened module computes what the component does', () => {
  it('truncations at every edge', () => {
    for (let operation = 0; operation < 8; operation++) {
      const narrow = operation % 4 < 2;
      const write = (bits: bigint) => (view: DataView) => view.setBigUint64(8, bits, true);
      const bitsOf = (value: number) => {
        const view = new DataView(new ArrayBuffer(8));
        if (narrow) view.setFloat32(0, value, true);
        else view.setFloat64(0, value, true);
        return view.getBigUint64(0, true);
      };
      for (const value of [...POWERS, ...EDGES]) {
        for (const step of [-1n, 0n, 1n]) {
          const bits = BigInt.asUintN(narrow ? 32 : 64, bitsOf(value) + step);
          expect([operation, value, step, same(operation, write(bits))]).toEqual([
            operation,
            value,
            step,
            true,
          ]);
        }
      }
      const any = fc.bigInt({ min: 0n, max: narrow ? 2n ** 32n - 1n : 2n ** 64n - 1n });
      fc.assert(
        fc.property(any, (bits) => same(operation, write(bits))),
        { ...PROPERTY, numRuns: 100 },
      );
    }
  });

  it('sign extension of any bits', () => {
    const any = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
    fc.assert(
      fc.property(fc.integer({ min: 8, max: 12 }), any, (operation, bits) =>
        same(operation, (view) => view.setBigUint64(8, bits, true)),
      ),
      { ...PROPERTY, numRuns: 300 },
    );
  });

  const END = 3 * 65_536;
  const address = fc.oneof(
    fc.integer({ min: 0x1_0000, max: 0x1_2000 }),
    fc.integer({ min: END - 20, max: END + 2 }),
    fc.constantFrom(0x7fff_ffff, 0x8000_0000, 0xffff_ffff, 0xffff_0000),
  );
  const length = fc.oneof(fc.nat(0x2000), fc.nat(40), fc.constantFrom(0, 0xffff_ffff, 0x8000_0000));

  it('memory.copy and memory.fill, overlapping and out of range', () => {
    fc.assert(
      fc.property(fc.constantFrom(13, 14), address, address, length, (operation, first, second, third) =>
        same(operation, (view) => {
          view.setUint32(4, first, true);
          view.setUint32(8, second, true);
          view.setUint32(12, third, true);
        }),
      ),
      { ...PROPERTY, numRuns: 500 },
    );
  });

  it('memory.grow up to the component’s own maximum, and memory.size', () => {
    for (const [first, second] of [
      [0, 0],
      [1, 1],
      [97, 0],
      [97, 1],
      [98, 97],
      [50, 48],
      [0xffff_ffff, 1],
      [0x1_0000, 2],
    ] as const) {
      const equal = same(15, (view) => {
        view.setUint32(4, first, true);
        view.setUint32(8, second, true);
      });
      expect([first, second, equal]).toEqual([first, second, true]);
    }
  });

  it('numbers of a result, above 2^31 too', () => {
    for (const value of [0, 1, 2 ** 31 - 1, 2 ** 31, 2 ** 31 + 1, 2 ** 32 - 1]) {
      const block = Buffer.alloc(16);
      block[0] = 16;
      block.writeUInt32LE(value, 4);
      block.writeUInt32LE(2 ** 32 - 1 - value, 8);
      const { result } = runFlat(flat, { head: new Uint8Array(), block });
      const expected = encodeResult({
        head: new Uint8Array(),
        horizontal: [[value, new Uint8Array()]],
        downward: value,
        watermark: 2 ** 32 - 1 - value,
      });
      expect(Buffer.from(result!).toString('hex')).toBe(Buffer.from(expected).toString('hex'));
    }
  });
});
