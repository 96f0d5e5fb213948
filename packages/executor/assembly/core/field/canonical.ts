// Field elements (limbs.ts) from and to 32 little-endian bytes, for any prime of prime.ts; inlined like products.ts.

import { MASK, limb, setLimb } from "./limbs";
import { Prime } from "./prime";

/** Splits four words into limbs; values of the prime and above are allowed. */
// @ts-ignore: decorator
@inline
export function splitWords(r: u32, w0: u64, w1: u64, w2: u64, w3: u64): void {
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

/** Writes the one representative below the prime. */
// @ts-ignore: decorator
@inline
export function writeCanonical<P extends Prime>(bytes: u32, a: u32): void {
  const prime = changetype<P>(0);
  const topMask = (i64(1) << prime.topBits()) - 1;
  // Some primes more make it positive; then carry until limbs are in range, then subtract the prime once more
  // if that leaves no borrow.
  let l0 = limb(a, 0) - prime.foldTop0() * prime.primesToAdd();
  let l1 = limb(a, 1) - prime.foldTop1() * prime.primesToAdd();
  let l2 = limb(a, 2);
  let l3 = limb(a, 3);
  let l4 = limb(a, 4);
  let l5 = limb(a, 5);
  let l6 = limb(a, 6);
  let l7 = limb(a, 7);
  let l8 = limb(a, 8) + (prime.primesToAdd() << prime.topBits());
  for (let round = 0; round < 3; round++) {
    if (round == 2) {
      // Now 0 <= value < 2^(232 + topBits) + small. It is the prime or more exactly when adding the difference to
      // that power of two carries out of the top: then what carries out is to be added, and dropped at the top.
      let q = (l0 + prime.foldTop0()) >> 29;
      q = (l1 + prime.foldTop1() + q) >> 29;
      q = (l2 + q) >> 29;
      q = (l3 + q) >> 29;
      q = (l4 + q) >> 29;
      q = (l5 + q) >> 29;
      q = (l6 + q) >> 29;
      q = (l7 + q) >> 29;
      q = (l8 + q) >> prime.topBits();
      l0 += prime.foldTop0() * q;
      l1 += prime.foldTop1() * q;
    }
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
    if (round < 2) {
      const top = l8 >> prime.topBits();
      l0 += top * prime.foldTop0();
      l1 += top * prime.foldTop1();
    }
    l8 &= topMask;
  }
  store<u64>(bytes, l0 | (l1 << 29) | (l2 << 58));
  store<u64>(bytes, (l2 >> 6) | (l3 << 23) | (l4 << 52), 8);
  store<u64>(bytes, (l4 >> 12) | (l5 << 17) | (l6 << 46), 16);
  store<u64>(bytes, (l6 >> 18) | (l7 << 11) | (l8 << 40), 24);
}

/** Where comparisons put the bytes that they look at. */
export const CANONICAL: u32 = u32(memory.data(32, 16));

export function canonicalIsZero(): bool {
  return !(
    load<u64>(CANONICAL) |
    load<u64>(CANONICAL, 8) |
    load<u64>(CANONICAL, 16) |
    load<u64>(CANONICAL, 24)
  );
}

export function canonicalIsOdd(): bool {
  return bool(load<u8>(CANONICAL) & 1);
}
