// Prime fields of 255 and 381 bits in Montgomery form, and the quadratic extension of the larger one.
//
// An element is 10 or 14 signed limbs of 28 bits in 16 slots of i32, the rest zero. Every operation leaves
// limbs of at most about 2^27 but for the top one, and values of a few p at most; 2^280 and 2^392 are so much
// larger than p that a product of such values is below p again. Only `isZero`, `toWords` and what builds on
// them reduce fully. Elements of the extension, a + b u with u^2 = -1, are a followed by b.

import {
  BANDERSNATCH_HALF,
  BANDERSNATCH_LIMBS,
  BANDERSNATCH_ONE,
  BANDERSNATCH_P,
  BANDERSNATCH_P_MINUS_2,
  BANDERSNATCH_R2,
  BLS12_381_HALF,
  BLS12_381_LIMBS,
  BLS12_381_ONE,
  BLS12_381_P,
  BLS12_381_P_MINUS_2,
  BLS12_381_R2,
  PALLAS_HALF,
  PALLAS_LIMBS,
  PALLAS_ONE,
  PALLAS_P,
  PALLAS_P_MINUS_2,
  PALLAS_R2,
  VESTA_HALF,
  VESTA_LIMBS,
  VESTA_ONE,
  VESTA_P,
  VESTA_P_MINUS_2,
  VESTA_R2,
  bandersnatchMul,
  bls12_381Mul,
  pallasMul,
  vestaMul,
} from "./fields.generated";

/** Bytes of an element of a prime field. */
export const FE: u32 = 64;

export const FIELD_BLS12_381: u32 = 0;
export const FIELD_BANDERSNATCH: u32 = 1;
export const FIELD_PALLAS: u32 = 2;
export const FIELD_VESTA: u32 = 3;

let field: u32 = 0;
let limbs: u32 = 14;
/** Words of 32 bits that the prime takes. */
export let words: u32 = 12;
let modulusLimbs: u32 = 0;
let one: u32 = 0;
let r2: u32 = 0;
export let modulus: u32 = 0;
let modulusMinus2: u32 = 0;
let half: u32 = 0;

/** Chooses the field that the functions below work in. */
export function selectField(kind: u32): void {
  field = kind;
  limbs = kind == FIELD_BLS12_381 ? 14 : 10;
  words = kind == FIELD_BLS12_381 ? 12 : 8;
  if (kind == FIELD_BLS12_381) {
    constants(BLS12_381_LIMBS, BLS12_381_ONE, BLS12_381_R2, BLS12_381_P, BLS12_381_P_MINUS_2, BLS12_381_HALF);
  } else if (kind == FIELD_BANDERSNATCH) {
    constants(
      BANDERSNATCH_LIMBS,
      BANDERSNATCH_ONE,
      BANDERSNATCH_R2,
      BANDERSNATCH_P,
      BANDERSNATCH_P_MINUS_2,
      BANDERSNATCH_HALF,
    );
  } else if (kind == FIELD_PALLAS) {
    constants(PALLAS_LIMBS, PALLAS_ONE, PALLAS_R2, PALLAS_P, PALLAS_P_MINUS_2, PALLAS_HALF);
  } else {
    constants(VESTA_LIMBS, VESTA_ONE, VESTA_R2, VESTA_P, VESTA_P_MINUS_2, VESTA_HALF);
  }
}

function constants(p: u32, unit: u32, square: u32, primeWords: u32, minus2: u32, halfWords: u32): void {
  modulusLimbs = p;
  one = unit;
  r2 = square;
  modulus = primeWords;
  modulusMinus2 = minus2;
  half = halfWords;
}

export function mul(r: u32, a: u32, b: u32): void {
  if (field == FIELD_BLS12_381) bls12_381Mul(r, a, b);
  else if (field == FIELD_BANDERSNATCH) bandersnatchMul(r, a, b);
  else if (field == FIELD_PALLAS) pallasMul(r, a, b);
  else vestaMul(r, a, b);
}

// All lanes but the one of the top limb, which keeps what exceeds it: lane 9 or 13.
// prettier-ignore
const CARRY_MASKS = u32(memory.data<i32>([-1, -1, -1, -1, -1, 0, -1, -1, -1, 0, -1, -1, -1, -1, -1, -1], 16));

/** Moves what exceeds a limb into the next, all limbs at once. */
// @ts-ignore: decorator
@inline
function carry(r: u32, v0: v128, v1: v128, v2: v128, v3: v128): void {
  const masks = limbs == 14 ? CARRY_MASKS : CARRY_MASKS + 32;
  const rounding = i32x4.splat(1 << 27);
  const h0 = i32x4.shr_s(i32x4.add(v0, rounding), 28);
  const h1 = i32x4.shr_s(i32x4.add(v1, rounding), 28);
  const h2 = v128.and(i32x4.shr_s(i32x4.add(v2, rounding), 28), v128.load(masks));
  const h3 = v128.and(i32x4.shr_s(i32x4.add(v3, rounding), 28), v128.load(masks, 16));
  const zero = i32x4.splat(0);
  v128.store(r, i32x4.add(i32x4.sub(v0, i32x4.shl(h0, 28)), v128.shuffle<i32>(zero, h0, 3, 4, 5, 6)));
  v128.store(r, i32x4.add(i32x4.sub(v1, i32x4.shl(h1, 28)), v128.shuffle<i32>(h0, h1, 3, 4, 5, 6)), 16);
  v128.store(r, i32x4.add(i32x4.sub(v2, i32x4.shl(h2, 28)), v128.shuffle<i32>(h1, h2, 3, 4, 5, 6)), 32);
  v128.store(r, i32x4.add(i32x4.sub(v3, i32x4.shl(h3, 28)), v128.shuffle<i32>(h2, h3, 3, 4, 5, 6)), 48);
}

export function add(r: u32, a: u32, b: u32): void {
  carry(
    r,
    i32x4.add(v128.load(a), v128.load(b)),
    i32x4.add(v128.load(a, 16), v128.load(b, 16)),
    i32x4.add(v128.load(a, 32), v128.load(b, 32)),
    i32x4.add(v128.load(a, 48), v128.load(b, 48)),
  );
}

export function sub(r: u32, a: u32, b: u32): void {
  carry(
    r,
    i32x4.sub(v128.load(a), v128.load(b)),
    i32x4.sub(v128.load(a, 16), v128.load(b, 16)),
    i32x4.sub(v128.load(a, 32), v128.load(b, 32)),
    i32x4.sub(v128.load(a, 48), v128.load(b, 48)),
  );
}

export function negate(r: u32, a: u32): void {
  v128.store(r, i32x4.neg(v128.load(a)));
  v128.store(r, i32x4.neg(v128.load(a, 16)), 16);
  v128.store(r, i32x4.neg(v128.load(a, 32)), 32);
  v128.store(r, i32x4.neg(v128.load(a, 48)), 48);
}

export function setOne(r: u32): void {
  memory.copy(r, one, FE);
}

const UNIT: u32 = u32(memory.data<i32>([1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], 16));
const REDUCED: u32 = u32(memory.data(64, 16));
const EXPANDED: u32 = u32(memory.data(64, 16));

/** Whether the value is 0 modulo p. */
export function isZero(a: u32): bool {
  // Leaves Montgomery form, with a value between -p and p whose limbs are unique.
  mul(REDUCED, a, UNIT);
  return !v128.any_true(
    v128.or(
      v128.or(v128.load(REDUCED), v128.load(REDUCED, 16)),
      v128.or(v128.load(REDUCED, 32), v128.load(REDUCED, 48)),
    ),
  );
}

/** Writes the representative between 0 and p - 1 as little-endian words. */
export function toWords(to: u32, a: u32): void {
  mul(REDUCED, a, UNIT);
  for (let round = 0; round < 2; round++) {
    let carried: i32 = 0;
    const top = limbs - 1;
    for (let i: u32 = 0; i < top; i++) {
      const value = load<i32>(REDUCED + (i << 2)) + carried;
      store<i32>(REDUCED + (i << 2), value & 0xfffffff);
      carried = value >> 28;
    }
    const last = load<i32>(REDUCED + (top << 2)) + carried;
    store<i32>(REDUCED + (top << 2), last);
    if (last >= 0) break;
    for (let i: u32 = 0; i < limbs; i++) {
      store<i32>(REDUCED + (i << 2), load<i32>(REDUCED + (i << 2)) + load<i32>(modulusLimbs + (i << 2)));
    }
  }
  let bits: u64 = 0;
  let count: u32 = 0;
  let limb: u32 = 0;
  for (let i: u32 = 0; i < words; i++) {
    while (count < 32 && limb < limbs) {
      bits |= u64(load<u32>(REDUCED + (limb++ << 2))) << count;
      count += 28;
    }
    store<u32>(to + (i << 2), u32(bits));
    bits >>= 32;
    count -= min<u32>(count, 32);
  }
}

/** Reads little-endian words of a number below p. */
export function fromWords(r: u32, from: u32): void {
  let bits: u64 = 0;
  let count: u32 = 0;
  let word: u32 = 0;
  memory.fill(EXPANDED, 0, FE);
  for (let i: u32 = 0; i < limbs; i++) {
    if (count < 28 && word < words) {
      bits |= u64(load<u32>(from + (word++ << 2))) << count;
      count += 32;
    }
    store<u32>(EXPANDED + (i << 2), u32(bits) & 0xfffffff);
    bits >>= 28;
    count -= min<u32>(count, 28);
  }
  mul(r, EXPANDED, r2);
}

/** Whether a < b, of `count` words. */
export function wordsBelow(a: u32, b: u32, count: u32): bool {
  for (let i = count; i-- > 0; ) {
    const x = load<u32>(a + (i << 2));
    const y = load<u32>(b + (i << 2));
    if (x != y) return x < y;
  }
  return false;
}

const CANONICAL: u32 = u32(memory.data(48, 16));

/** Whether the representative is above (p - 1) / 2. */
export function isUpperHalf(a: u32): bool {
  toWords(CANONICAL, a);
  return wordsBelow(half, CANONICAL, words);
}

const POWER: u32 = u32(memory.data(64, 16));
const BASE: u32 = u32(memory.data(64, 16));

/** r = a^e for an exponent of as many words as the prime; r may be a. */
function power(r: u32, a: u32, e: u32): void {
  memory.copy(BASE, a, FE);
  setOne(POWER);
  let i: i32 = (words << 5) - 1;
  for (; i >= 0; i--) {
    mul(POWER, POWER, POWER);
    if ((load<u32>(e + (u32(i >> 5) << 2)) >> (i & 31)) & 1) mul(POWER, POWER, BASE);
  }
  memory.copy(r, POWER, FE);
}

/** r = 1 / a, 0 for 0 */
export function invert(r: u32, a: u32): void {
  power(r, a, modulusMinus2);
}
