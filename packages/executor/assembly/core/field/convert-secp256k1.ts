// Integers modulo p = 2^256 - 2^32 - 977: words, comparisons and the square root. Products are in
// field-secp256k1.ts.

import { CANONICAL, canonicalIsOdd, canonicalIsZero, splitWords, writeCanonical } from "./canonical";
import { PrimeSecp256k1, fpMul, fpSquare, fpSquareTimes } from "./field-secp256k1";

/** Reads eight little-endian words; values of p and above are allowed. */
export function fpFromWords(r: u32, words: u32): void {
  splitWords(r, load<u64>(words), load<u64>(words, 8), load<u64>(words, 16), load<u64>(words, 24));
}

/** Writes the one representative below p as eight little-endian words. */
export function fpToWords(words: u32, a: u32): void {
  writeCanonical<PrimeSecp256k1>(words, a);
}

export function fpIsZero(a: u32): bool {
  fpToWords(CANONICAL, a);
  return canonicalIsZero();
}

export function fpIsOdd(a: u32): bool {
  fpToWords(CANONICAL, a);
  return canonicalIsOdd();
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
