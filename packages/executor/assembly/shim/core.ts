// What the shim calls in the helper module, see ../core/index.ts.

@external("core", "heapReset")
export declare function heapReset(): void;
@external("core", "heapAllocate")
export declare function heapAllocate(size: u64): u32;

@external("core", "isUtf8")
export declare function isUtf8(address: u32, length: u32): bool;
@external("core", "runtimeVersion")
export declare function runtimeVersion(code: u32, length: u32): u32;
@external("core", "runtimeVersionResult")
export declare function runtimeVersionResult(): u32;

@external("core", "blake2bInit")
export declare function blake2bInit(size: u32): void;
@external("core", "blake2bUpdate")
export declare function blake2bUpdate(input: u32, length: u32): void;
@external("core", "blake2bFinal")
export declare function blake2bFinal(input: u32, length: u32): u32;

@external("core", "keccakInit")
export declare function keccakInit(): void;
@external("core", "keccakUpdate")
export declare function keccakUpdate(input: u32, length: u32, rate: u32): void;
@external("core", "keccakFinal")
export declare function keccakFinal(input: u32, length: u32, rate: u32): u32;

@external("core", "sha256Init")
export declare function sha256Init(): void;
@external("core", "sha256Update")
export declare function sha256Update(input: u32, length: u32): void;
@external("core", "sha256Final")
export declare function sha256Final(input: u32, length: u32): u32;

@external("core", "xxhashInit")
export declare function xxhashInit(): void;
@external("core", "xxhashUpdate")
export declare function xxhashUpdate(input: u32, length: u32, seeds: u32): void;
@external("core", "xxhashFinal")
export declare function xxhashFinal(input: u32, length: u32, seeds: u32, output: u32): void;
@external("core", "twox")
export declare function twox(input: u32, length: u32, seeds: u32, output: u32): void;

@external("core", "trieRoot")
export declare function trieRoot(
  hasher: u32,
  layout: u32,
  ordered: bool,
  input: u32,
  length: u32,
  to: u32,
): u32;

@external("core", "ed25519Verify")
export declare function ed25519Verify(signature: u32, message: u32, length: u32, key: u32): bool;
@external("core", "sr25519Verify")
export declare function sr25519Verify(
  signature: u32,
  message: u32,
  length: u32,
  key: u32,
  deprecated: bool,
): bool;
@external("core", "ecdsaVerify")
export declare function ecdsaVerify(signature: u32, digest: u32, key: u32, overflowing: bool): bool;
@external("core", "ecdsaRecover")
export declare function ecdsaRecover(signature: u32, digest: u32, overflowing: bool, compressed: bool, to: u32): u32;

@external("core", "trieVerify")
export declare function trieVerify(
  hasher: u32,
  layout: u32,
  root: u32,
  proof: u32,
  proofLength: u32,
  key: u32,
  keyLength: u32,
  value: u32,
  valueLength: u32,
): u32;
