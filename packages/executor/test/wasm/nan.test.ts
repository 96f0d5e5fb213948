import { setFlagsFromString } from 'node:v8';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { body, build, END, exported, F32, F64, I32, limits, type, u32 } from './support/binary.ts';
import { call, compile, type Guest, instantiate, toEngine } from './support/run.ts';

interface Float {
  readonly name: string;
  readonly type: number;
  readonly bytes: number;
  readonly load: number;
  readonly store: number;
  readonly canonical: bigint;
  /** NaNs that are not canonical: negative, with a payload, signalling. */
  readonly nans: readonly bigint[];
  readonly neg: number;
  readonly unary: readonly number[];
  readonly binary: readonly number[];
  readonly reinterpret: number;
  readonly integerStore: number;
}

const range = (first: number, last: number): number[] =>
  Array.from({ length: last - first + 1 }, (_, i) => first + i);
const SINGLE: Float = {
  name: 'f32',
  type: F32,
  bytes: 4,
  load: 0x2a,
  store: 0x38,
  canonical: 0x7fc00000n,
  nans: [0xffc00000n, 0x7fc12345n, 0xff812345n, 0x7f800001n, 0xffffffffn],
  neg: 0x8c,
  unary: range(0x8d, 0x91),
  binary: range(0x92, 0x97),
  reinterpret: 0xbc,
  integerStore: 0x36,
};
const DOUBLE: Float = {
  name: 'f64',
  type: F64,
  bytes: 8,
  load: 0x2b,
  store: 0x39,
  canonical: 0x7ff8000000000000n,
  nans: [
    0xfff8000000000000n,
    0x7ff8123456789abcn,
    0xfff0000000000001n,
    0x7ff0000000000001n,
    0xffffffffffffffffn,
  ],
  neg: 0x9a,
  unary: range(0x9b, 0x9f),
  binary: range(0xa0, 0xa5),
  reinterpret: 0xbd,
  integerStore: 0x37,
};

const OUTPUT = 32;

/** `run()` loads operands from 0 and `bytes`, applies `code` and leaves what it stores at 32. */
function program(
  code: readonly number[],
  locals: [number, number][] = [],
  extra: readonly number[] = [],
): Uint8Array {
  return build({
    types: [type([], []), type([F32], [F32]), type([F64], [F64])],
    functions: [0, 1, 2],
    memories: [limits(1)],
    globals: [
      [F32, 1, 0x43, 0, 0, 0, 0, END],
      [F64, 1, 0x44, 0, 0, 0, 0, 0, 0, 0, 0, END],
    ],
    exports: [exported('run', 0, 0)],
    bodies: [body([...code, ...extra], locals), body([0x20, 0]), body([0x20, 0])],
  });
}

function runWith(guest: Guest, float: Float, operands: readonly bigint[], output: Float = float): bigint {
  const view = new DataView(guest.memory.buffer);
  const write = (at: number, bits: bigint): void =>
    float.bytes === 4 ? view.setUint32(at, Number(bits), true) : view.setBigUint64(at, bits, true);
  operands.forEach((bits, i) => void write(i * float.bytes, bits));
  call(guest, 'run');
  return output.bytes === 4 ? BigInt(view.getUint32(OUTPUT, true)) : view.getBigUint64(OUTPUT, true);
}

/** Ways a value can go on; each must show the canonical bits (or their negation). */
const CONSUMERS: readonly { readonly via: string; code(f: Float): number[]; readonly negates?: boolean }[] = [
  { via: 'store', code: (f) => [f.store, 0, 0] },
  { via: 'local', code: (f) => [0x21, variable(f), 0x20, variable(f), f.store, 0, 0] },
  { via: 'global', code: (f) => [0x24, variable(f), 0x23, variable(f), f.store, 0, 0] },
  { via: 'call', code: (f) => [0x10, 1 + variable(f), f.store, 0, 0] },
  { via: 'reinterpret', code: (f) => [f.reinterpret, f.integerStore, 0, 0] },
  {
    via: 'select',
    code: (f) => [0x43 + variable(f), ...Array(f.bytes).fill(0), 0x41, 1, 0x1b, f.store, 0, 0],
  },
  { via: 'negation', code: (f) => [f.neg, f.store, 0, 0], negates: true },
];

/** Index of the local or global of the float's type. */
function variable(float: Float): number {
  return float.type === F32 ? 0 : 1;
}

const TIERS: readonly (readonly [name: string, flags: readonly string[]])[] = [
  ['ahead of time', ['--no-liftoff', '--no-wasm-tier-up', '--no-wasm-lazy-compilation']],
  ['baseline', ['--liftoff', '--wasm-tier-up', '--wasm-lazy-compilation']],
];

describe.each(TIERS)('%s', (_, flags) => {
  beforeAll(() => flags.forEach((flag) => void setFlagsFromString(flag)));
  afterAll(() => TIERS[1]![1].forEach((flag) => void setFlagsFromString(flag)));

  describe.each([SINGLE, DOUBLE])('$name', (float) => {
    const { bytes, load, canonical } = float;
    const negated = canonical | (1n << BigInt(bytes * 8 - 1));
    const first = [0x41, 0, load, 0, 0];
    const second = [0x41, 0, load, 0, bytes];

    test.each(CONSUMERS)('every operation, seen through a $via', ({ code: consumer, negates }) => {
      for (const opcode of [...float.unary, ...float.binary]) {
        const operands = float.binary.includes(opcode) ? [...first, ...second] : first;
        const locals: [number, number][] = [
          [1, F32],
          [1, F64],
        ];
        const guest = instantiate(
          toEngine(program([0x41, OUTPUT, ...operands, opcode, ...consumer(float)], locals)),
        );
        for (const nan of float.nans) {
          for (const other of [...float.nans, 0n]) {
            expect(runWith(guest, float, [nan, other])).toBe(negates ? negated : canonical);
          }
        }
      }
    });

    test('a chain is canonicalised only at its end, and there it is', () => {
      const [add, mul] = [float.binary[0]!, float.binary[2]!];
      const guest = instantiate(
        toEngine(
          program([
            0x41,
            OUTPUT,
            ...first,
            ...first,
            ...second,
            mul,
            add,
            float.unary[4]!,
            float.store,
            0,
            0,
          ]),
        ),
      );
      for (const nan of float.nans) expect(runWith(guest, float, [nan, nan])).toBe(canonical);
    });

    test('neg, abs, copysign, loads, stores and constants keep the bits', () => {
      const sign = 1n << BigInt(bytes * 8 - 1);
      const keep = instantiate(toEngine(program([0x41, OUTPUT, ...first, float.store, 0, 0])));
      const neg = instantiate(toEngine(program([0x41, OUTPUT, ...first, float.neg, float.store, 0, 0])));
      const abs = instantiate(toEngine(program([0x41, OUTPUT, ...first, float.neg - 1, float.store, 0, 0])));
      const copysign = float.binary[5]! + 1;
      const copy = instantiate(
        toEngine(program([0x41, OUTPUT, ...first, ...second, copysign, float.store, 0, 0])),
      );
      for (const nan of float.nans) {
        expect(runWith(keep, float, [nan])).toBe(nan);
        expect(runWith(neg, float, [nan])).toBe(nan ^ sign);
        expect(runWith(abs, float, [nan])).toBe(nan & ~sign);
        expect(runWith(copy, float, [nan, sign])).toBe(nan | sign);
        const constant = Array.from({ length: bytes }, (_unused, i) =>
          Number((nan >> BigInt(8 * i)) & 0xffn),
        );
        const code = program([0x41, OUTPUT, bytes === 4 ? 0x43 : 0x44, ...constant, float.store, 0, 0]);
        expect(runWith(instantiate(toEngine(code)), float, [])).toBe(nan);
      }
    });

    test('a function without room for scratch locals canonicalises through globals', () => {
      const code = program(
        [0x41, OUTPUT, ...first, ...second, float.binary[0]!, float.store, 0, 0],
        [[49_999, I32]],
      );
      const guest = instantiate(toEngine(code));
      for (const nan of float.nans) expect(runWith(guest, float, [nan, 0n])).toBe(canonical);
    });
  });

  test('promote and demote', () => {
    const promote = instantiate(toEngine(program([0x41, OUTPUT, 0x41, 0, 0x2a, 0, 0, 0xbb, 0x39, 0, 0])));
    for (const nan of SINGLE.nans) expect(runWith(promote, SINGLE, [nan], DOUBLE)).toBe(DOUBLE.canonical);
    const demote = instantiate(toEngine(program([0x41, OUTPUT, 0x41, 0, 0x2b, 0, 0, 0xb6, 0x38, 0, 0])));
    for (const nan of DOUBLE.nans) expect(runWith(demote, DOUBLE, [nan], SINGLE)).toBe(SINGLE.canonical);
  });
});

test('scratch globals do not disturb the module’s own or the metering', () => {
  const code = build({
    types: [type([], [F64])],
    functions: [0, 0],
    globals: [[F64, 1, 0x44, 0, 0, 0, 0, 0, 0, 0x04, 0x40, END]],
    exports: [exported('run', 0, 0), exported('g', 3, 0)],
    bodies: [
      body([0x10, 1, 0x23, 0, 0xa0, 0x24, 0, 0x23, 0], [[49_999, I32]]),
      body([0x23, 0, 0x23, 0, 0xa2, 0x9f], [[...[49_999, I32]] as [number, number]]),
    ],
  });
  const guest = instantiate(toEngine(code, 2 ** 31));
  expect(call(guest, 'run')).toBe(5);
  expect((guest.exports.g as WebAssembly.Global).value).toBe(5);
  expect(u32(2)).toEqual([2]);
  compile(toEngine(code));
});
