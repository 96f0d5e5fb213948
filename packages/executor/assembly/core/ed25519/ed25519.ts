// Ed25519 verification by the rules of ZIP-215.

import { doubleScalarMul, pointAdd, pointDecode, pointDouble, pointIsIdentity, pointNegate } from "./edwards";
import { scalarIsCanonical, scalarReduce } from "../field/scalar25519";
import { sha512Final, sha512Init, sha512Update } from "../hash/sha512";

const A: u32 = u32(memory.data(160, 16));
const R: u32 = u32(memory.data(160, 16));
const CHECK: u32 = u32(memory.data(160, 16));
const CHALLENGE: u32 = u32(memory.data(32, 16));

/** @param signature 64 bytes @param key 32 bytes */
export function ed25519Verify(signature: u32, message: u32, length: u32, key: u32): bool {
  if (!scalarIsCanonical(signature + 32)) return false;
  if (!pointDecode(A, key) || !pointDecode(R, signature)) return false;
  sha512Init();
  sha512Update(signature, 32);
  sha512Update(key, 32);
  sha512Update(message, length);
  scalarReduce(CHALLENGE, sha512Final());
  // 8 (R - (s B - k A)) = 0
  pointNegate(A, A);
  doubleScalarMul(CHECK, CHALLENGE, A, signature + 32);
  pointNegate(CHECK, CHECK);
  pointAdd(CHECK, CHECK, R);
  for (let i = 0; i < 3; i++) pointDouble(CHECK, CHECK, i == 2);
  return pointIsIdentity(CHECK);
}
