// The group of edwards25519, -x^2 + y^2 = 1 + d x^2 y^2, in extended coordinates.
//
// Formulas: Hisil, Wong, Carter, Dawson, "Twisted Edwards curves revisited". Everything here may depend on
// its inputs in time: verification has no secrets.

import { feFromBytes, feInvert, feIsNegative, feIsZero, fePowP58 } from "../field/convert25519";
import { feMul, feSquare, feSquareTimes } from "../field/field25519";
import { FE, feAdd, feCopy, feNegate, feSmall, feSub } from "../field/limbs";

/** A point: X, Y, Z, T with x = X/Z, y = Y/Z, x y = T/Z. */
export const POINT: u32 = 4 * FE;
const Y: u32 = FE;
const Z: u32 = 2 * FE;
const T: u32 = 3 * FE;

/** A point prepared as second operand of an addition: Y + X, Y - X, 2Z, 2dT. */
const CACHED: u32 = 4 * FE;

export const D: u32 = u32(memory.data(40, 16));
const D2: u32 = u32(memory.data(40, 16));
export const SQRT_M1: u32 = u32(memory.data(40, 16));

// prettier-ignore
const BASE_BYTES = memory.data<u8>([
  0x58, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66,
  0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66,
]);
const BASE_WIDTH: u32 = 8;
/** B, 3B, 5B … 127B, with Z = 1. */
const BASE_TABLE: u32 = u32(memory.data(64 * 160, 16));

const E: u32 = u32(memory.data(40, 16));
const F: u32 = u32(memory.data(40, 16));
const G: u32 = u32(memory.data(40, 16));
const H: u32 = u32(memory.data(40, 16));
const U: u32 = u32(memory.data(40, 16));
const V: u32 = u32(memory.data(40, 16));

export function pointIdentity(p: u32): void {
  feSmall(p, 0);
  feSmall(p + Y, 1);
  feSmall(p + Z, 1);
  feSmall(p + T, 0);
}

export function pointNegate(r: u32, p: u32): void {
  feNegate(r, p);
  feCopy(r + Y, p + Y);
  feCopy(r + Z, p + Z);
  feNegate(r + T, p + T);
}

/** r = 2p; T of r is computed only if `full`. T of p is not used. */
export function pointDouble(r: u32, p: u32, full: bool): void {
  feAdd(U, p, p + Y);
  feSquare(U, U);
  feSquare(E, p);
  feSquare(F, p + Y);
  feSquare(V, p + Z);
  feAdd(H, E, F); // size 2
  feSub(G, F, E); // size 2
  feSub(E, U, H); // size 3
  feAdd(V, V, V);
  feSub(F, G, V); // size 4
  feNegate(H, H);
  complete(r, full);
}

// @ts-ignore: decorator
@inline
function complete(r: u32, full: bool): void {
  feMul(r, E, F);
  feMul(r + Y, G, H);
  feMul(r + Z, F, G);
  if (full) feMul(r + T, E, H);
}

/** r = p + q, or p - q if `subtract`, for a cached q. */
function addCached(r: u32, p: u32, q: u32, subtract: bool, affine: bool, full: bool): void {
  feSub(U, p + Y, p);
  feAdd(V, p + Y, p);
  const plus = subtract ? q + FE : q;
  const minus = subtract ? q : q + FE;
  feMul(U, U, minus);
  feMul(V, V, plus);
  feMul(G, p + T, q + 3 * FE);
  if (affine) feAdd(H, p + Z, p + Z);
  else feMul(H, p + Z, q + 2 * FE);
  if (subtract) {
    feAdd(F, H, G); // size 3
    feSub(G, H, G);
  } else {
    feSub(F, H, G);
    feAdd(G, H, G);
  }
  feSub(E, V, U); // size 2
  feAdd(H, V, U);
  complete(r, full);
}

function toCached(r: u32, p: u32): void {
  feAdd(r, p + Y, p);
  feSub(r + FE, p + Y, p);
  feAdd(r + 2 * FE, p + Z, p + Z);
  feMul(r + 3 * FE, p + T, D2);
}

const ADDEND: u32 = u32(memory.data(160, 16));

/** r = p + q */
export function pointAdd(r: u32, p: u32, q: u32): void {
  toCached(ADDEND, q);
  addCached(r, p, ADDEND, false, false, true);
}

/** Whether p is the neutral element. */
export function pointIsIdentity(p: u32): bool {
  if (!feIsZero(p)) return false;
  feSub(U, p + Y, p + Z);
  return feIsZero(U);
}

/**
 * r = sqrt(u / v) with the sign bit 0, if that is a square; else r = sqrt(i u / v).
 *
 * @returns whether u / v is a square, with 0 / v and u / 0 as ristretto255 defines: true, false (u not 0)
 */
export function feSqrtRatio(r: u32, u: u32, v: u32): bool {
  feSquare(E, v);
  feMul(E, E, v); // v^3
  feSquare(F, E);
  feMul(F, F, v); // v^7
  feMul(F, F, u);
  fePowP58(F, F);
  feMul(F, F, E);
  feMul(F, F, u); // u v^3 (u v^7)^((p - 5) / 8)
  feSquare(G, F);
  feMul(G, G, v); // u, -u, i u or -i u
  feSub(H, G, u);
  const correct = feIsZero(H);
  feAdd(H, G, u);
  const flipped = feIsZero(H);
  feMul(E, SQRT_M1, u);
  feAdd(H, G, E);
  const flippedI = feIsZero(H);
  if (flipped || flippedI) feMul(F, F, SQRT_M1);
  if (feIsNegative(F)) feNegate(r, F);
  else feCopy(r, F);
  return correct || flipped;
}

const ONE: u32 = u32(memory.data(40, 16));

/** Decodes as ZIP-215 has it: y of p and above, and x = 0 with a sign, are allowed. False: no point. */
export function pointDecode(p: u32, bytes: u32): bool {
  feFromBytes(p + Y, bytes);
  feSquare(U, p + Y);
  feMul(V, U, D);
  feSub(U, U, ONE);
  feAdd(V, V, ONE);
  if (!feSqrtRatio(p, U, V)) return false;
  if (load<u8>(bytes, 31) >> 7) feNegate(p, p);
  feSmall(p + Z, 1);
  feMul(p + T, p, p + Y);
  return true;
}

const NAF_A: u32 = u32(memory.data(256));
const NAF_B: u32 = u32(memory.data(256));
const MULTIPLES: u32 = u32(memory.data(8 * 160, 16));
const DOUBLED: u32 = u32(memory.data(160, 16));
const BASE: u32 = u32(memory.data(160, 16));

/** Non-adjacent form of width `width` of a 32-byte scalar below 2^253: 256 signed digits, odd or 0. */
function recode(digits: u32, scalar: u32, width: u32): void {
  memory.fill(digits, 0, 256);
  const size: i32 = 1 << width;
  let carry: u32 = 0;
  for (let i: u32 = 0; i < 256; ) {
    const word = i >> 5;
    let bits = u64(load<u32>(scalar + (word << 2)));
    if (word < 7) bits |= u64(load<u32>(scalar + (word << 2), 4)) << 32;
    const window = carry + (u32(bits >> (i & 31)) & (size - 1));
    if (!(window & 1)) {
      i++;
      continue;
    }
    carry = u32(window >= u32(size >> 1));
    store<i8>(digits + i, carry ? i32(window) - size : i32(window));
    i += width;
  }
}

/** table[i] = (2i + 1) p, cached, for i below `count` */
function oddMultiples(table: u32, p: u32, count: u32): void {
  toCached(table, p);
  pointDouble(DOUBLED, p, true);
  toCached(ADDEND, DOUBLED);
  feCopy(DOUBLED, p);
  feCopy(DOUBLED + Y, p + Y);
  feCopy(DOUBLED + Z, p + Z);
  feCopy(DOUBLED + T, p + T);
  for (let i: u32 = 1; i < count; i++) {
    addCached(DOUBLED, DOUBLED, ADDEND, false, false, true);
    toCached(table + i * CACHED, DOUBLED);
  }
}

/** r = a P + b B with the base point B, for scalars of 32 bytes below 2^253. */
export function doubleScalarMul(r: u32, a: u32, p: u32, b: u32): void {
  recode(NAF_A, a, 5);
  recode(NAF_B, b, BASE_WIDTH);
  oddMultiples(MULTIPLES, p, 8);
  let i: i32 = 255;
  while (i >= 0 && !(load<i8>(NAF_A + i) | load<i8>(NAF_B + i))) i--;
  pointIdentity(r);
  for (; i >= 0; i--) {
    const digitA = i32(load<i8>(NAF_A + i));
    const digitB = i32(load<i8>(NAF_B + i));
    pointDouble(r, r, i == 0 || (digitA | digitB) != 0);
    if (digitA) {
      const entry = MULTIPLES + u32(abs(digitA) >> 1) * CACHED;
      addCached(r, r, entry, digitA < 0, false, i == 0 || digitB != 0);
    }
    if (digitB) {
      const entry = BASE_TABLE + u32(abs(digitB) >> 1) * CACHED;
      addCached(r, r, entry, digitB < 0, true, i == 0);
    }
  }
}

/** Fills constants and the table of the base point. Once, before anything else here. */
export function edwardsInit(): void {
  feSmall(ONE, 1);
  // d = -121665 / 121666
  feSmall(U, 121666);
  feInvert(U, U);
  feSmall(V, 121665);
  feMul(D, U, V);
  feNegate(D, D);
  feAdd(D2, D, D);
  // sqrt(-1) = 2^((p - 1) / 4) = 2 * (2^((p - 5) / 8))^2
  feSmall(U, 2);
  fePowP58(V, U);
  feSquareTimes(V, V, 1);
  feMul(SQRT_M1, V, U);

  pointDecode(BASE, u32(BASE_BYTES));
  pointDouble(DOUBLED, BASE, true);
  toCached(ADDEND, DOUBLED);
  for (let i: u32 = 0; i < 64; i++) {
    feInvert(U, BASE + Z);
    feMul(DOUBLED, BASE, U);
    feMul(DOUBLED + Y, BASE + Y, U);
    feMul(DOUBLED + T, DOUBLED, DOUBLED + Y);
    feSmall(DOUBLED + Z, 1);
    toCached(BASE_TABLE + i * CACHED, DOUBLED);
    addCached(BASE, BASE, ADDEND, false, false, true);
  }
}
