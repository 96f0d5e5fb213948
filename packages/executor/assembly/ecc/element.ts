// The coordinates of a Weierstrass curve: elements of a prime field, or of the quadratic extension.

import { FE, add, invert, isZero, mul, setOne, sub, negate } from "./field";
import { FE2, add2, invert2, isZero2, mul2, negate2, setOne2, sub2 } from "./fp2";

let extension: bool = false;
/** Bytes of a coordinate. */
export let size: u32 = FE;

export function selectExtension(extended: bool): void {
  extension = extended;
  size = extended ? FE2 : FE;
}

export function eMul(r: u32, a: u32, b: u32): void {
  if (extension) mul2(r, a, b);
  else mul(r, a, b);
}

export function eAdd(r: u32, a: u32, b: u32): void {
  if (extension) add2(r, a, b);
  else add(r, a, b);
}

export function eSub(r: u32, a: u32, b: u32): void {
  if (extension) sub2(r, a, b);
  else sub(r, a, b);
}

export function eNegate(r: u32, a: u32): void {
  if (extension) negate2(r, a);
  else negate(r, a);
}

export function eCopy(r: u32, a: u32): void {
  memory.copy(r, a, size);
}

export function eSetZero(r: u32): void {
  memory.fill(r, 0, size);
}

export function eSetOne(r: u32): void {
  if (extension) setOne2(r);
  else setOne(r);
}

export function eIsZero(a: u32): bool {
  return extension ? isZero2(a) : isZero(a);
}

export function eInvert(r: u32, a: u32): void {
  if (extension) invert2(r, a);
  else invert(r, a);
}
