import { beforeAll, describe, expect, test } from 'vitest';
import { compileEntry } from './compiled.ts';
import { Random } from './guest.ts';

type Operation = (...addresses: number[]) => number;
type Helper = Record<string, Operation> & { memory: WebAssembly.Memory; SPACE: WebAssembly.Global };

let helper: Helper;
let space: number;
const at = (slot: number) => space + slot * 128;

beforeAll(async () => {
  helper = (await compileEntry('core/testing.ts')) as Helper;
  space = helper.SPACE.value as number;
}, 120_000);

const view = () => new DataView(helper.memory.buffer);

const LIMBS = 9;
const P25519 = 2n ** 255n - 19n;
const PSECP = 2n ** 256n - 2n ** 32n - 977n;
const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;

const modulo = (a: bigint, m: bigint) => ((a % m) + m) % m;

function setLimbs(slot: number, limbs: number[]): bigint {
  for (const [i, limb] of limbs.entries()) view().setInt32(at(slot) + 4 * i, limb, true);
  return limbs.reduce((sum, limb, i) => sum + (BigInt(limb) << BigInt(29 * i)), 0n);
}

function getLimbs(slot: number): number[] {
  return Array.from({ length: LIMBS }, (_, i) => view().getInt32(at(slot) + 4 * i, true));
}

const integerOf = (limbs: number[]) =>
  limbs.reduce((sum, limb, i) => sum + (BigInt(limb) << BigInt(29 * i)), 0n);

function setWords(slot: number, value: bigint, words: number): void {
  for (let i = 0; i < words; i++) {
    view().setUint32(at(slot) + 4 * i, Number((value >> BigInt(32 * i)) & 0xffff_ffffn), true);
  }
}

function getWords(slot: number, words: number): bigint {
  let value = 0n;
  for (let i = words; i-- > 0; ) value = (value << 32n) | BigInt(view().getUint32(at(slot) + 4 * i, true));
  return value;
}

/** Limbs up to `size` units of 2^28, often exactly there; the top limb has `topBits` bits instead of 28. */
function extremeLimbs(random: Random, size: number, topBits: number): number[] {
  return Array.from({ length: LIMBS }, (_, i) => {
    const bound = Math.floor(size * 2 ** (i === LIMBS - 1 ? topBits : 28));
    const choice = random.below(6);
    if (choice === 0) return bound;
    if (choice === 1) return -bound;
    if (choice === 2) return 0;
    return random.below(2 * bound + 1) - bound;
  });
}

describe.each([
  { name: 'fe', p: P25519, topBits: 28, toWords: 'feToBytes' },
  { name: 'fp', p: PSECP, topBits: 23, toWords: 'fpToWords' },
])('$name', ({ name, p, topBits, toWords }) => {
  // Pairs of sizes whose product is the documented limit of 13, in units that leave the remainder's slack.
  const SIZES = [
    [1, 1],
    [1, 12.9],
    [2, 6.4],
    [3, 4.2],
    [3.59, 3.59],
  ] as const;

  test('products are right for operands as large as allowed, and small again', () => {
    const random = new Random(name.length + topBits);
    for (const [sizeA, sizeB] of SIZES) {
      for (let i = 0; i < 3000; i++) {
        // The largest i32 is just below 8 units.
        const a = setLimbs(1, extremeLimbs(random, Math.min(sizeA, 7.9), topBits));
        const b = setLimbs(2, extremeLimbs(random, Math.min(sizeB, 7.9), topBits));
        helper[`${name}Mul`]!(at(0), at(1), at(2));
        const limbs = getLimbs(0);
        expect(modulo(integerOf(limbs), p)).toBe(modulo(a * b, p));
        for (const limb of limbs) expect(Math.abs(limb)).toBeLessThan(2 ** 28 * 1.22);
      }
    }
    for (let i = 0; i < 3000; i++) {
      const a = setLimbs(1, extremeLimbs(random, 3.59, topBits));
      helper[`${name}Square`]!(at(0), at(1));
      expect(modulo(integerOf(getLimbs(0)), p)).toBe(modulo(a * a, p));
    }
  });

  test('the canonical form is the one below p', () => {
    const random = new Random(9);
    const check = () => {
      helper[toWords]!(at(3), at(1));
      expect(getWords(3, 8)).toBe(modulo(integerOf(getLimbs(1)), p));
    };
    for (let i = 0; i < 5000; i++) {
      setLimbs(1, extremeLimbs(random, 1 + random.below(7), topBits));
      check();
    }
    for (const near of [0n, 1n, p - 1n, p, p + 1n, 2n * p - 1n, 2n * p, 2n ** 255n - 1n, 2n ** 256n - 1n]) {
      for (const sign of [1n, -1n]) {
        const value = sign * near;
        const limbs: number[] = [];
        let rest = value;
        for (let i = 0; i < LIMBS - 1; i++) {
          const limb = BigInt.asIntN(29, rest);
          limbs.push(Number(limb));
          rest = (rest - limb) >> 29n;
        }
        setLimbs(1, [...limbs, Number(rest)]);
        check();
      }
    }
  });
});

test('fpCarry and fpHalf keep the value', () => {
  const random = new Random(21);
  for (let i = 0; i < 5000; i++) {
    const a = setLimbs(1, extremeLimbs(random, 1 + random.below(6), 23));
    helper.fpCarry!(at(0), at(1));
    expect(modulo(integerOf(getLimbs(0)), PSECP)).toBe(modulo(a, PSECP));
    for (const limb of getLimbs(0)) expect(Math.abs(limb)).toBeLessThan(2 ** 28 * 1.01);
    helper.fpHalf!(at(0), at(1));
    expect(modulo(2n * integerOf(getLimbs(0)), PSECP)).toBe(modulo(a, PSECP));
  }
});

const L = 2n ** 252n + 27742317777372353535851937790883648493n;

test('wide numbers are reduced modulo 253- and 256-bit ones', () => {
  const random = new Random(33);
  for (const m of [L, ORDER]) {
    setWords(4, m, 8);
    setWords(5, 2n ** 512n / m, 9);
    const check = (x: bigint) => {
      setWords(6, x, 16);
      helper.reduceWide!(at(0), at(6), at(4), at(5));
      expect(getWords(0, 8)).toBe(x % m);
    };
    for (const x of [0n, 1n, m - 1n, m, m + 1n, m * m - 1n, m * (m - 1n), 2n ** 512n - 1n, 2n ** 511n])
      check(x);
    for (let i = 0; i < 5000; i++) {
      check(BigInt(`0x${Buffer.from(random.bytes(64)).toString('hex')}`) >> BigInt(random.below(512)));
      check(m * BigInt(`0x${Buffer.from(random.bytes(30)).toString('hex')}`) - BigInt(i % 2));
    }
  }
});

test('inverses modulo the primes of secp256k1', () => {
  const random = new Random(44);
  for (const m of [PSECP, ORDER]) {
    setWords(4, m, 8);
    const values = [1n, 2n, 3n, m - 1n, m - 2n, (m + 1n) / 2n, 2n ** 255n];
    for (let i = 0; i < 500; i++)
      values.push(1n + (BigInt(`0x${Buffer.from(random.bytes(32)).toString('hex')}`) % (m - 1n)));
    for (const a of values) {
      setWords(1, a, 8);
      helper.invertWords!(at(0), at(1), at(4));
      expect((getWords(0, 8) * a) % m).toBe(1n);
    }
  }
});

test('a scalar splits into two halves of at most 128 bits', () => {
  const LAMBDA = 0x5363ad4cc05c30e0a5261c028812645a122e22ea20816678df02967c1b23bd72n;
  const random = new Random(55);
  const values = [0n, 1n, 2n, ORDER - 1n, LAMBDA, ORDER - LAMBDA, ORDER / 2n, ORDER / 2n + 1n];
  for (let i = 0; i < 3000; i++)
    values.push(BigInt(`0x${Buffer.from(random.bytes(32)).toString('hex')}`) % ORDER);
  for (const k of values) {
    setWords(1, k, 8);
    const signs = helper.scalarSplit!(at(6), at(1));
    const k1 = getWords(6, 8);
    let k2 = 0n;
    for (let i = 16; i-- > 8; ) k2 = (k2 << 32n) | BigInt(view().getUint32(at(6) + 4 * i, true));
    expect(k1 < 2n ** 128n && k2 < 2n ** 128n).toBe(true);
    expect(modulo((signs & 1 ? -k1 : k1) + (signs & 2 ? -k2 : k2) * LAMBDA, ORDER)).toBe(k);
  }
});
