// ext_trie_*.

import { lengthOf, read, readWhole, returnPointer } from "./arguments";
import { heapReset, trieRoot, trieVerify } from "./core";
import { BAD_ENUM, BAD_SCALE, HELPER_OUT_OF_MEMORY, fail } from "./reasons";
import { output, scratch } from "./state";

const BLAKE2: u32 = 0;
const KECCAK: u32 = 1;

/** State version to layout. The reference reads a byte, and takes 2 for version 1. */
function layoutOf(version: u32): u32 {
  const byte = version & 0xff;
  if (byte > 2) fail(BAD_ENUM);
  return min(byte, 1);
}

function root(hasher: u32, input: u64, layout: u32, ordered: bool): u32 {
  heapReset();
  const result = trieRoot(hasher, layout, ordered, readWhole(input), lengthOf(input), output);
  if (result) fail(result == 1 ? BAD_SCALE : HELPER_OUT_OF_MEMORY);
  return returnPointer(output, 32);
}

function verify(hasher: u32, root: u32, proof: u64, key: u64, value: u64, layout: u32): u32 {
  heapReset();
  read(scratch, root, 32);
  const proofBytes = readWhole(proof);
  const keyBytes = readWhole(key);
  const valueBytes = readWhole(value);
  const result = trieVerify(
    hasher,
    layout,
    scratch,
    proofBytes,
    lengthOf(proof),
    keyBytes,
    lengthOf(key),
    valueBytes,
    lengthOf(value),
  );
  if (result > 1) fail(result == 2 ? BAD_SCALE : HELPER_OUT_OF_MEMORY);
  return result;
}

export function ext_trie_blake2_256_root_version_1(input: u64): u32 {
  return root(BLAKE2, input, 0, false);
}

export function ext_trie_blake2_256_root_version_2(input: u64, version: u32): u32 {
  return root(BLAKE2, input, layoutOf(version), false);
}

export function ext_trie_blake2_256_ordered_root_version_1(input: u64): u32 {
  return root(BLAKE2, input, 0, true);
}

export function ext_trie_blake2_256_ordered_root_version_2(input: u64, version: u32): u32 {
  return root(BLAKE2, input, layoutOf(version), true);
}

export function ext_trie_keccak_256_root_version_1(input: u64): u32 {
  return root(KECCAK, input, 0, false);
}

export function ext_trie_keccak_256_root_version_2(input: u64, version: u32): u32 {
  return root(KECCAK, input, layoutOf(version), false);
}

export function ext_trie_keccak_256_ordered_root_version_1(input: u64): u32 {
  return root(KECCAK, input, 0, true);
}

export function ext_trie_keccak_256_ordered_root_version_2(input: u64, version: u32): u32 {
  return root(KECCAK, input, layoutOf(version), true);
}

export function ext_trie_blake2_256_verify_proof_version_1(root: u32, proof: u64, key: u64, value: u64): u32 {
  return verify(BLAKE2, root, proof, key, value, 0);
}

export function ext_trie_blake2_256_verify_proof_version_2(
  root: u32,
  proof: u64,
  key: u64,
  value: u64,
  version: u32,
): u32 {
  return verify(BLAKE2, root, proof, key, value, layoutOf(version));
}

export function ext_trie_keccak_256_verify_proof_version_1(root: u32, proof: u64, key: u64, value: u64): u32 {
  return verify(KECCAK, root, proof, key, value, 0);
}

export function ext_trie_keccak_256_verify_proof_version_2(
  root: u32,
  proof: u64,
  key: u64,
  value: u64,
  version: u32,
): u32 {
  return verify(KECCAK, root, proof, key, value, layoutOf(version));
}
