// The extensions above the quadratic one for pairings on BLS12-381: degree 6 = c0 + c1 v + c2 v^2 with
// v^3 = 1 + u, degree 12 = d0 + d1 w with w^2 = v.

import { words } from "./field";
import { BLS12_381_SIXTH } from "./fields.generated";
import { FE2, add2, conjugate2, invert2, isZero2, mul2, mulXi2, negate2, setOne2, sub2 } from "./fp2";

export const FE6: u32 = 3 * FE2;
export const FE12: u32 = 2 * FE6;

const V0: u32 = u32(memory.data(128, 16));
const V1: u32 = u32(memory.data(128, 16));
const V2: u32 = u32(memory.data(128, 16));
const S: u32 = u32(memory.data(128, 16));
const T: u32 = u32(memory.data(128, 16));
const U: u32 = u32(memory.data(128, 16));

function add6(r: u32, a: u32, b: u32): void {
  for (let i: u32 = 0; i < FE6; i += FE2) add2(r + i, a + i, b + i);
}

function sub6(r: u32, a: u32, b: u32): void {
  for (let i: u32 = 0; i < FE6; i += FE2) sub2(r + i, a + i, b + i);
}

function negate6(r: u32, a: u32): void {
  for (let i: u32 = 0; i < FE6; i += FE2) negate2(r + i, a + i);
}

/** r = (a + b)(c + d) - v - w */
function cross(r: u32, a: u32, b: u32, c: u32, d: u32, v: u32, w: u32): void {
  add2(S, a, b);
  add2(T, c, d);
  mul2(S, S, T);
  sub2(S, S, v);
  sub2(r, S, w);
}

const R6: u32 = u32(memory.data(384, 16));

function mul6(r: u32, a: u32, b: u32): void {
  mul2(V0, a, b);
  mul2(V1, a + FE2, b + FE2);
  mul2(V2, a + 2 * FE2, b + 2 * FE2);
  cross(U, a + FE2, a + 2 * FE2, b + FE2, b + 2 * FE2, V1, V2);
  mulXi2(U, U);
  add2(R6, U, V0);
  cross(U, a, a + FE2, b, b + FE2, V0, V1);
  mulXi2(T, V2);
  add2(R6 + FE2, U, T);
  cross(U, a, a + 2 * FE2, b, b + 2 * FE2, V0, V2);
  add2(R6 + 2 * FE2, U, V1);
  memory.copy(r, R6, FE6);
}

/** r = a (c0 + c1 v) */
function mulBy01(r: u32, a: u32, c0: u32, c1: u32): void {
  mul2(V0, a, c0);
  mul2(V1, a + FE2, c1);
  mul2(V2, a + 2 * FE2, c1);
  cross(U, a, a + FE2, c0, c1, V0, V1);
  mulXi2(V2, V2);
  mul2(T, a + 2 * FE2, c0);
  add2(r + 2 * FE2, T, V1);
  add2(r, V0, V2);
  memory.copy(r + FE2, U, FE2);
}

/** r = a c1 v */
function mulBy1(r: u32, a: u32, c1: u32): void {
  mul2(V0, a, c1);
  mul2(V1, a + FE2, c1);
  mul2(V2, a + 2 * FE2, c1);
  mulXi2(r, V2);
  memory.copy(r + FE2, V0, FE2);
  memory.copy(r + 2 * FE2, V1, FE2);
}

/** r = v a */
function mulV6(r: u32, a: u32): void {
  mulXi2(U, a + 2 * FE2);
  memory.copy(r + 2 * FE2, a + FE2, FE2);
  memory.copy(T, a, FE2);
  memory.copy(r + FE2, T, FE2);
  memory.copy(r, U, FE2);
}

const I0: u32 = u32(memory.data(128, 16));
const I1: u32 = u32(memory.data(128, 16));
const I2: u32 = u32(memory.data(128, 16));
const I: u32 = u32(memory.data(128, 16));

function invert6(r: u32, a: u32): void {
  const a1 = a + FE2;
  const a2 = a + 2 * FE2;
  mul2(I0, a, a);
  mul2(T, a1, a2);
  mulXi2(T, T);
  sub2(I0, I0, T); // a0^2 - xi a1 a2
  mul2(I1, a2, a2);
  mulXi2(I1, I1);
  mul2(T, a, a1);
  sub2(I1, I1, T); // xi a2^2 - a0 a1
  mul2(I2, a1, a1);
  mul2(T, a, a2);
  sub2(I2, I2, T); // a1^2 - a0 a2
  mul2(S, a2, I1);
  mul2(T, a1, I2);
  add2(S, S, T);
  mulXi2(S, S);
  mul2(T, a, I0);
  add2(S, S, T);
  invert2(I, S);
  mul2(r, I0, I);
  mul2(r + FE2, I1, I);
  mul2(r + 2 * FE2, I2, I);
}

const W0: u32 = u32(memory.data(384, 16));
const W1: u32 = u32(memory.data(384, 16));
const W2: u32 = u32(memory.data(384, 16));
const W3: u32 = u32(memory.data(384, 16));

export function setOne12(r: u32): void {
  memory.fill(r, 0, FE12);
  setOne2(r);
}

export function copy12(r: u32, a: u32): void {
  memory.copy(r, a, FE12);
}

export function isZero12(a: u32): bool {
  for (let i: u32 = 0; i < FE12; i += FE2) if (!isZero2(a + i)) return false;
  return true;
}

export function mul12(r: u32, a: u32, b: u32): void {
  mul6(W0, a, b);
  mul6(W1, a + FE6, b + FE6);
  add6(W2, a, a + FE6);
  add6(W3, b, b + FE6);
  mul6(W2, W2, W3);
  sub6(W2, W2, W0);
  sub6(r + FE6, W2, W1);
  mulV6(W1, W1);
  add6(r, W0, W1);
}

export function square12(r: u32, a: u32): void {
  mul6(W0, a, a + FE6);
  add6(W1, a, a + FE6);
  mulV6(W2, a + FE6);
  add6(W2, W2, a);
  mul6(W1, W1, W2);
  sub6(W1, W1, W0);
  mulV6(W2, W0);
  sub6(r, W1, W2);
  add6(r + FE6, W0, W0);
}

/** r = r (c0 + c1 v + c4 v w) */
export function mulBy014(r: u32, c0: u32, c1: u32, c4: u32): void {
  mulBy01(W0, r, c0, c1);
  mulBy1(W1, r + FE6, c4);
  add6(W2, r, r + FE6);
  add2(W3, c1, c4);
  mulBy01(r + FE6, W2, c0, W3);
  sub6(r + FE6, r + FE6, W0);
  sub6(r + FE6, r + FE6, W1);
  mulV6(W1, W1);
  add6(r, W0, W1);
}

/** The power p^6; the inverse in the cyclotomic subgroup. */
export function conjugate12(r: u32, a: u32): void {
  if (r != a) memory.copy(r, a, FE6);
  negate6(r + FE6, a + FE6);
}

export function invert12(r: u32, a: u32): void {
  mul6(W0, a, a);
  mul6(W1, a + FE6, a + FE6);
  mulV6(W1, W1);
  sub6(W0, W0, W1);
  invert6(W1, W0);
  mul6(r, a, W1);
  mul6(W1, a + FE6, W1);
  negate6(r + FE6, W1);
}

// Raising to the power p^k conjugates (k odd) or keeps (k even) the six quadratic coefficients, that of w^i
// times xi^(i (p^k - 1) / 6).
const FROBENIUS: u32 = u32(memory.data(2 * 6 * 128, 16));

/** Once, with the field selected. */
export function towerInit(): void {
  const first = FROBENIUS;
  setOne2(first);
  // first[1] = (1 + u)^((p - 1) / 6)
  setOne2(S);
  mulXi2(S, S);
  setOne2(T);
  let i: i32 = (words << 5) - 1;
  for (; i >= 0; i--) {
    mul2(T, T, T);
    if ((load<u32>(BLS12_381_SIXTH + (u32(i >> 5) << 2)) >> (i & 31)) & 1) mul2(T, T, S);
  }
  memory.copy(first + FE2, T, FE2);
  const second = FROBENIUS + 6 * FE2;
  setOne2(second);
  conjugate2(S, T);
  mul2(second + FE2, S, T);
  for (let j: u32 = 2; j < 6; j++) {
    mul2(first + j * FE2, first + (j - 1) * FE2, first + FE2);
    mul2(second + j * FE2, second + (j - 1) * FE2, second + FE2);
  }
}

/** r = a^(p^k) for k 1 or 2 */
export function frobenius12(r: u32, a: u32, k: u32): void {
  for (let j: u32 = 0; j < 6; j++) {
    const at = (j & 1) * FE6 + (j >> 1) * FE2;
    const coefficient = FROBENIUS + ((k - 1) * 6 + j) * FE2;
    if (k == 1) {
      conjugate2(S, a + at);
      mul2(r + at, S, coefficient);
    } else {
      mul2(r + at, a + at, coefficient);
    }
  }
}
