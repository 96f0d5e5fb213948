// Integers modulo p = 2^256 - 2^32 - 977: words, comparisons and the square root. Products are in
// field-secp256k1.ts.

import { FOLD_256, fpMul, fpSquare, fpSquareTimes } from "./field-secp256k1";
import { MASK, limb, setLimb } from "./limbs";

/** Reads eight little-endian words; values of p and above are allowed. */
export function fpFromWords(r: u32, words: u32): void {
  const w0 = load<u64>(words);
  const w1 = load<u64>(words, 8);
  const w2 = load<u64>(words, 16);
  const w3 = load<u64>(words, 24);
  setLimb(r, 0, w0 & MASK);
  setLimb(r, 1, (w0 >> 29) & MASK);
  setLimb(r, 2, ((w0 >> 58) | (w1 << 6)) & MASK);
  setLimb(r, 3, (w1 >> 23) & MASK);
  setLimb(r, 4, ((w1 >> 52) | (w2 << 12)) & MASK);
  setLimb(r, 5, (w2 >> 17) & MASK);
  setLimb(r, 6, ((w2 >> 46) | (w3 << 18)) & MASK);
  setLimb(r, 7, (w3 >> 11) & MASK);
  setLimb(r, 8, w3 >> 40);
}

/** Writes the one representative below p as eight little-endian words. */
export function fpToWords(words: u32, a: u32): void {
  // Adding 64 p makes any sum of products positive.
  let l0 = limb(a, 0) - 64 * FOLD_256;
  let l1 = limb(a, 1) - 64 * 8;
  let l2 = limb(a, 2);
  let l3 = limb(a, 3);
  let l4 = limb(a, 4);
  let l5 = limb(a, 5);
  let l6 = limb(a, 6);
  let l7 = limb(a, 7);
  let l8 = limb(a, 8) + (64 << 24);
  for (let round = 0; round < 2; round++) {
    l1 += l0 >> 29;
    l0 &= MASK;
    l2 += l1 >> 29;
    l1 &= MASK;
    l3 += l2 >> 29;
    l2 &= MASK;
    l4 += l3 >> 29;
    l3 &= MASK;
    l5 += l4 >> 29;
    l4 &= MASK;
    l6 += l5 >> 29;
    l5 &= MASK;
    l7 += l6 >> 29;
    l6 &= MASK;
    l8 += l7 >> 29;
    l7 &= MASK;
    const top = l8 >> 24;
    l8 &= 0xffffff;
    l0 += top * FOLD_256;
    l1 += top << 3;
  }
  // value >= p exactly when value + 2^32 + 977 reaches 2^256.
  let q = (l0 + FOLD_256) >> 29;
  q = (l1 + 8 + q) >> 29;
  q = (l2 + q) >> 29;
  q = (l3 + q) >> 29;
  q = (l4 + q) >> 29;
  q = (l5 + q) >> 29;
  q = (l6 + q) >> 29;
  q = (l7 + q) >> 29;
  q = (l8 + q) >> 24;
  l0 += FOLD_256 * q;
  l1 += q << 3;
  l1 += l0 >> 29;
  l0 &= MASK;
  l2 += l1 >> 29;
  l1 &= MASK;
  l3 += l2 >> 29;
  l2 &= MASK;
  l4 += l3 >> 29;
  l3 &= MASK;
  l5 += l4 >> 29;
  l4 &= MASK;
  l6 += l5 >> 29;
  l5 &= MASK;
  l7 += l6 >> 29;
  l6 &= MASK;
  l8 += l7 >> 29;
  l7 &= MASK;
  l8 &= 0xffffff;
  store<u64>(words, l0 | (l1 << 29) | (l2 << 58));
  store<u64>(words, (l2 >> 6) | (l3 << 23) | (l4 << 52), 8);
  store<u64>(words, (l4 >> 12) | (l5 << 17) | (l6 << 46), 16);
  store<u64>(words, (l6 >> 18) | (l7 << 11) | (l8 << 40), 24);
}

const CANONICAL: u32 = u32(memory.data(32, 16));

export function fpIsZero(a: u32): bool {
  fpToWords(CANONICAL, a);
  return !(
    load<u64>(CANONICAL) |
    load<u64>(CANONICAL, 8) |
    load<u64>(CANONICAL, 16) |
    load<u64>(CANONICAL, 24)
  );
}

export function fpIsOdd(a: u32): bool {
  fpToWords(CANONICAL, a);
  return bool(load<u8>(CANONICAL) & 1);
}

const X2: u32 = u32(memory.data(40, 16));
const X3: u32 = u32(memory.data(40, 16));
const X22: u32 = u32(memory.data(40, 16));
const X44: u32 = u32(memory.data(40, 16));
const X: u32 = u32(memory.data(40, 16));

/** r = a^((p + 1) / 4): a square root if there is one. r must not be a. */
export function fpRootCandidate(r: u32, a: u32): void {
  // The exponent is 223 ones, a zero, 22 ones, four zeros, two ones, two zeros; Xn is a^(2^n - 1).
  fpSquare(X2, a);
  fpMul(X2, X2, a);
  fpSquare(X3, X2);
  fpMul(X3, X3, a);
  fpSquareTimes(X, X3, 3);
  fpMul(X, X, X3); // 6
  fpSquareTimes(X, X, 3);
  fpMul(X, X, X3); // 9
  fpSquareTimes(X, X, 2);
  fpMul(X, X, X2); // 11
  fpSquareTimes(X22, X, 11);
  fpMul(X22, X22, X);
  fpSquareTimes(X44, X22, 22);
  fpMul(X44, X44, X22);
  fpSquareTimes(X, X44, 44);
  fpMul(X, X, X44); // 88
  fpSquareTimes(r, X, 88);
  fpMul(r, r, X); // 176
  fpSquareTimes(r, r, 44);
  fpMul(r, r, X44); // 220
  fpSquareTimes(r, r, 3);
  fpMul(r, r, X3); // 223
  fpSquareTimes(r, r, 23);
  fpMul(r, r, X22);
  fpSquareTimes(r, r, 6);
  fpMul(r, r, X2);
  fpSquareTimes(r, r, 2);
}
