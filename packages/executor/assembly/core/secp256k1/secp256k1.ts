// The group of secp256k1, y^2 = x^3 + 7, in Jacobian coordinates: x = X/Z^2, y = Y/Z^3; Z = 0 is the point
// at infinity. Time depends on the inputs: verification has no secrets.

import { isBelow } from "../field/barrett";
import { fpFromWords, fpIsOdd, fpIsZero, fpRootCandidate, fpToWords } from "../field/convert-secp256k1";
import { fpCarry, fpHalf, fpMul, fpSquare } from "../field/field-secp256k1";
import { FE, feAdd, feCopy, feNegate, feSmall, feSub } from "../field/limbs";
import { ORDER, scalarSplit } from "../field/scalar-secp256k1";
import { invertWords } from "../field/invert";

/** X, Y, Z. */
export const POINT: u32 = 3 * FE;
/** x, y. */
const AFFINE: u32 = 2 * FE;
const Y: u32 = FE;
const Z: u32 = 2 * FE;

// prettier-ignore
const P = u32(memory.data<u32>([
  0xfffffc2f, 0xfffffffe, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff,
]));
// prettier-ignore
const P_MINUS_ORDER = u32(memory.data<u32>([
  0x2fc9baee, 0x402da172, 0x50b75fc4, 0x45512319, 0x00000001, 0x00000000, 0x00000000, 0x00000000,
]));
// prettier-ignore
const GENERATOR = u32(memory.data<u32>([
  0x16f81798, 0x59f2815b, 0x2dce28d9, 0x029bfcdb, 0xce870b07, 0x55a06295, 0xf9dcbbac, 0x79be667e,
  0xfb10d4b8, 0x9c47d08f, 0xa6855419, 0xfd17b448, 0x0e1108a8, 0x5da4fbfc, 0x26a3c465, 0x483ada77,
]));
/** A cube root of one in the field; (BETA x, y) is a fixed multiple of (x, y). */
// prettier-ignore
const BETA_WORDS = u32(memory.data<u32>([
  0x719501ee, 0xc1396c28, 0x12f58995, 0x9cf04975, 0xac3434e9, 0x6e64479e, 0x657c0710, 0x7ae96a2b,
]));
const BETA: u32 = u32(memory.data(40, 16));
const SEVEN: u32 = u32(memory.data(40, 16));

const A: u32 = u32(memory.data(40, 16));
const B: u32 = u32(memory.data(40, 16));
const C: u32 = u32(memory.data(40, 16));
const E: u32 = u32(memory.data(40, 16));
const H: u32 = u32(memory.data(40, 16));
const R: u32 = u32(memory.data(40, 16));
const WORDS: u32 = u32(memory.data(32, 16));

export function pointIsInfinity(p: u32): bool {
  return fpIsZero(p + Z);
}

/** r = 2p. There is no point of order 2, so infinity stays infinity and nothing else becomes it. */
export function pointDouble(r: u32, p: u32): void {
  fpSquare(A, p);
  feAdd(B, A, A);
  feAdd(A, A, B);
  fpHalf(A, A); // L = 3/2 X^2, size 2
  fpSquare(B, p + Y); // S = Y^2
  fpMul(C, B, p); // X S
  fpMul(r + Z, p + Y, p + Z);
  fpSquare(E, A);
  feSub(E, E, C);
  feSub(E, E, C);
  fpCarry(r, E); // X' = L^2 - 2 X S
  feSub(C, C, r);
  fpMul(A, A, C);
  fpSquare(B, B);
  feSub(A, A, B);
  fpCarry(r + Y, A); // Y' = L (X S - X') - S^2
}

/** r = p + (x, y), or p - (x, y) if `negative`. */
export function pointAddAffine(r: u32, p: u32, q: u32, negative: bool): void {
  if (pointIsInfinity(p)) {
    feCopy(r, q);
    if (negative) feNegate(r + Y, q + Y);
    else feCopy(r + Y, q + Y);
    feSmall(r + Z, 1);
    return;
  }
  fpSquare(A, p + Z);
  fpMul(B, A, p + Z);
  fpMul(H, q, A); // U2
  fpMul(R, q + Y, B); // S2
  if (negative) feNegate(R, R);
  feSub(H, H, p);
  feSub(R, R, p + Y);
  if (fpIsZero(H)) {
    if (fpIsZero(R)) pointDouble(r, p);
    else feSmall(r + Z, 0);
    return;
  }
  fpSquare(A, H);
  fpMul(B, A, H); // H^3
  fpMul(A, A, p); // X H^2
  fpMul(r + Z, p + Z, H);
  fpSquare(E, R);
  feSub(E, E, B);
  feSub(E, E, A);
  feSub(E, E, A);
  fpMul(B, B, p + Y);
  fpCarry(r, E); // X' = R^2 - H^3 - 2 X H^2
  feSub(A, A, r);
  fpMul(A, A, R);
  feSub(A, A, B);
  fpCarry(r + Y, A); // Y' = R (X H^2 - X') - Y H^3
}

/** Writes x and y of a point other than infinity as two times eight words. */
export function pointToWords(words: u32, p: u32): void {
  fpToWords(WORDS, p + Z);
  invertWords(WORDS, WORDS, P);
  fpFromWords(A, WORDS);
  fpSquare(B, A);
  fpMul(A, A, B);
  fpMul(B, B, p);
  fpMul(A, A, p + Y);
  fpToWords(words, B);
  fpToWords(words + 32, A);
}

/** The point with the given x and parity of y, as affine; false if there is none. */
function affineFromX(r: u32, x: u32, odd: bool): bool {
  feCopy(r, x);
  fpSquare(A, x);
  fpMul(A, A, x);
  feAdd(A, A, SEVEN);
  fpRootCandidate(r + Y, A);
  fpSquare(B, r + Y);
  feSub(B, B, A);
  if (!fpIsZero(B)) return false;
  if (fpIsOdd(r + Y) != odd) feNegate(r + Y, r + Y);
  return true;
}

/**
 * The point R of a signature from its r, as affine.
 *
 * @param r eight words, below the order
 * @param recovery 0 to 3: bit 0 is the parity of y, bit 1 tells that x is r + order
 */
export function pointFromSignature(to: u32, r: u32, recovery: u32): bool {
  fpFromWords(E, r);
  if (recovery & 2) {
    if (!isBelow(r, P_MINUS_ORDER)) return false;
    fpFromWords(H, ORDER);
    feAdd(E, E, H);
    fpCarry(E, E);
  }
  return affineFromX(to, E, bool(recovery & 1));
}

const WIDTH: u32 = 5;
const GENERATOR_WIDTH: u32 = 8;
/** Odd multiples of G, then the same times BETA. */
const GENERATOR_TABLE: u32 = u32(memory.data(2 * 64 * 80, 16));
const TABLE: u32 = u32(memory.data(2 * 8 * 80, 16));
const JACOBIAN: u32 = u32(memory.data(64 * 120, 16));
const PRODUCTS: u32 = u32(memory.data(64 * 40, 16));
const TWICE: u32 = u32(memory.data(120, 16));
const INVERSE: u32 = u32(memory.data(40, 16));

/** table[i] = (2i + 1) p for i below count, then those times BETA; one inversion in all. */
function oddMultiples(table: u32, p: u32, count: u32): void {
  feCopy(JACOBIAN, p);
  feCopy(JACOBIAN + Y, p + Y);
  feSmall(JACOBIAN + Z, 1);
  pointDouble(TWICE, JACOBIAN);
  fpToWords(WORDS, TWICE + Z);
  invertWords(WORDS, WORDS, P);
  fpFromWords(INVERSE, WORDS);
  // 2p as affine, so that every step is a mixed addition.
  fpSquare(A, INVERSE);
  fpMul(B, A, INVERSE);
  fpMul(TWICE, TWICE, A);
  fpMul(TWICE + Y, TWICE + Y, B);
  feSmall(PRODUCTS, 1);
  for (let i: u32 = 1; i < count; i++) {
    const entry = JACOBIAN + i * POINT;
    pointAddAffine(entry, entry - POINT, TWICE, false);
    fpMul(PRODUCTS + i * FE, PRODUCTS + (i - 1) * FE, entry + Z);
  }
  fpToWords(WORDS, PRODUCTS + (count - 1) * FE);
  invertWords(WORDS, WORDS, P);
  fpFromWords(INVERSE, WORDS);
  for (let i = count; i-- > 0; ) {
    const entry = JACOBIAN + i * POINT;
    const to = table + i * AFFINE;
    if (i) fpMul(A, INVERSE, PRODUCTS + (i - 1) * FE);
    else feCopy(A, INVERSE);
    fpMul(INVERSE, INVERSE, entry + Z);
    fpSquare(B, A);
    fpMul(A, A, B);
    fpMul(to, entry, B);
    fpMul(to + Y, entry + Y, A);
    fpMul(to + count * AFFINE, to, BETA);
    feCopy(to + count * AFFINE + Y, to + Y);
  }
}

/** Digits of the four half scalars, 132 each. */
const DIGITS: u32 = u32(memory.data(4 * 132, 16));
const HALVES: u32 = u32(memory.data(2 * 32, 16));

/** Non-adjacent form of a number of at most 129 bits (words beyond the fifth are zero). */
function recode(digits: u32, scalar: u32, width: u32, negative: bool): void {
  memory.fill(digits, 0, 132);
  const size: i32 = 1 << width;
  let carry: u32 = 0;
  for (let i: u32 = 0; i < 132; ) {
    const at = scalar + ((i >> 5) << 2);
    const window = carry + (u32(load<u64>(at) >> (i & 31)) & (size - 1));
    if (!(window & 1)) {
      i++;
      continue;
    }
    carry = u32(window >= u32(size >> 1));
    const digit = carry ? i32(window) - size : i32(window);
    store<i8>(digits + i, negative ? -digit : digit);
    i += width;
  }
}

function recodeBoth(digits: u32, scalar: u32, width: u32): void {
  const signs = scalarSplit(HALVES, scalar);
  recode(digits, HALVES, width, bool(signs & 1));
  recode(digits + 132, HALVES + 32, width, bool(signs & 2));
}

// @ts-ignore: decorator
@inline
function addDigit(r: u32, table: u32, digit: i32): void {
  if (digit) pointAddAffine(r, r, table + u32(abs(digit) >> 1) * AFFINE, digit < 0);
}

/** r = a G + b P for scalars below the order and an affine P. */
export function doubleScalarMul(r: u32, a: u32, b: u32, p: u32): void {
  recodeBoth(DIGITS, a, GENERATOR_WIDTH);
  recodeBoth(DIGITS + 264, b, WIDTH);
  oddMultiples(TABLE, p, 8);
  feSmall(r, 1);
  feSmall(r + Y, 1);
  feSmall(r + Z, 0);
  let i: u32 = 132;
  for (; i-- > 0; ) {
    const d = DIGITS + i;
    pointDouble(r, r);
    addDigit(r, GENERATOR_TABLE, load<i8>(d));
    addDigit(r, GENERATOR_TABLE + 64 * AFFINE, load<i8>(d, 132));
    addDigit(r, TABLE, load<i8>(d, 264));
    addDigit(r, TABLE + 8 * AFFINE, load<i8>(d, 396));
  }
}

/** Fills constants and the table of G. Once, before anything else here. */
export function secp256k1Init(): void {
  feSmall(SEVEN, 7);
  fpFromWords(BETA, BETA_WORDS);
  fpFromWords(TABLE, GENERATOR);
  fpFromWords(TABLE + Y, GENERATOR + 32);
  oddMultiples(GENERATOR_TABLE, TABLE, 64);
}
