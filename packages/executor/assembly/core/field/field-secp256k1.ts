// Integers modulo p = 2^256 - 2^32 - 977, for secp256k1. Representation: limbs.ts; the top limb has 24 bits.

import { HALF, MASK, limb, setLimb } from "./limbs";
import { Prime } from "./prime";
import { multiply, square } from "./products";

// 2^261 = 2^37 + 31264 and 2^256 = 2^32 + 977 modulo p; 2^37 and 2^32 are 2^8 and 2^3 one limb up.
const FOLD_261: i64 = 31264;
const FOLD_256: i64 = 977;
const TOP_HALF: i64 = 1 << 23;

@unmanaged
@final
export class PrimeSecp256k1 extends Prime {
  @inline
  fold261(): i64 {
    return FOLD_261;
  }

  @inline
  foldUp(limb: i64): i64 {
    return limb << 8;
  }

  /** What sticks out above 2^256 goes into the lowest limbs, and those carry once more. */
  @inline
  finish(r: u32, l0: i64, l1: i64, l2: i64, e8: i64, h7: i64, t17: i64): void {
    const upper = e8 + h7;
    const h8 = (upper + TOP_HALF) >> 24;
    const top = h8 + (t17 << 13);
    const m0 = l0 + FOLD_256 * top;
    const k0 = (m0 + HALF) >> 29;
    const m1 = l1 + (top << 3) + k0;
    const k1 = (m1 + HALF) >> 29;
    setLimb(r, 0, m0 - (k0 << 29));
    setLimb(r, 1, m1 - (k1 << 29));
    setLimb(r, 2, l2 + k1);
    setLimb(r, 8, upper - (h8 << 24));
  }

  @inline
  topBits(): i64 {
    return 24;
  }

  @inline
  foldTop0(): i64 {
    return FOLD_256;
  }

  @inline
  foldTop1(): i64 {
    return 8;
  }

  @inline
  primesToAdd(): i64 {
    return 64;
  }
}

/** r = a * b */
export function fpMul(r: u32, a: u32, b: u32): void {
  multiply<PrimeSecp256k1>(r, a, b);
}

/** r = a^2 */
export function fpSquare(r: u32, a: u32): void {
  square<PrimeSecp256k1>(r, a);
}

/** r = a^(2^n), n at least 1 */
export function fpSquareTimes(r: u32, a: u32, n: u32): void {
  fpSquare(r, a);
  while (--n) fpSquare(r, r);
}

/** Brings the limbs of a sum back to size 1. */
export function fpCarry(r: u32, a: u32): void {
  const a0 = limb(a, 0);
  const a1 = limb(a, 1);
  const a2 = limb(a, 2);
  const a3 = limb(a, 3);
  const a4 = limb(a, 4);
  const a5 = limb(a, 5);
  const a6 = limb(a, 6);
  const a7 = limb(a, 7);
  const a8 = limb(a, 8);
  const h0 = (a0 + HALF) >> 29;
  const h1 = (a1 + HALF) >> 29;
  const h2 = (a2 + HALF) >> 29;
  const h3 = (a3 + HALF) >> 29;
  const h4 = (a4 + HALF) >> 29;
  const h5 = (a5 + HALF) >> 29;
  const h6 = (a6 + HALF) >> 29;
  const h7 = (a7 + HALF) >> 29;
  const h8 = (a8 + TOP_HALF) >> 24;
  setLimb(r, 0, a0 - (h0 << 29) + FOLD_256 * h8);
  setLimb(r, 1, a1 - (h1 << 29) + h0 + (h8 << 3));
  setLimb(r, 2, a2 - (h2 << 29) + h1);
  setLimb(r, 3, a3 - (h3 << 29) + h2);
  setLimb(r, 4, a4 - (h4 << 29) + h3);
  setLimb(r, 5, a5 - (h5 << 29) + h4);
  setLimb(r, 6, a6 - (h6 << 29) + h5);
  setLimb(r, 7, a7 - (h7 << 29) + h6);
  setLimb(r, 8, a8 - (h8 << 24) + h7);
}

/** r = a / 2 */
export function fpHalf(r: u32, a: u32): void {
  // An odd value plus p is even.
  const odd = -(limb(a, 0) & 1);
  const a0 = limb(a, 0) + (odd & 0x1ffffc2f);
  const a1 = limb(a, 1) + (odd & 0x1ffffff7);
  const a2 = limb(a, 2) + (odd & MASK);
  const a3 = limb(a, 3) + (odd & MASK);
  const a4 = limb(a, 4) + (odd & MASK);
  const a5 = limb(a, 5) + (odd & MASK);
  const a6 = limb(a, 6) + (odd & MASK);
  const a7 = limb(a, 7) + (odd & MASK);
  const a8 = limb(a, 8) + (odd & 0xffffff);
  setLimb(r, 0, (a0 >> 1) + ((a1 & 1) << 28));
  setLimb(r, 1, (a1 >> 1) + ((a2 & 1) << 28));
  setLimb(r, 2, (a2 >> 1) + ((a3 & 1) << 28));
  setLimb(r, 3, (a3 >> 1) + ((a4 & 1) << 28));
  setLimb(r, 4, (a4 >> 1) + ((a5 & 1) << 28));
  setLimb(r, 5, (a5 >> 1) + ((a6 & 1) << 28));
  setLimb(r, 6, (a6 >> 1) + ((a7 & 1) << 28));
  setLimb(r, 7, (a7 >> 1) + ((a8 & 1) << 28));
  setLimb(r, 8, a8 >> 1);
}
