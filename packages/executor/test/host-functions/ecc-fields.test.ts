import { beforeAll, describe, expect, test } from 'vitest';
import { compileEntry } from './compiled.ts';
import { Random } from './guest.ts';

type Operation = (...addresses: number[]) => number;
type Helper = Record<string, Operation> & { memory: WebAssembly.Memory; SPACE: WebAssembly.Global };

let helper: Helper;
let space: number;

beforeAll(async () => {
  helper = (await compileEntry('ecc/testing.ts')) as Helper;
  space = helper.SPACE.value as number;
}, 120_000);

const at = (slot: number) => space + slot * 128;
const view = () => new DataView(helper.memory.buffer);
const modulo = (a: bigint, m: bigint) => ((a % m) + m) % m;

function setLimbs(slot: number, limbs: number[]): bigint {
  for (let i = 0; i < 16; i++) view().setInt32(at(slot) + 4 * i, limbs[i] ?? 0, true);
  return limbs.reduce((sum, limb, i) => sum + (BigInt(limb) << BigInt(28 * i)), 0n);
}

function getLimbs(slot: number): number[] {
  return Array.from({ length: 16 }, (_, i) => view().getInt32(at(slot) + 4 * i, true));
}

const integerOf = (limbs: number[]) =>
  limbs.reduce((sum, limb, i) => sum + (BigInt(limb) << BigInt(28 * i)), 0n);

describe.each([
  {
    name: 'BLS12-381',
    kind: 0,
    limbs: 14,
    words: 12,
    p: 0x1a0111ea397fe69a4b1ba7b6434bacd764774b84f38512bf6730d2a0f6b0f6241eabfffeb153ffffb9feffffffffaaabn,
  },
  {
    name: 'Bandersnatch',
    kind: 1,
    limbs: 10,
    words: 8,
    p: 0x73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001n,
  },
  {
    name: 'Pallas',
    kind: 2,
    limbs: 10,
    words: 8,
    p: 0x40000000000000000000000000000000224698fc094cf91b992d30ed00000001n,
  },
  {
    name: 'Vesta',
    kind: 3,
    limbs: 10,
    words: 8,
    p: 0x40000000000000000000000000000000224698fc0994a8dd8c46eb2100000001n,
  },
])('base field of $name', ({ kind, limbs, words, p }) => {
  const R = 1n << BigInt(28 * limbs);
  const topBits = p.toString(2).length - 28 * (limbs - 1);

  /** Limbs up to 2^27, often exactly there, and a value of up to about eight p. */
  const extreme = (random: Random): number[] =>
    Array.from({ length: limbs }, (_, i) => {
      const bound = i === limbs - 1 ? 2 ** (topBits + 3) : 2 ** 27;
      const choice = random.below(6);
      if (choice === 0) return bound;
      if (choice === 1) return -bound;
      if (choice === 2) return 0;
      return random.below(2 * bound + 1) - bound;
    });

  const expectSmall = (slot: number) => {
    const result = getLimbs(slot);
    for (const limb of result.slice(0, limbs - 1)) expect(Math.abs(limb)).toBeLessThanOrEqual(2 ** 27 + 8);
    expect(result.slice(limbs).every((limb) => limb === 0)).toBe(true);
    return integerOf(result);
  };

  test('products, sums and differences', () => {
    helper.selectField!(kind);
    const random = new Random(kind + 1);
    for (let i = 0; i < 4000; i++) {
      const a = setLimbs(1, extreme(random));
      const b = setLimbs(2, extreme(random));
      helper.mul!(at(0), at(1), at(2));
      const product = expectSmall(0);
      expect(modulo(product * R, p)).toBe(modulo(a * b, p));
      expect(product < p && product > -p).toBe(true);
      helper.add!(at(0), at(1), at(2));
      expect(expectSmall(0)).toBe(a + b);
      helper.sub!(at(0), at(1), at(2));
      expect(expectSmall(0)).toBe(a - b);
      helper.negate!(at(0), at(1));
      expect(integerOf(getLimbs(0))).toBe(-a);
    }
  });

  test('canonical form, comparisons and inverses', () => {
    helper.selectField!(kind);
    const random = new Random(kind + 77);
    const setWords = (slot: number, value: bigint) => {
      for (let i = 0; i < words; i++) {
        view().setUint32(at(slot) + 4 * i, Number((value >> BigInt(32 * i)) & 0xffff_ffffn), true);
      }
    };
    const getWords = (slot: number) => {
      let value = 0n;
      for (let i = words; i-- > 0; )
        value = (value << 32n) | BigInt(view().getUint32(at(slot) + 4 * i, true));
      return value;
    };
    const values = [0n, 1n, 2n, p - 1n, p - 2n, (p - 1n) / 2n, (p + 1n) / 2n];
    for (let i = 0; i < 60; i++) {
      values.push(BigInt(`0x${Buffer.from(random.bytes(words * 4)).toString('hex')}`) % p);
    }
    for (const value of values) {
      setWords(3, value);
      helper.fromWords!(at(1), at(3));
      helper.toWords!(at(4), at(1));
      expect(getWords(4)).toBe(value);
      expect(helper.isZero!(at(1))).toBe(value === 0n ? 1 : 0);
      expect(helper.isUpperHalf!(at(1))).toBe(value > (p - 1n) / 2n ? 1 : 0);
      helper.invert!(at(2), at(1));
      helper.toWords!(at(4), at(2));
      expect((getWords(4) * value) % p).toBe(value === 0n ? 0n : 1n);
    }
    // Values that are no representative: multiples of p around zero.
    for (let i = 0; i < 2000; i++) {
      const value = modulo(setLimbs(1, extreme(random)), p);
      helper.toWords!(at(4), at(1));
      expect((getWords(4) * R) % p).toBe(value);
    }
  });
});

test('products in the quadratic extension', () => {
  helper.selectField!(0);
  const p =
    0x1a0111ea397fe69a4b1ba7b6434bacd764774b84f38512bf6730d2a0f6b0f6241eabfffeb153ffffb9feffffffffaaabn;
  const R = 1n << 392n;
  const random = new Random(5);
  const limbs = () =>
    Array.from({ length: 14 }, (_, i) => random.below(2 ** (i === 13 ? 20 : 28)) - 2 ** (i === 13 ? 19 : 27));
  // An element takes one slot of 128 bytes: two of 64.
  const put = (slot: number): [bigint, bigint] => {
    const parts: bigint[] = [];
    for (const half of [0, 64]) {
      const values = limbs();
      for (let i = 0; i < 16; i++) view().setInt32(at(slot) + half + 4 * i, values[i] ?? 0, true);
      parts.push(integerOf(values));
    }
    return [parts[0]!, parts[1]!];
  };
  const get = (slot: number, half: number) =>
    integerOf(Array.from({ length: 14 }, (_, i) => view().getInt32(at(slot) + half + 4 * i, true)));
  for (let i = 0; i < 3000; i++) {
    const [a, b] = put(1);
    const [c, d] = put(2);
    helper.mul2!(at(0), at(1), at(2));
    expect(modulo(get(0, 0) * R, p)).toBe(modulo(a * c - b * d, p));
    expect(modulo(get(0, 64) * R, p)).toBe(modulo(a * d + b * c, p));
  }
});
