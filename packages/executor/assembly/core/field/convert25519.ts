// Integers modulo 2^255 - 19: bytes, comparisons and fixed powers. Products are in field25519.ts.

import { CANONICAL, canonicalIsOdd, canonicalIsZero, splitWords, writeCanonical } from "./canonical";
import { Prime25519, feMul, feSquare, feSquareTimes } from "./field25519";
import { feCopy } from "./limbs";

/** Reads 32 little-endian bytes; the top bit is ignored and values of p and above are allowed. */
export function feFromBytes(r: u32, bytes: u32): void {
  const top = load<u64>(bytes, 24) & 0x7fffffffffffffff;
  splitWords(r, load<u64>(bytes), load<u64>(bytes, 8), load<u64>(bytes, 16), top);
}

/** Writes the one representative below p as 32 little-endian bytes. */
export function feToBytes(bytes: u32, a: u32): void {
  writeCanonical<Prime25519>(bytes, a);
}

export function feIsZero(a: u32): bool {
  feToBytes(CANONICAL, a);
  return canonicalIsZero();
}

/** The sign of an element is the lowest bit of its representative below p. */
export function feIsNegative(a: u32): bool {
  feToBytes(CANONICAL, a);
  return canonicalIsOdd();
}

const P0: u32 = u32(memory.data(40, 16));
const P1: u32 = u32(memory.data(40, 16));
const P2: u32 = u32(memory.data(40, 16));
const ELEVEN: u32 = u32(memory.data(40, 16));

/** P0 = a^(2^250 - 1), ELEVEN = a^11; `a` is none of the temporaries. */
function powerChain(a: u32): void {
  feSquare(P0, a); // 2
  feSquareTimes(P1, P0, 2); // 8
  feMul(P1, P1, a); // 9
  feMul(P0, P0, P1); // 11
  feSquare(P2, P0); // 22
  feMul(P1, P1, P2); // 2^5 - 1
  feCopy(ELEVEN, P0);
  feSquareTimes(P0, P1, 5);
  feMul(P1, P0, P1); // 2^10 - 1
  feSquareTimes(P0, P1, 10);
  feMul(P0, P0, P1); // 2^20 - 1
  feSquareTimes(P2, P0, 20);
  feMul(P0, P2, P0); // 2^40 - 1
  feSquareTimes(P0, P0, 10);
  feMul(P1, P0, P1); // 2^50 - 1
  feSquareTimes(P0, P1, 50);
  feMul(P0, P0, P1); // 2^100 - 1
  feSquareTimes(P2, P0, 100);
  feMul(P0, P2, P0); // 2^200 - 1
  feSquareTimes(P0, P0, 50);
  feMul(P0, P0, P1); // 2^250 - 1
}

/** r = 1 / a, 0 for 0 */
export function feInvert(r: u32, a: u32): void {
  powerChain(a);
  feSquareTimes(P0, P0, 5);
  feMul(r, P0, ELEVEN); // 2^255 - 21
}

/** r = a^((p - 5) / 8) */
export function fePowP58(r: u32, a: u32): void {
  powerChain(a);
  feSquareTimes(P0, P0, 2);
  feMul(r, P0, a); // 2^252 - 3
}
