// Products of field elements (limbs.ts) modulo a prime of 255 or 256 bits. All of it is inlined where a field
// instantiates it: what a prime says are constants to the compiler.

import { HALF, MASK, limb, setLimb } from "./limbs";
import { Prime } from "./prime";

// Two rounds in which every limb passes its upper bits to the next at once, without waiting for the carry
// of the one before: the result is close enough to reduced. Only the upper end is the prime's own.
// @ts-ignore: decorator
@inline
function reduce<P extends Prime>(
  r: u32,
  c0: i64,
  c1: i64,
  c2: i64,
  c3: i64,
  c4: i64,
  c5: i64,
  c6: i64,
  c7: i64,
  c8: i64,
  c9: i64,
  c10: i64,
  c11: i64,
  c12: i64,
  c13: i64,
  c14: i64,
  c15: i64,
  c16: i64,
): void {
  const t0 = (c0 & MASK);
  const t1 = (c1 & MASK) + (c0 >> 29);
  const t2 = (c2 & MASK) + (c1 >> 29);
  const t3 = (c3 & MASK) + (c2 >> 29);
  const t4 = (c4 & MASK) + (c3 >> 29);
  const t5 = (c5 & MASK) + (c4 >> 29);
  const t6 = (c6 & MASK) + (c5 >> 29);
  const t7 = (c7 & MASK) + (c6 >> 29);
  const t8 = (c8 & MASK) + (c7 >> 29);
  const t9 = (c9 & MASK) + (c8 >> 29);
  const t10 = (c10 & MASK) + (c9 >> 29);
  const t11 = (c11 & MASK) + (c10 >> 29);
  const t12 = (c12 & MASK) + (c11 >> 29);
  const t13 = (c13 & MASK) + (c12 >> 29);
  const t14 = (c14 & MASK) + (c13 >> 29);
  const t15 = (c15 & MASK) + (c14 >> 29);
  const t16 = (c16 & MASK) + (c15 >> 29);
  const t17 = c16 >> 29;
  const prime = changetype<P>(0);
  const e0 = t0 + prime.fold261() * t9;
  const e1 = t1 + prime.fold261() * t10 + prime.foldUp(t9);
  const e2 = t2 + prime.fold261() * t11 + prime.foldUp(t10);
  const e3 = t3 + prime.fold261() * t12 + prime.foldUp(t11);
  const e4 = t4 + prime.fold261() * t13 + prime.foldUp(t12);
  const e5 = t5 + prime.fold261() * t14 + prime.foldUp(t13);
  const e6 = t6 + prime.fold261() * t15 + prime.foldUp(t14);
  const e7 = t7 + prime.fold261() * t16 + prime.foldUp(t15);
  const e8 = t8 + prime.fold261() * t17 + prime.foldUp(t16);
  const h0 = (e0 + HALF) >> 29;
  const h1 = (e1 + HALF) >> 29;
  const h2 = (e2 + HALF) >> 29;
  const h3 = (e3 + HALF) >> 29;
  const h4 = (e4 + HALF) >> 29;
  const h5 = (e5 + HALF) >> 29;
  const h6 = (e6 + HALF) >> 29;
  const h7 = (e7 + HALF) >> 29;
  setLimb(r, 3, e3 - (h3 << 29) + h2);
  setLimb(r, 4, e4 - (h4 << 29) + h3);
  setLimb(r, 5, e5 - (h5 << 29) + h4);
  setLimb(r, 6, e6 - (h6 << 29) + h5);
  setLimb(r, 7, e7 - (h7 << 29) + h6);
  prime.finish(
    r,
    e0 - (h0 << 29),
    e1 - (h1 << 29) + h0,
    e2 - (h2 << 29) + h1,
    e8,
    h7,
    t17,
  );
}

/** r = a * b */
// @ts-ignore: decorator
@inline
export function multiply<P extends Prime>(r: u32, a: u32, b: u32): void {
  const a0 = limb(a, 0);
  const a1 = limb(a, 1);
  const a2 = limb(a, 2);
  const a3 = limb(a, 3);
  const a4 = limb(a, 4);
  const a5 = limb(a, 5);
  const a6 = limb(a, 6);
  const a7 = limb(a, 7);
  const a8 = limb(a, 8);
  const b0 = limb(b, 0);
  const b1 = limb(b, 1);
  const b2 = limb(b, 2);
  const b3 = limb(b, 3);
  const b4 = limb(b, 4);
  const b5 = limb(b, 5);
  const b6 = limb(b, 6);
  const b7 = limb(b, 7);
  const b8 = limb(b, 8);
  const c0 = a0 * b0;
  const c1 = a0 * b1 + a1 * b0;
  const c2 = a0 * b2 + a1 * b1 + a2 * b0;
  const c3 = a0 * b3 + a1 * b2 + a2 * b1 + a3 * b0;
  const c4 = a0 * b4 + a1 * b3 + a2 * b2 + a3 * b1 + a4 * b0;
  const c5 = a0 * b5 + a1 * b4 + a2 * b3 + a3 * b2 + a4 * b1 + a5 * b0;
  const c6 = a0 * b6 + a1 * b5 + a2 * b4 + a3 * b3 + a4 * b2 + a5 * b1 + a6 * b0;
  const c7 = a0 * b7 + a1 * b6 + a2 * b5 + a3 * b4 + a4 * b3 + a5 * b2 + a6 * b1 + a7 * b0;
  const c8 = a0 * b8 + a1 * b7 + a2 * b6 + a3 * b5 + a4 * b4 + a5 * b3 + a6 * b2 + a7 * b1 + a8 * b0;
  const c9 = a1 * b8 + a2 * b7 + a3 * b6 + a4 * b5 + a5 * b4 + a6 * b3 + a7 * b2 + a8 * b1;
  const c10 = a2 * b8 + a3 * b7 + a4 * b6 + a5 * b5 + a6 * b4 + a7 * b3 + a8 * b2;
  const c11 = a3 * b8 + a4 * b7 + a5 * b6 + a6 * b5 + a7 * b4 + a8 * b3;
  const c12 = a4 * b8 + a5 * b7 + a6 * b6 + a7 * b5 + a8 * b4;
  const c13 = a5 * b8 + a6 * b7 + a7 * b6 + a8 * b5;
  const c14 = a6 * b8 + a7 * b7 + a8 * b6;
  const c15 = a7 * b8 + a8 * b7;
  const c16 = a8 * b8;
  reduce<P>(r, c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11, c12, c13, c14, c15, c16);
}

/** r = a^2 */
// @ts-ignore: decorator
@inline
export function square<P extends Prime>(r: u32, a: u32): void {
  const a0 = limb(a, 0);
  const a1 = limb(a, 1);
  const a2 = limb(a, 2);
  const a3 = limb(a, 3);
  const a4 = limb(a, 4);
  const a5 = limb(a, 5);
  const a6 = limb(a, 6);
  const a7 = limb(a, 7);
  const a8 = limb(a, 8);
  const d0 = a0 << 1;
  const d1 = a1 << 1;
  const d2 = a2 << 1;
  const d3 = a3 << 1;
  const d4 = a4 << 1;
  const d5 = a5 << 1;
  const d6 = a6 << 1;
  const d7 = a7 << 1;
  const c0 = a0 * a0;
  const c1 = d0 * a1;
  const c2 = d0 * a2 + a1 * a1;
  const c3 = d0 * a3 + d1 * a2;
  const c4 = d0 * a4 + d1 * a3 + a2 * a2;
  const c5 = d0 * a5 + d1 * a4 + d2 * a3;
  const c6 = d0 * a6 + d1 * a5 + d2 * a4 + a3 * a3;
  const c7 = d0 * a7 + d1 * a6 + d2 * a5 + d3 * a4;
  const c8 = d0 * a8 + d1 * a7 + d2 * a6 + d3 * a5 + a4 * a4;
  const c9 = d1 * a8 + d2 * a7 + d3 * a6 + d4 * a5;
  const c10 = d2 * a8 + d3 * a7 + d4 * a6 + a5 * a5;
  const c11 = d3 * a8 + d4 * a7 + d5 * a6;
  const c12 = d4 * a8 + d5 * a7 + a6 * a6;
  const c13 = d5 * a8 + d6 * a7;
  const c14 = d6 * a8 + a7 * a7;
  const c15 = d7 * a8;
  const c16 = a8 * a8;
  reduce<P>(r, c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11, c12, c13, c14, c15, c16);
}
