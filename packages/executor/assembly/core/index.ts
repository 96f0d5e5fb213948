// The helper module. It never sees the guest's memory: the shim copies inputs into this module's.

export { OUTPUT, SCRATCH, heapAllocate, heapReset, reserve } from "./heap";
export { blake2bFinal, blake2bInit, blake2bUpdate } from "./blake2b";
export { keccakFinal, keccakInit, keccakUpdate } from "./keccak";
export { sha256Final, sha256Init, sha256Update } from "./sha256";
export { twox, xxhashFinal, xxhashInit, xxhashUpdate } from "./xxhash";
