// Bandersnatch, -5 x^2 + y^2 = 1 + d x^2 y^2, in extended coordinates (Hisil and others, sections 3.1 and 3.3).
// The curve is incomplete: outside of the subgroup of prime order an addition may end in Z = 0, so the formulas
// and, for a multiplication, their order are the reference's.

import { FE, FIELD_BANDERSNATCH, add, fromWords, invert, isZero, mul, negate, selectField, setOne, sub } from "./field";
import { BANDERSNATCH_D } from "./fields.generated";

/** X, Y, T, Z. */
const Y: u32 = FE;
const T: u32 = 2 * FE;
const Z: u32 = 3 * FE;

const A: u32 = u32(memory.data(64, 16));
const B: u32 = u32(memory.data(64, 16));
const C: u32 = u32(memory.data(64, 16));
const E: u32 = u32(memory.data(64, 16));
const F: u32 = u32(memory.data(64, 16));
const G: u32 = u32(memory.data(64, 16));
const H: u32 = u32(memory.data(64, 16));
const D: u32 = u32(memory.data(64, 16));
const ADDEND: u32 = u32(memory.data(256, 16));

/** Once, before anything else here. */
export function bandersnatchInit(): void {
  selectField(FIELD_BANDERSNATCH);
  fromWords(D, BANDERSNATCH_D);
}

export function tSetNeutral(p: u32): void {
  memory.fill(p, 0, 4 * FE);
  setOne(p + Y);
  setOne(p + Z);
}

/** r = -5 a; r is not a */
function mulByA(r: u32, a: u32): void {
  add(r, a, a);
  add(r, r, r);
  add(r, r, a);
  negate(r, r);
}

// @ts-ignore: decorator
@inline
function complete(r: u32): void {
  mul(r, E, F);
  mul(r + Y, G, H);
  mul(r + T, E, H);
  mul(r + Z, F, G);
}

export function tNegate(p: u32): void {
  negate(p, p);
  negate(p + T, p + T);
}

/** r = 2p */
export function tDouble(r: u32, p: u32): void {
  mul(A, p, p);
  mul(B, p + Y, p + Y);
  mul(C, p + Z, p + Z);
  add(C, C, C);
  mulByA(F, A);
  add(E, p, p + Y);
  mul(E, E, E);
  sub(E, E, A);
  sub(E, E, B);
  add(G, F, B);
  sub(H, F, B);
  sub(F, G, C);
  complete(r);
}

/** r = p + q */
export function tAdd(r: u32, p: u32, q: u32): void {
  mul(A, p, q);
  mul(B, p + Y, q + Y);
  mul(C, p + T, q + T);
  mul(C, C, D);
  add(E, p, p + Y);
  add(F, q, q + Y);
  mul(E, E, F);
  sub(E, E, A);
  sub(E, E, B);
  mulByA(F, A);
  sub(H, B, F);
  mul(A, p + Z, q + Z);
  sub(F, A, C);
  add(G, A, C);
  complete(r);
}

/** r = p + q, or p - q if `negative`, for an affine q */
export function tAddAffine(r: u32, p: u32, q: u32, negative: bool): void {
  if (negative) negate(ADDEND, q);
  else memory.copy(ADDEND, q, FE);
  memory.copy(ADDEND + Y, q + FE, FE);
  mul(ADDEND + T, ADDEND, ADDEND + Y);
  setOne(ADDEND + Z);
  tAdd(r, p, ADDEND);
}

/** Writes x and y; false for a point without them. */
export function tToAffine(r: u32, p: u32): bool {
  if (isZero(p + Z)) return false;
  invert(A, p + Z);
  mul(r, p, A);
  mul(r + FE, p + Y, A);
  return true;
}
