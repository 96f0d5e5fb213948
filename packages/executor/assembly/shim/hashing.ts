// ext_hashing_*. Inputs larger than the scratch area pass through it piece by piece.

import { addressOf, checkRange, copyIn, lengthOf, returnPointer } from "./arguments";
import {
  blake2bFinal,
  blake2bInit,
  blake2bUpdate,
  keccakFinal,
  keccakInit,
  keccakUpdate,
  sha256Final,
  sha256Init,
  sha256Update,
  twox,
  xxhashFinal,
  xxhashInit,
  xxhashUpdate,
} from "./core";
import { output, scratch } from "./state";

/** A multiple of every block size here, so that pieces need no buffering. */
const PIECE: u32 = 58752;

function blake2b(data: u64, size: u32): u32 {
  let address = addressOf(data);
  let length = lengthOf(data);
  checkRange(address, length);
  blake2bInit(size);
  for (; length > PIECE; length -= PIECE) {
    copyIn(scratch, address, PIECE);
    blake2bUpdate(scratch, PIECE);
    address += PIECE;
  }
  copyIn(scratch, address, length);
  return returnPointer(blake2bFinal(scratch, length), size);
}

function keccak(data: u64, rate: u32, size: u32): u32 {
  let address = addressOf(data);
  let length = lengthOf(data);
  checkRange(address, length);
  keccakInit();
  for (; length > PIECE; length -= PIECE) {
    copyIn(scratch, address, PIECE);
    keccakUpdate(scratch, PIECE, rate);
    address += PIECE;
  }
  copyIn(scratch, address, length);
  return returnPointer(keccakFinal(scratch, length, rate), size);
}

function xxhash(data: u64, seeds: u32): u32 {
  let address = addressOf(data);
  let length = lengthOf(data);
  checkRange(address, length);
  if (length <= PIECE) {
    copyIn(scratch, address, length);
    twox(scratch, length, seeds, output);
    return returnPointer(output, seeds << 3);
  }
  xxhashInit();
  for (; length > PIECE; length -= PIECE) {
    copyIn(scratch, address, PIECE);
    xxhashUpdate(scratch, PIECE, seeds);
    address += PIECE;
  }
  copyIn(scratch, address, length);
  xxhashFinal(scratch, length, seeds, output);
  return returnPointer(output, seeds << 3);
}

export function ext_hashing_blake2_128_version_1(data: u64): u32 {
  return blake2b(data, 16);
}

export function ext_hashing_blake2_256_version_1(data: u64): u32 {
  return blake2b(data, 32);
}

export function ext_hashing_keccak_256_version_1(data: u64): u32 {
  return keccak(data, 136, 32);
}

export function ext_hashing_keccak_512_version_1(data: u64): u32 {
  return keccak(data, 72, 64);
}

export function ext_hashing_sha2_256_version_1(data: u64): u32 {
  let address = addressOf(data);
  let length = lengthOf(data);
  checkRange(address, length);
  sha256Init();
  for (; length > PIECE; length -= PIECE) {
    copyIn(scratch, address, PIECE);
    sha256Update(scratch, PIECE);
    address += PIECE;
  }
  copyIn(scratch, address, length);
  return returnPointer(sha256Final(scratch, length), 32);
}

export function ext_hashing_twox_64_version_1(data: u64): u32 {
  return xxhash(data, 1);
}

export function ext_hashing_twox_128_version_1(data: u64): u32 {
  return xxhash(data, 2);
}

export function ext_hashing_twox_256_version_1(data: u64): u32 {
  return xxhash(data, 4);
}
