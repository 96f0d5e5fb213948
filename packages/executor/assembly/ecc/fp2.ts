// The quadratic extension of the base field of BLS12-381: a + b u, u^2 = -1. The field must be selected.

import { FE, add, invert, isZero, mul, negate, setOne, sub } from "./field";
import { bls12_381Dot } from "./fields.generated";

export const FE2: u32 = 2 * FE;

const MINUS: u32 = u32(memory.data(64, 16));
const REAL: u32 = u32(memory.data(64, 16));
const NORM: u32 = u32(memory.data(64, 16));

export function mul2(r: u32, a: u32, b: u32): void {
  negate(MINUS, a + FE);
  bls12_381Dot(REAL, a, b, MINUS, b + FE);
  bls12_381Dot(r + FE, a, b + FE, a + FE, b);
  memory.copy(r, REAL, FE);
}

export function add2(r: u32, a: u32, b: u32): void {
  add(r, a, b);
  add(r + FE, a + FE, b + FE);
}

export function sub2(r: u32, a: u32, b: u32): void {
  sub(r, a, b);
  sub(r + FE, a + FE, b + FE);
}

export function negate2(r: u32, a: u32): void {
  negate(r, a);
  negate(r + FE, a + FE);
}

export function conjugate2(r: u32, a: u32): void {
  if (r != a) memory.copy(r, a, FE);
  negate(r + FE, a + FE);
}

/** r = a b for b of the prime field */
export function scale2(r: u32, a: u32, b: u32): void {
  mul(r, a, b);
  mul(r + FE, a + FE, b);
}

/** r = (1 + u) a; 1 + u is what the next extension adjoins a cube root of. */
export function mulXi2(r: u32, a: u32): void {
  sub(REAL, a, a + FE);
  add(r + FE, a, a + FE);
  memory.copy(r, REAL, FE);
}

export function setOne2(r: u32): void {
  setOne(r);
  memory.fill(r + FE, 0, FE);
}

export function isZero2(a: u32): bool {
  return isZero(a) && isZero(a + FE);
}

/** r = 1 / a, 0 for 0 */
export function invert2(r: u32, a: u32): void {
  bls12_381Dot(NORM, a, a, a + FE, a + FE);
  invert(NORM, NORM);
  mul(r, a, NORM);
  mul(r + FE, a + FE, NORM);
  negate(r + FE, r + FE);
}
