// The helper module. It never sees the guest's memory: the shim copies inputs into this module's.

export { OUTPUT, SCRATCH, heapAllocate, heapReset, reserve } from "./heap";
export { blake2bFinal, blake2bInit, blake2bUpdate } from "./hash/blake2b";
export { keccakFinal, keccakInit, keccakUpdate } from "./hash/keccak";
export { sha256Final, sha256Init, sha256Update } from "./hash/sha256";
export { isUtf8 } from "./utf8";
export { isModule } from "./runtime-version/wasm-format";
export { twox, xxhashFinal, xxhashInit, xxhashUpdate } from "./hash/xxhash";
export { trieVerify } from "./trie/trie-proof";
export { trieRoot } from "./trie/trie-root";
export { ecdsaRecover, ecdsaVerify } from "./secp256k1/ecdsa";
export { ed25519Verify } from "./ed25519/ed25519";
export { runtimeVersion, runtimeVersionResult } from "./runtime-version/runtime-version";
export { sr25519Verify } from "./sr25519/sr25519";

import { edwardsInit } from "./ed25519/edwards";
import { ristrettoInit } from "./sr25519/ristretto";
import { secp256k1Init } from "./secp256k1/secp256k1";
import { sr25519Init } from "./sr25519/sr25519";

/** Computes tables and constants. Once, before anything else. */
export function initialise(): void {
  edwardsInit();
  ristrettoInit();
  sr25519Init();
  secp256k1Init();
}
