// There is no keystore during validation: the reference panics, so these trap.

import { NO_KEYSTORE, fail } from "./reasons";

export function ext_crypto_ecdsa_generate_version_1(id: u32, seed: u64): u32 {
  fail(NO_KEYSTORE);
  return 0;
}

export function ext_crypto_ed25519_generate_version_1(id: u32, seed: u64): u32 {
  fail(NO_KEYSTORE);
  return 0;
}

export function ext_crypto_sr25519_generate_version_1(id: u32, seed: u64): u32 {
  fail(NO_KEYSTORE);
  return 0;
}

export function ext_crypto_ecdsa_public_keys_version_1(id: u32): u64 {
  fail(NO_KEYSTORE);
  return 0;
}

export function ext_crypto_ed25519_public_keys_version_1(id: u32): u64 {
  fail(NO_KEYSTORE);
  return 0;
}

export function ext_crypto_sr25519_public_keys_version_1(id: u32): u64 {
  fail(NO_KEYSTORE);
  return 0;
}

export function ext_crypto_ecdsa_sign_version_1(id: u32, key: u32, message: u64): u64 {
  fail(NO_KEYSTORE);
  return 0;
}

export function ext_crypto_ed25519_sign_version_1(id: u32, key: u32, message: u64): u64 {
  fail(NO_KEYSTORE);
  return 0;
}

export function ext_crypto_sr25519_sign_version_1(id: u32, key: u32, message: u64): u64 {
  fail(NO_KEYSTORE);
  return 0;
}

export function ext_crypto_ecdsa_sign_prehashed_version_1(id: u32, key: u32, message: u32): u64 {
  fail(NO_KEYSTORE);
  return 0;
}
