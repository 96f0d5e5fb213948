// Integers modulo 2^255 - 19, for edwards25519 and ristretto255. Representation: limbs.ts.

import { HALF, setLimb } from "./limbs";
import { Prime } from "./prime";
import { multiply, square } from "./products";

/** 2^261 = FOLD modulo p. */
const FOLD: i64 = 19 << 6;

@unmanaged
@final
export class Prime25519 extends Prime {
  @inline
  fold261(): i64 {
    return FOLD;
  }

  @inline
  foldUp(_limb: i64): i64 {
    return 0;
  }

  @inline
  finish(r: u32, l0: i64, l1: i64, l2: i64, e8: i64, h7: i64, _t17: i64): void {
    const h8 = (e8 + HALF) >> 29;
    setLimb(r, 0, l0 + FOLD * h8);
    setLimb(r, 1, l1);
    setLimb(r, 2, l2);
    setLimb(r, 8, e8 - (h8 << 29) + h7);
  }

  @inline
  topBits(): i64 {
    return 23;
  }

  @inline
  foldTop0(): i64 {
    return 19;
  }

  @inline
  foldTop1(): i64 {
    return 0;
  }

  @inline
  primesToAdd(): i64 {
    return 1024;
  }
}

/** r = a * b */
export function feMul(r: u32, a: u32, b: u32): void {
  multiply<Prime25519>(r, a, b);
}

/** r = a^2 */
export function feSquare(r: u32, a: u32): void {
  square<Prime25519>(r, a);
}

/** r = a^(2^n), n at least 1 */
export function feSquareTimes(r: u32, a: u32, n: u32): void {
  feSquare(r, a);
  while (--n) feSquare(r, r);
}
