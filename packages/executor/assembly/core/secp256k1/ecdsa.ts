// ECDSA on secp256k1: everything is recovery of the key, as in the reference.

import { invertWords } from "../field/invert";
import { ORDER, scalarFromBytes, scalarIsZero, scalarMul, scalarNegate } from "../field/scalar-secp256k1";
import { doubleScalarMul, pointFromSignature, pointIsInfinity, pointToWords } from "./secp256k1";

const R: u32 = u32(memory.data(32, 16));
const S: u32 = u32(memory.data(32, 16));
const M: u32 = u32(memory.data(32, 16));
const INVERSE: u32 = u32(memory.data(32, 16));
const POINT_R: u32 = u32(memory.data(80, 16));
const KEY: u32 = u32(memory.data(120, 16));
const WORDS: u32 = u32(memory.data(64, 16));
const COMPRESSED: u32 = u32(memory.data(40, 16));

const OK: u32 = 0;
const BAD_RS: u32 = 1;
const BAD_V: u32 = 2;
const BAD_SIGNATURE: u32 = 3;

/** Leaves the key's coordinates in WORDS. `overflowing`: r and s are reduced, not refused. */
function recover(signature: u32, recovery: u32, digest: u32, overflowing: bool): u32 {
  if (recovery > 3) return BAD_V;
  const inRange = u32(scalarFromBytes(R, signature)) & u32(scalarFromBytes(S, signature + 32));
  if (!inRange && !overflowing) return BAD_RS;
  if (scalarIsZero(R) || scalarIsZero(S)) return BAD_SIGNATURE;
  if (!pointFromSignature(POINT_R, R, recovery)) return BAD_SIGNATURE;
  scalarFromBytes(M, digest);
  // Q = (s R - m G) / r
  invertWords(INVERSE, R, ORDER);
  scalarMul(S, S, INVERSE);
  scalarMul(M, M, INVERSE);
  scalarNegate(M, M);
  doubleScalarMul(KEY, M, S, POINT_R);
  if (pointIsInfinity(KEY)) return BAD_SIGNATURE;
  pointToWords(WORDS, KEY);
  return OK;
}

function storeBigEndian(to: u32, words: u32): void {
  for (let i: u32 = 0; i < 32; i += 8) store<u64>(to + i, bswap(load<u64>(words + 24 - i)));
}

function storeCompressed(to: u32): void {
  store<u8>(to, 2 | (load<u8>(WORDS, 32) & 1));
  storeBigEndian(to + 1, WORDS);
}

/** Whether the signature of 65 bytes, v from 0 to 3, recovers to the compressed key of 33. */
export function ecdsaVerify(signature: u32, digest: u32, key: u32, overflowing: bool): bool {
  if (recover(signature, load<u8>(signature, 64), digest, overflowing) != OK) return false;
  storeCompressed(COMPRESSED);
  for (let i: u32 = 0; i < 33; i++) if (load<u8>(COMPRESSED + i) != load<u8>(key + i)) return false;
  return true;
}

/**
 * Writes SCALE Result<key, error>: v may be 27 to 30 too; errors are 0 bad r or s, 1 bad v, 2 bad signature.
 *
 * @returns number of bytes written
 */
export function ecdsaRecover(
  signature: u32,
  digest: u32,
  overflowing: bool,
  compressed: bool,
  to: u32,
): u32 {
  const v = u32(load<u8>(signature, 64));
  const result = recover(signature, v > 26 ? v - 27 : v, digest, overflowing);
  store<u8>(to, u32(result != OK));
  if (result != OK) {
    store<u8>(to + 1, result - 1);
    return 2;
  }
  if (compressed) {
    storeCompressed(to + 1);
    return 34;
  }
  storeBigEndian(to + 1, WORDS);
  storeBigEndian(to + 33, WORDS + 32);
  return 65;
}
