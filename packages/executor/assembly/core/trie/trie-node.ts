// What root computation and proof verification share of the trie's node format.

import { blake2bFinal, blake2bInit } from "../hash/blake2b";
import { keccakFinal, keccakInit } from "../hash/keccak";

export const LEAF: u32 = 0x40;
export const BRANCH: u32 = 0x80;
export const BRANCH_WITH_VALUE: u32 = 0xc0;
export const LEAF_HASHED_VALUE: u32 = 0x20;
export const BRANCH_HASHED_VALUE: u32 = 0x10;

/** State version 1 replaces values of this many bytes and more by their hash. */
export const HASHED_VALUE_FROM: u32 = 33;

/** 0 BLAKE2b-256, 1 Keccak-256. */
let hasher: u32 = 0;

export function selectHasher(kind: u32): void {
  hasher = kind;
}

/** Writes the 32-byte hash of a range, which it may overlap. */
export function hashTo(to: u32, from: u32, length: u32): void {
  let result: u32;
  if (hasher) {
    keccakInit();
    result = keccakFinal(from, length, 136);
  } else {
    blake2bInit(32);
    result = blake2bFinal(from, length);
  }
  memory.copy(to, result, 32);
}

/** How many of the first byte's bits the kind leaves for the number of nibbles. */
export function sizeMask(kind: u32): u32 {
  return kind >= LEAF ? 0x3f : kind == LEAF_HASHED_VALUE ? 0x1f : 0x0f;
}

/** Writes a node's kind and its number of nibbles; returns the address after it. */
export function writeHeader(to: u32, kind: u32, nibbles: u32): u32 {
  const mask = sizeMask(kind);
  if (nibbles < mask) {
    store<u8>(to, kind | nibbles);
    return to + 1;
  }
  store<u8>(to, kind | mask);
  to++;
  let rest = nibbles - (mask - 1);
  for (; rest >= 256; rest -= 255) store<u8>(to++, 255);
  store<u8>(to, rest - 1);
  return to + 1;
}
