// Curves y^2 = x^3 + b in Jacobian coordinates. No formula uses b, so points that are on no curve of ours get
// what they get in the reference: the chord-and-tangent rule on the curve through them. (0, 0) stands for
// infinity among affine points, Z = 0 among the others.

import { eAdd, eCopy, eInvert, eIsZero, eMul, eNegate, eSetOne, eSetZero, eSub, size } from "./element";

const A: u32 = u32(memory.data(128, 16));
const B: u32 = u32(memory.data(128, 16));
const C: u32 = u32(memory.data(128, 16));
const D: u32 = u32(memory.data(128, 16));
const E: u32 = u32(memory.data(128, 16));
const H: u32 = u32(memory.data(128, 16));
const R: u32 = u32(memory.data(128, 16));
const NEGATED: u32 = u32(memory.data(256, 16));

/** Bytes of the largest point: three coordinates of the extension field. */
export const POINT: u32 = 384;

export function wSetInfinity(p: u32): void {
  eSetOne(p);
  eSetOne(p + size);
  eSetZero(p + 2 * size);
}

function isInfinity(p: u32): bool {
  return eIsZero(p + 2 * size);
}

export function wAffineIsInfinity(p: u32): bool {
  return eIsZero(p) && eIsZero(p + size);
}

export function wCopy(r: u32, p: u32): void {
  memory.copy(r, p, 3 * size);
}

/** r = 2p */
export function wDouble(r: u32, p: u32): void {
  const y = p + size;
  const z = p + 2 * size;
  eMul(A, p, p);
  eMul(B, y, y);
  eMul(C, B, B);
  eAdd(D, p, B);
  eMul(D, D, D);
  eSub(D, D, A);
  eSub(D, D, C);
  eAdd(D, D, D); // 4 X Y^2
  eAdd(E, A, A);
  eAdd(E, E, A); // 3 X^2
  eMul(H, y, z);
  eAdd(r + 2 * size, H, H);
  eMul(A, E, E);
  eSub(A, A, D);
  eSub(r, A, D);
  eAdd(C, C, C);
  eAdd(C, C, C);
  eAdd(C, C, C);
  eSub(D, D, r);
  eMul(D, D, E);
  eSub(r + size, D, C);
}

/** The end of both additions: U2 - U1 in H, S2 - S1 in R, U1 in A, S1 in B, Z1 Z2 in C. */
function finishAdd(r: u32): void {
  eMul(r + 2 * size, C, H);
  eMul(C, H, H);
  eMul(H, H, C); // H^3
  eMul(A, A, C); // U1 H^2
  eMul(B, B, H); // S1 H^3
  eMul(D, R, R);
  eSub(D, D, H);
  eSub(D, D, A);
  eSub(r, D, A);
  eSub(A, A, r);
  eMul(A, A, R);
  eSub(r + size, A, B);
}

/** r = p + q for an affine q */
export function wAddAffine(r: u32, p: u32, q: u32): void {
  if (wAffineIsInfinity(q)) {
    wCopy(r, p);
    return;
  }
  if (isInfinity(p)) {
    memory.copy(r, q, 2 * size);
    eSetOne(r + 2 * size);
    return;
  }
  const z = p + 2 * size;
  eMul(C, z, z);
  eMul(H, q, C);
  eSub(H, H, p);
  eMul(C, C, z);
  eMul(R, q + size, C);
  eSub(R, R, p + size);
  if (eIsZero(H)) {
    if (eIsZero(R)) wDouble(r, p);
    else wSetInfinity(r);
    return;
  }
  eCopy(A, p);
  eCopy(B, p + size);
  eCopy(C, z);
  finishAdd(r);
}

/** r = p + q */
export function wAdd(r: u32, p: u32, q: u32): void {
  if (isInfinity(q)) {
    wCopy(r, p);
    return;
  }
  if (isInfinity(p)) {
    wCopy(r, q);
    return;
  }
  const z1 = p + 2 * size;
  const z2 = q + 2 * size;
  eMul(D, z1, z1);
  eMul(E, z2, z2);
  eMul(A, p, E);
  eMul(H, q, D);
  eSub(H, H, A);
  eMul(E, E, z2);
  eMul(B, p + size, E);
  eMul(D, D, z1);
  eMul(R, q + size, D);
  eSub(R, R, B);
  if (eIsZero(H)) {
    if (eIsZero(R)) wDouble(r, p);
    else wSetInfinity(r);
    return;
  }
  eMul(C, z1, z2);
  finishAdd(r);
}

export function wNegate(p: u32): void {
  eNegate(p + size, p + size);
}

/** r = p - q for an affine q */
export function wSubAffine(r: u32, p: u32, q: u32): void {
  eCopy(NEGATED, q);
  eNegate(NEGATED + size, q + size);
  wAddAffine(r, p, NEGATED);
}

/** Writes x and y, zeros for infinity. */
export function wToAffine(r: u32, p: u32): void {
  if (isInfinity(p)) {
    memory.fill(r, 0, 2 * size);
    return;
  }
  eInvert(A, p + 2 * size);
  eMul(B, A, A);
  eMul(r, p, B);
  eMul(B, B, A);
  eMul(r + size, p + size, B);
}
