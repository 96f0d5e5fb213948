import { weierstrass } from '@noble/curves/abstract/weierstrass.js';
import { bls12_381 } from '@noble/curves/bls12-381.js';
import { describe, expect, test } from 'vitest';
import { bandersnatch } from './bandersnatch.ts';
import { Guest, Random } from './guest.ts';

const guest = new Guest({ eccEnabled: true });

function littleEndian(value: bigint, size: number): Buffer {
  return Buffer.from(value.toString(16).padStart(size * 2, '0'), 'hex').reverse();
}

const length = (n: number) => littleEndian(BigInt(n), 8);
const sequence = (items: Uint8Array[]) => Buffer.concat([length(items.length), ...items]);

/** A scalar as little-endian words of 64 bits. */
function words(scalar: bigint): Buffer {
  const count = Math.ceil(scalar.toString(16).length / 16);
  return Buffer.concat([length(count), littleEndian(scalar, count * 8)]);
}

/** Calls with an output buffer of `size` bytes; returns the code and the buffer. */
function call(name: string, args: Uint8Array[], size: number): { code: number; output: Buffer } {
  const fats = args.map((bytes) => guest.fat(bytes));
  const out = guest.fat(new Uint8Array(size).fill(0xaa));
  const code = guest.call(`ext_host_calls_${name}_version_1`, ...fats, out) as number;
  return { code, output: Buffer.from(guest.memory.buffer.slice(Number(out & 0xffff_ffffn)), 0, size) };
}

interface AffinePoint {
  x: bigint;
  y: bigint;
}

interface Group {
  name: string;
  order: bigint;
  size: number;
  mul: string;
  msm: string;
  /** Encoding of k times the generator. */
  multiple(k: bigint): Buffer;
}

const P_BANDERSNATCH = 0x73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001n;
const P_PALLAS = 0x40000000000000000000000000000000224698fc094cf91b992d30ed00000001n;
const P_VESTA = 0x40000000000000000000000000000000224698fc0994a8dd8c46eb2100000001n;

/** y^2 = x^3 + 5 with the generator (-1, 2). */
function pastaGroup(name: string, p: bigint, n: bigint): Group {
  const Point = weierstrass({ p, n, h: 1n, a: 0n, b: 5n, Gx: p - 1n, Gy: 2n });
  return {
    name,
    order: Point.Fn.ORDER,
    size: 65,
    mul: `${name}_mul`,
    msm: `${name}_msm`,
    multiple: (k) => {
      const scalar = k % Point.Fn.ORDER;
      if (scalar === 0n) return Buffer.concat([Buffer.alloc(64), Buffer.of(0x40)]);
      const { x, y }: AffinePoint = Point.BASE.multiply(scalar).toAffine();
      return Buffer.concat([
        littleEndian(x, 32),
        littleEndian(y, 32),
        Buffer.of(y > (p - 1n) / 2n ? 0x80 : 0),
      ]);
    },
  };
}

const G1 = bls12_381.G1.Point;
const G2 = bls12_381.G2.Point;

const GROUPS: Group[] = [
  {
    name: 'bls12_381 G1',
    order: G1.Fn.ORDER,
    size: 96,
    mul: 'bls12_381_mul_g1',
    msm: 'bls12_381_msm_g1',
    multiple: (k) =>
      Buffer.from((k % G1.Fn.ORDER === 0n ? G1.ZERO : G1.BASE.multiply(k % G1.Fn.ORDER)).toBytes(false)),
  },
  {
    name: 'bls12_381 G2',
    order: G2.Fn.ORDER,
    size: 192,
    mul: 'bls12_381_mul_g2',
    msm: 'bls12_381_msm_g2',
    multiple: (k) =>
      Buffer.from((k % G2.Fn.ORDER === 0n ? G2.ZERO : G2.BASE.multiply(k % G2.Fn.ORDER)).toBytes(false)),
  },
  pastaGroup('pallas', P_PALLAS, P_VESTA),
  pastaGroup('vesta', P_VESTA, P_PALLAS),
  {
    name: 'bandersnatch',
    order: bandersnatch.order,
    size: 64,
    mul: 'ed_on_bls12_381_bandersnatch_mul',
    msm: 'ed_on_bls12_381_bandersnatch_msm',
    multiple: (k) => {
      const { x, y } = bandersnatch.multiple(k % bandersnatch.order);
      return Buffer.concat([littleEndian(x, 32), littleEndian(y, 32)]);
    },
  },
];

const randomBelow = (random: Random, n: bigint) =>
  BigInt(`0x${Buffer.from(random.bytes(48)).toString('hex')}`) % n;

describe.each(GROUPS)('$name', ({ name, order, size, mul, msm, multiple }) => {
  const random = new Random(name.length * 7 + size);

  test('multiples agree with an independent implementation', () => {
    const scalars = [0n, 1n, 2n, 3n, order - 1n, order, order + 1n, 2n ** 64n, 2n ** 255n, 2n ** 320n + 5n];
    for (let i = 0; i < 5; i++) scalars.push(randomBelow(random, order));
    for (const k of scalars) {
      const b = randomBelow(random, order);
      const { code, output } = call(mul, [multiple(b), words(k)], size);
      expect(code).toBe(0);
      expect(output.toString('hex')).toBe(multiple(b * k).toString('hex'));
    }
  });

  test('sums of multiples agree, with repeated, opposite and neutral points', () => {
    for (const count of [0, 1, 2, 3, 17, 80]) {
      const bases = Array.from({ length: count }, (_, i) =>
        i % 7 === 3 ? BigInt(i % 3) : randomBelow(random, i % 5 === 0 ? 4n : order),
      );
      if (count > 2) bases[2] = order - bases[1]!;
      const scalars = bases.map((_, i) =>
        i % 4 === 1
          ? BigInt(random.below(300))
          : i % 4 === 2
            ? order - 1n - BigInt(random.below(9))
            : randomBelow(random, order),
      );
      const sum = bases.reduce((total, base, i) => total + base * scalars[i]!, 0n);
      const args = [sequence(bases.map(multiple)), sequence(scalars.map((k) => littleEndian(k, 32)))];
      const { code, output } = call(msm, args, size);
      expect(code).toBe(0);
      expect(output.toString('hex')).toBe(multiple(sum).toString('hex'));
    }
  });

  test('refusals come back as codes, and the output is then zeros', () => {
    const point = multiple(5n);
    const zeros = (result: { output: Buffer }) =>
      expect(result.output.every((byte) => byte === 0)).toBe(true);
    for (const [args, outputSize, expected] of [
      [[point, words(3n)], size - 1, 1],
      [[point.subarray(0, -1), words(3n)], size, 2],
      [[point, words(3n).subarray(0, -1)], size, 2],
      [[point, Buffer.alloc(7)], size, 2],
      [[Buffer.alloc(size, 0xff), words(3n)], size, 2],
    ] as const) {
      const result = call(mul, [...args], outputSize);
      expect(result.code).toBe(expected);
      zeros(result);
    }
    const scalar = littleEndian(3n, 32);
    for (const [bases, scalars, expected] of [
      [sequence([point, point]), sequence([scalar]), 3],
      [sequence([point]), sequence([littleEndian(order, 32)]), 2],
      [Buffer.concat([length(2), point]), sequence([scalar]), 2],
      [Buffer.concat([Buffer.alloc(8, 0xff), point]), sequence([scalar]), 2],
    ] as const) {
      const result = call(msm, [bases, scalars], size);
      expect(result.code).toBe(expected);
      zeros(result);
    }
  });

  test('what follows an argument, and the rest of the output, does not matter', () => {
    const trailing = Buffer.from([1, 2, 3]);
    const { code, output } = call(
      mul,
      [Buffer.concat([multiple(6n), trailing]), Buffer.concat([words(7n), trailing])],
      size + 9,
    );
    expect(code).toBe(0);
    expect(output.toString('hex')).toBe(`${multiple(42n).toString('hex')}${'00'.repeat(9)}`);
  });
});

/** Encoded points outside of the prime-order subgroup, with what negates them. */
function strayPoints(): [name: string, msm: string, order: bigint, point: Buffer, negated: Buffer][] {
  const { Fp, Fp2 } = bls12_381.fields;
  const big = (value: bigint) => littleEndian(value, 48).reverse();
  const g1 = (y: bigint) => Buffer.concat([big(0n), big(y)]);
  let x = Fp2.ZERO;
  let y: typeof x | undefined;
  while (y === undefined) {
    const square = Fp2.add(Fp2.mul(Fp2.sqr(x), x), Fp2.create({ c0: 4n, c1: 4n }));
    try {
      y = Fp2.sqrt(square);
    } catch {
      x = Fp2.add(x, Fp2.ONE);
    }
  }
  const coordinate = ({ c0, c1 }: typeof x) => Buffer.concat([big(c1), big(c0)]);
  const g2 = (y: typeof x) => Buffer.concat([coordinate(x), coordinate(y)]);
  const minusOne = Buffer.concat([littleEndian(0n, 32), littleEndian(P_BANDERSNATCH - 1n, 32)]);
  return [
    ['G1', 'bls12_381_msm_g1', G1.Fn.ORDER, g1(2n), g1(Fp.neg(2n))],
    ['G2', 'bls12_381_msm_g2', G2.Fn.ORDER, g2(y), g2(Fp2.neg(y))],
    ['Bandersnatch', 'ed_on_bls12_381_bandersnatch_msm', bandersnatch.order, minusOne, minusOne],
  ];
}
describe.each(strayPoints())(
  'a point of %s outside of the prime-order subgroup',
  (_, msm, order, point, negated) => {
    const sum = (points: Buffer[], ...scalars: bigint[]) =>
      call(msm, [sequence(points), sequence(scalars.map((k) => littleEndian(k, 32)))], point.length);

    test('is not annihilated by the order, but negated by the order less one', () => {
      expect(sum([point], order - 1n)).toEqual({ code: 0, output: negated });
      // As small numbers on both sides: -2P + 3P = P, and with a large scalar of nothing beside them.
      expect(sum([point, point], order - 2n, 3n)).toEqual({ code: 0, output: point });
      const [many, few] = [2n ** 63n + 5n, 2n ** 63n + 6n];
      expect(sum([point, point], order - few, many)).toEqual({ code: 0, output: negated });
      expect(sum([point, point], order - 300n, 299n)).toEqual({ code: 0, output: negated });
      expect(sum([point, point], order - 70_000n, 70_001n)).toEqual({ code: 0, output: point });
    });
  },
);

test('off the curve a sum is what the reference makes of it on one thread (docs/upstream.md)', () => {
  const point = (x: bigint, y: bigint) =>
    Buffer.concat([littleEndian(x, 32), littleEndian(y, 32), Buffer.of(0)]);
  const scalars = sequence([littleEndian(2n, 32), littleEndian(2n, 32)]);
  const infinity = Buffer.concat([Buffer.alloc(64), Buffer.of(0x40)]);
  const { code, output } = call('pallas_msm', [sequence([point(1n, 1n), point(1n, 2n)]), scalars], 65);
  expect([code, output.toString('hex')]).toEqual([0, infinity.toString('hex')]);
});

describe('pairing', () => {
  const miller = (pairs: [bigint, bigint][]): Buffer => {
    const { code, output } = call(
      'bls12_381_multi_miller_loop',
      [
        sequence(pairs.map(([a]) => GROUPS[0]!.multiple(a))),
        sequence(pairs.map(([, b]) => GROUPS[1]!.multiple(b))),
      ],
      576,
    );
    expect(code).toBe(0);
    return output;
  };
  const final = (value: Uint8Array): { code: number; output: Buffer } => {
    const inOut = guest.fat(value);
    const code = guest.call('ext_host_calls_bls12_381_final_exponentiation_version_1', inOut) as number;
    return {
      code,
      output: Buffer.from(guest.memory.buffer.slice(Number(inOut & 0xffff_ffffn)), 0, value.length),
    };
  };
  const pairing = (...pairs: [bigint, bigint][]) => final(miller(pairs)).output.toString('hex');
  const order = G1.Fn.ORDER;
  const ONE = littleEndian(1n, 576).toString('hex');

  test('is bilinear and not constant', () => {
    expect(pairing([6n, 35n])).toBe(pairing([210n, 1n]));
    expect(pairing([2n, 3n], [4n, 5n])).toBe(pairing([1n, 26n]));
    expect(pairing([1n, 1n])).not.toBe(ONE);
    expect(pairing([5n, 7n], [order - 35n, 1n])).toBe(ONE);
  });

  test('is that of an independent implementation, which takes the same power', () => {
    const value = bls12_381.pairing(G1.BASE.multiply(11n), G2.BASE.multiply(13n));
    const parts = (x: unknown): bigint[] =>
      typeof x === 'bigint'
        ? [x]
        : Object.keys(x as object)
            .sort()
            .flatMap((key) => parts((x as Record<string, unknown>)[key]));
    const encode = (x: unknown) => Buffer.concat(parts(x).map((n) => littleEndian(n, 48))).toString('hex');
    expect(pairing([11n, 13n])).toBe(encode(value));
  });

  test('pairs with infinity contribute nothing', () => {
    expect(
      miller([
        [0n, 3n],
        [5n, 7n],
        [2n, 0n],
      ]).toString('hex'),
    ).toBe(miller([[5n, 7n]]).toString('hex'));
    expect(miller([]).toString('hex')).toBe(ONE);
  });

  test('zero and malformed values have no final exponentiation', () => {
    expect(final(new Uint8Array(576)).code).toBe(255);
    expect(final(new Uint8Array(575)).code).toBe(2);
    const tooLarge = final(new Uint8Array(576).fill(0xff));
    expect(tooLarge.code).toBe(2);
    expect(tooLarge.output.every((byte) => byte === 0xff)).toBe(true);
  });

  test('lists of different lengths trap', () => {
    const args = [sequence([GROUPS[0]!.multiple(1n)]), sequence([])].map((bytes) => guest.fat(bytes));
    const name = 'ext_host_calls_bls12_381_multi_miller_loop_version_1';
    expect(guest.trap(name, ...args, guest.fat(new Uint8Array(576)))).toBe('LENGTH_MISMATCH');
  });
});
