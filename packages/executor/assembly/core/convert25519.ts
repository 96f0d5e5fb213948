// Integers modulo 2^255 - 19: bytes, comparisons and fixed powers. Products are in field25519.ts.

import { feMul, feSquare, feSquareTimes } from "./field25519";
import { MASK, feCopy, limb, setLimb } from "./limbs";

/** Reads 32 little-endian bytes; the top bit is ignored and values of p and above are allowed. */
export function feFromBytes(r: u32, bytes: u32): void {
  const w0 = load<u64>(bytes);
  const w1 = load<u64>(bytes, 8);
  const w2 = load<u64>(bytes, 16);
  const w3 = load<u64>(bytes, 24) & 0x7fffffffffffffff;
  setLimb(r, 0, w0 & MASK);
  setLimb(r, 1, (w0 >> 29) & MASK);
  setLimb(r, 2, ((w0 >> 58) | (w1 << 6)) & MASK);
  setLimb(r, 3, (w1 >> 23) & MASK);
  setLimb(r, 4, ((w1 >> 52) | (w2 << 12)) & MASK);
  setLimb(r, 5, (w2 >> 17) & MASK);
  setLimb(r, 6, ((w2 >> 46) | (w3 << 18)) & MASK);
  setLimb(r, 7, (w3 >> 11) & MASK);
  setLimb(r, 8, w3 >> 40);
}

const CANONICAL: u32 = u32(memory.data(32, 16));

/** Writes the one representative below p as 32 little-endian bytes. */
export function feToBytes(bytes: u32, a: u32): void {
  // |a| < 2^264 or so. Adding a multiple of p makes it positive; then carry until limbs are in range,
  // then subtract p if that leaves no borrow.
  let l0 = limb(a, 0) - 19 * 1024;
  let l8 = limb(a, 8) + (1 << 33);
  let l1 = limb(a, 1);
  let l2 = limb(a, 2);
  let l3 = limb(a, 3);
  let l4 = limb(a, 4);
  let l5 = limb(a, 5);
  let l6 = limb(a, 6);
  let l7 = limb(a, 7);
  for (let round = 0; round < 2; round++) {
    l1 += l0 >> 29;
    l0 &= MASK;
    l2 += l1 >> 29;
    l1 &= MASK;
    l3 += l2 >> 29;
    l2 &= MASK;
    l4 += l3 >> 29;
    l3 &= MASK;
    l5 += l4 >> 29;
    l4 &= MASK;
    l6 += l5 >> 29;
    l5 &= MASK;
    l7 += l6 >> 29;
    l6 &= MASK;
    l8 += l7 >> 29;
    l7 &= MASK;
    l0 += (l8 >> 23) * 19;
    l8 &= (1 << 23) - 1;
  }
  // Now 0 <= value < 2^255 + small; q = 1 exactly when value + 19 reaches 2^255, so value >= p.
  let q = (l0 + 19) >> 29;
  q = (l1 + q) >> 29;
  q = (l2 + q) >> 29;
  q = (l3 + q) >> 29;
  q = (l4 + q) >> 29;
  q = (l5 + q) >> 29;
  q = (l6 + q) >> 29;
  q = (l7 + q) >> 29;
  q = (l8 + q) >> 23;
  l0 += 19 * q;
  l1 += l0 >> 29;
  l0 &= MASK;
  l2 += l1 >> 29;
  l1 &= MASK;
  l3 += l2 >> 29;
  l2 &= MASK;
  l4 += l3 >> 29;
  l3 &= MASK;
  l5 += l4 >> 29;
  l4 &= MASK;
  l6 += l5 >> 29;
  l5 &= MASK;
  l7 += l6 >> 29;
  l6 &= MASK;
  l8 += l7 >> 29;
  l7 &= MASK;
  l8 &= (1 << 23) - 1;
  store<u64>(bytes, l0 | (l1 << 29) | (l2 << 58));
  store<u64>(bytes, (l2 >> 6) | (l3 << 23) | (l4 << 52), 8);
  store<u64>(bytes, (l4 >> 12) | (l5 << 17) | (l6 << 46), 16);
  store<u64>(bytes, (l6 >> 18) | (l7 << 11) | (l8 << 40), 24);
}

export function feIsZero(a: u32): bool {
  feToBytes(CANONICAL, a);
  return !(
    load<u64>(CANONICAL) |
    load<u64>(CANONICAL, 8) |
    load<u64>(CANONICAL, 16) |
    load<u64>(CANONICAL, 24)
  );
}

/** The sign of an element is the lowest bit of its representative below p. */
export function feIsNegative(a: u32): bool {
  feToBytes(CANONICAL, a);
  return bool(load<u8>(CANONICAL) & 1);
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
