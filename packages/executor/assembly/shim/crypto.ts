// ext_crypto_*: verification, recovery and the old batches. Keystore functions are in keystore.ts.

import { lengthOf, read, readWhole, returnFat } from "./arguments";
import {
  blake2bFinal,
  blake2bInit,
  ecdsaRecover,
  ecdsaVerify,
  ed25519Verify,
  heapReset,
  sr25519Verify,
} from "./core";
import { BATCH_NOT_STARTED, BATCH_STARTED_TWICE, NESTED_EXTERNALITIES, fail } from "./reasons";
import { BATCH, output, scratch, state } from "./state";

// Places of the fixed-size arguments in the scratch area.
const KEY: u32 = 128;
const DIGEST: u32 = 192;

const BATCH_NONE: u32 = 0;
const BATCH_GOOD: u32 = 1;
const BATCH_BAD: u32 = 2;

function readArguments(signature: u32, signatureSize: u32, message: u64, key: u32, keySize: u32): u32 {
  heapReset();
  read(scratch, signature, signatureSize);
  const bytes = readWhole(message);
  read(scratch + KEY, key, keySize);
  return bytes;
}

function sr25519(signature: u32, message: u64, key: u32, deprecated: bool): u32 {
  const bytes = readArguments(signature, 64, message, key, 32);
  return u32(sr25519Verify(scratch, bytes, lengthOf(message), scratch + KEY, deprecated));
}

function ecdsa(signature: u32, message: u64, key: u32, overflowing: bool): u32 {
  const bytes = readArguments(signature, 65, message, key, 33);
  blake2bInit(32);
  return u32(ecdsaVerify(scratch, blake2bFinal(bytes, lengthOf(message)), scratch + KEY, overflowing));
}

export function ext_crypto_ed25519_verify_version_1(signature: u32, message: u64, key: u32): u32 {
  const bytes = readArguments(signature, 64, message, key, 32);
  return u32(ed25519Verify(scratch, bytes, lengthOf(message), scratch + KEY));
}

export function ext_crypto_sr25519_verify_version_1(signature: u32, message: u64, key: u32): u32 {
  return sr25519(signature, message, key, true);
}

export function ext_crypto_sr25519_verify_version_2(signature: u32, message: u64, key: u32): u32 {
  return sr25519(signature, message, key, false);
}

export function ext_crypto_ecdsa_verify_version_1(signature: u32, message: u64, key: u32): u32 {
  return ecdsa(signature, message, key, true);
}

export function ext_crypto_ecdsa_verify_version_2(signature: u32, message: u64, key: u32): u32 {
  return ecdsa(signature, message, key, false);
}

export function ext_crypto_ecdsa_verify_prehashed_version_1(signature: u32, digest: u32, key: u32): u32 {
  read(scratch, signature, 65);
  read(scratch + DIGEST, digest, 32);
  read(scratch + KEY, key, 33);
  return u32(ecdsaVerify(scratch, scratch + DIGEST, scratch + KEY, false));
}

function recover(signature: u32, digest: u32, overflowing: bool, compressed: bool): u64 {
  read(scratch, signature, 65);
  read(scratch + DIGEST, digest, 32);
  return returnFat(output, ecdsaRecover(scratch, scratch + DIGEST, overflowing, compressed, output));
}

export function ext_crypto_secp256k1_ecdsa_recover_version_1(signature: u32, digest: u32): u64 {
  return recover(signature, digest, true, false);
}

export function ext_crypto_secp256k1_ecdsa_recover_version_2(signature: u32, digest: u32): u64 {
  return recover(signature, digest, false, false);
}

export function ext_crypto_secp256k1_ecdsa_recover_compressed_version_1(signature: u32, digest: u32): u64 {
  return recover(signature, digest, true, true);
}

export function ext_crypto_secp256k1_ecdsa_recover_compressed_version_2(signature: u32, digest: u32): u64 {
  return recover(signature, digest, false, true);
}

export function ext_crypto_start_batch_verify_version_1(): void {
  if (load<u32>(state + BATCH) != BATCH_NONE) fail(BATCH_STARTED_TWICE);
  store<u32>(state + BATCH, BATCH_GOOD);
}

export function ext_crypto_finish_batch_verify_version_1(): u32 {
  const batch = load<u32>(state + BATCH);
  if (batch == BATCH_NONE) fail(BATCH_NOT_STARTED);
  store<u32>(state + BATCH, BATCH_NONE);
  return u32(batch == BATCH_GOOD);
}

/** Verifies at once; a batch only remembers whether one was bad. */
function inBatch(valid: u32): u32 {
  if (!valid && load<u32>(state + BATCH) != BATCH_NONE) store<u32>(state + BATCH, BATCH_BAD);
  return valid;
}

export function ext_crypto_sr25519_batch_verify_version_1(signature: u32, message: u64, key: u32): u32 {
  return inBatch(sr25519(signature, message, key, false));
}

export function ext_crypto_ecdsa_batch_verify_version_1(signature: u32, message: u64, key: u32): u32 {
  return inBatch(ecdsa(signature, message, key, false));
}

export function ext_crypto_ed25519_batch_verify_version_1(signature: u32, message: u64, key: u32): u32 {
  fail(NESTED_EXTERNALITIES);
  return 0;
}
