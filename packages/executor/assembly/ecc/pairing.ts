// The two halves of the pairing on BLS12-381. The Miller loop's value depends on how lines are scaled, so the
// line coefficients are those of the reference (Aranha and others, https://eprint.iacr.org/2013/722).

import { FE, FIELD_BLS12_381, add, invert, selectField, setOne } from "./field";
import { FE2, add2, mul2, negate2, scale2, setOne2, sub2 } from "./fp2";
import { FE12, conjugate12, copy12, frobenius12, invert12, isZero12, mul12, mulBy014, setOne12, square12, towerInit } from "./tower";

/** The curve's parameter is -X. */
const X: u64 = 0xd201000000010000;
const X_BITS: u32 = 64;

/** 1 / 2 and the twist's coefficient 4 + 4 u. */
const HALF: u32 = u32(memory.data(64, 16));
const TWIST_B: u32 = u32(memory.data(128, 16));

/** Once, before anything else here. */
export function pairingInit(): void {
  selectField(FIELD_BLS12_381);
  towerInit();
  setOne(HALF);
  add(HALF, HALF, HALF);
  add(TWIST_B, HALF, HALF);
  memory.copy(TWIST_B + FE, TWIST_B, FE);
  invert(HALF, HALF);
}

/** A pair: P affine (x, y), Q affine, and the running point R of the loop in homogeneous coordinates. */
const PAIR_Q: u32 = 2 * FE;
const PAIR_R: u32 = PAIR_Q + 2 * FE2;
export const PAIR: u32 = PAIR_R + 3 * FE2;

const A: u32 = u32(memory.data(128, 16));
const B: u32 = u32(memory.data(128, 16));
const C: u32 = u32(memory.data(128, 16));
const E: u32 = u32(memory.data(128, 16));
const F: u32 = u32(memory.data(128, 16));
const G: u32 = u32(memory.data(128, 16));
const H: u32 = u32(memory.data(128, 16));
const I: u32 = u32(memory.data(128, 16));
const L0: u32 = u32(memory.data(128, 16));
const L1: u32 = u32(memory.data(128, 16));
const L2: u32 = u32(memory.data(128, 16));

/** Doubles R; the tangent's coefficients are in L0, L1, L2. */
function doubleStep(r: u32): void {
  const y = r + FE2;
  const z = r + 2 * FE2;
  mul2(A, r, y);
  scale2(A, A, HALF);
  mul2(B, y, y);
  mul2(C, z, z);
  add2(E, C, C);
  add2(E, E, C);
  mul2(E, TWIST_B, E);
  add2(F, E, E);
  add2(F, F, E);
  add2(G, B, F);
  scale2(G, G, HALF);
  add2(H, y, z);
  mul2(H, H, H);
  sub2(H, H, B);
  sub2(H, H, C);
  sub2(L0, E, B);
  mul2(L1, r, r);
  add2(I, L1, L1);
  add2(L1, I, L1);
  negate2(L2, H);
  mul2(E, E, E);
  sub2(F, B, F);
  mul2(r, A, F);
  mul2(G, G, G);
  sub2(G, G, E);
  sub2(G, G, E);
  sub2(y, G, E);
  mul2(z, B, H);
}

/** Adds Q to R; the chord's coefficients are in L0, L1, L2. */
function addStep(r: u32, q: u32): void {
  const y = r + FE2;
  const z = r + 2 * FE2;
  const qy = q + FE2;
  mul2(A, qy, z);
  sub2(A, y, A); // theta
  mul2(B, q, z);
  sub2(B, r, B); // lambda
  mul2(C, A, A);
  mul2(E, B, B);
  mul2(F, z, C);
  mul2(G, r, E);
  mul2(E, B, E); // lambda^3
  add2(H, E, F);
  sub2(H, H, G);
  sub2(H, H, G);
  mul2(r, B, H);
  sub2(G, G, H);
  mul2(G, A, G);
  mul2(I, E, y);
  sub2(y, G, I);
  mul2(z, z, E);
  mul2(L0, A, q);
  mul2(I, B, qy);
  sub2(L0, L0, I);
  negate2(L1, A);
  memory.copy(L2, B, FE2);
}

function evaluate(f: u32, p: u32): void {
  scale2(L2, L2, p + FE);
  scale2(L1, L1, p);
  mulBy014(f, L0, L1, L2);
}

/**
 * f = product of the Miller loops of the pairs from `first` to `end`, none of them with a point at infinity.
 */
export function millerLoop(f: u32, first: u32, end: u32): void {
  for (let pair = first; pair < end; pair += PAIR) {
    memory.copy(pair + PAIR_R, pair + PAIR_Q, 2 * FE2);
    setOne2(pair + PAIR_R + 2 * FE2);
  }
  setOne12(f);
  for (let bit: u32 = X_BITS - 1; bit-- > 0; ) {
    square12(f, f);
    for (let pair = first; pair < end; pair += PAIR) {
      doubleStep(pair + PAIR_R);
      evaluate(f, pair);
    }
    if (!((X >> bit) & 1)) continue;
    for (let pair = first; pair < end; pair += PAIR) {
      addStep(pair + PAIR_R, pair + PAIR_Q);
      evaluate(f, pair);
    }
  }
  conjugate12(f, f);
}

const POWER: u32 = u32(memory.data(768, 16));

/** r = a^(-X) for a in the cyclotomic subgroup; r is not a */
function powerX(r: u32, a: u32): void {
  copy12(POWER, a);
  for (let bit: u32 = X_BITS - 1; bit-- > 0; ) {
    square12(POWER, POWER);
    if ((X >> bit) & 1) mul12(POWER, POWER, a);
  }
  conjugate12(r, POWER);
}

const Y0: u32 = u32(memory.data(768, 16));
const Y1: u32 = u32(memory.data(768, 16));
const Y2: u32 = u32(memory.data(768, 16));

/**
 * r = r^(3 (p^12 - 1) / order). The hard part follows Hayashida and others, https://eprint.iacr.org/2020/875.
 *
 * @returns false for 0, which has no such power
 */
export function finalExponentiation(r: u32): bool {
  if (isZero12(r)) return false;
  invert12(Y0, r);
  conjugate12(r, r);
  mul12(r, r, Y0); // ^(p^6 - 1)
  frobenius12(Y0, r, 2);
  mul12(r, r, Y0); // ^(p^2 + 1)

  powerX(Y1, r);
  conjugate12(Y2, r);
  mul12(Y1, Y1, Y2);
  powerX(Y2, Y1);
  conjugate12(Y1, Y1);
  mul12(Y1, Y1, Y2);
  powerX(Y2, Y1);
  frobenius12(Y1, Y1, 1);
  mul12(Y1, Y1, Y2);
  square12(Y0, r);
  mul12(r, r, Y0);
  powerX(Y0, Y1);
  powerX(Y2, Y0);
  frobenius12(Y0, Y1, 2);
  conjugate12(Y1, Y1);
  mul12(Y1, Y1, Y2);
  mul12(Y1, Y1, Y0);
  mul12(r, r, Y1);
  return true;
}
