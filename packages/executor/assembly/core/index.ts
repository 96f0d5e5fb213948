// The helper module. It never sees the guest's memory: the shim copies inputs into this module's.

export { OUTPUT, SCRATCH, heapAllocate, heapReset, reserve } from "./heap";
export { blake2bFinal, blake2bInit, blake2bUpdate } from "./blake2b";
export { keccakFinal, keccakInit, keccakUpdate } from "./keccak";
export { sha256Final, sha256Init, sha256Update } from "./sha256";
export { isUtf8 } from "./utf8";
export { isModule } from "./wasm-format";
export { twox, xxhashFinal, xxhashInit, xxhashUpdate } from "./xxhash";
export { trieVerify } from "./trie-proof";
export { trieRoot } from "./trie-root";
export { ecdsaRecover, ecdsaVerify } from "./ecdsa";
export { ed25519Verify } from "./ed25519";
export { runtimeVersion, runtimeVersionResult } from "./runtime-version";
export { sr25519Verify } from "./sr25519";

import { edwardsInit } from "./edwards";
import { ristrettoInit } from "./ristretto";
import { secp256k1Init } from "./secp256k1";
import { sr25519Init } from "./sr25519";

/** Computes tables and constants. Once, before anything else. */
export function initialise(): void {
  edwardsInit();
  ristrettoInit();
  sr25519Init();
  secp256k1Init();
}
