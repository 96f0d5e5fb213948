// The ristretto255 group (RFC 9496) on edwards25519.

import { D, SQRT_M1, feSqrtRatio } from "../ed25519/edwards";
import { feFromBytes, feIsNegative, feIsZero, feToBytes } from "../field/convert25519";
import { feMul, feSquare } from "../field/field25519";
import { FE, feAdd, feCopy, feNegate, feSmall, feSub } from "../field/limbs";

const Y: u32 = FE;
const Z: u32 = 2 * FE;
const T: u32 = 3 * FE;

const ONE: u32 = u32(memory.data(40, 16));
const INVERSE_SQRT_A_MINUS_D: u32 = u32(memory.data(40, 16));
const S: u32 = u32(memory.data(40, 16));
const SS: u32 = u32(memory.data(40, 16));
const U1: u32 = u32(memory.data(40, 16));
const U2: u32 = u32(memory.data(40, 16));
const V: u32 = u32(memory.data(40, 16));
const I: u32 = u32(memory.data(40, 16));
const X: u32 = u32(memory.data(40, 16));
const W: u32 = u32(memory.data(40, 16));
const BYTES: u32 = u32(memory.data(32, 16));

/** Fills constants. Once, after edwardsInit. */
export function ristrettoInit(): void {
  feSmall(ONE, 1);
  feAdd(V, D, ONE);
  feNegate(V, V);
  feSqrtRatio(INVERSE_SQRT_A_MINUS_D, ONE, V);
}

/** False if the 32 bytes are no canonical encoding of a point. */
export function ristrettoDecode(p: u32, bytes: u32): bool {
  feFromBytes(S, bytes);
  feToBytes(BYTES, S);
  for (let i: u32 = 0; i < 32; i += 8) if (load<u64>(BYTES + i) != load<u64>(bytes + i)) return false;
  if (load<u8>(bytes) & 1) return false;
  feSquare(SS, S);
  feSub(U1, ONE, SS);
  feAdd(U2, ONE, SS);
  feSquare(W, U2); // u2^2
  feSquare(V, U1);
  feMul(V, V, D);
  feAdd(V, V, W);
  feNegate(V, V); // -(d u1^2) - u2^2
  feMul(X, V, W);
  const square = feSqrtRatio(I, ONE, X);
  feMul(X, I, U2); // den x
  feMul(W, I, X);
  feMul(W, W, V); // den y
  feMul(X, X, S);
  feAdd(X, X, X);
  if (feIsNegative(X)) feNegate(p, X);
  else feCopy(p, X);
  feMul(p + Y, U1, W);
  feSmall(p + Z, 1);
  feMul(p + T, p, p + Y);
  return square && !feIsNegative(p + T) && !feIsZero(p + Y);
}

/** Writes the 32-byte encoding of the coset of p. */
export function ristrettoEncode(bytes: u32, p: u32): void {
  feAdd(U1, p + Z, p + Y);
  feSub(U2, p + Z, p + Y);
  feMul(U1, U1, U2);
  feMul(U2, p, p + Y);
  feSquare(V, U2);
  feMul(V, V, U1);
  feSqrtRatio(I, ONE, V);
  feMul(U1, I, U1); // den 1
  feMul(U2, I, U2); // den 2
  feMul(W, U1, U2);
  feMul(W, W, p + T); // 1 / z
  feMul(V, p + T, W);
  const rotate = feIsNegative(V);
  if (rotate) {
    feMul(X, p + Y, SQRT_M1);
    feMul(S, p, SQRT_M1);
    feMul(U2, U1, INVERSE_SQRT_A_MINUS_D);
  } else {
    feCopy(X, p);
    feCopy(S, p + Y);
  }
  feMul(V, X, W);
  if (feIsNegative(V)) feNegate(S, S);
  feSub(S, p + Z, S);
  feMul(S, S, U2);
  if (feIsNegative(S)) feNegate(S, S);
  feToBytes(bytes, S);
}
