// Integers modulo the order n of secp256k1, as eight little-endian words.

import { isBelow, multiplyWords, reduceWide, subtractWords } from "./barrett";

// prettier-ignore
export const ORDER = u32(memory.data<u32>([
  0xd0364141, 0xbfd25e8c, 0xaf48a03b, 0xbaaedce6, 0xfffffffe, 0xffffffff, 0xffffffff, 0xffffffff,
]));
// prettier-ignore
const MU = u32(memory.data<u32>([
  0x2fc9bec0, 0x402da173, 0x50b75fc4, 0x45512319, 0x00000001, 0x00000000, 0x00000000, 0x00000000, 0x00000001,
]));
// prettier-ignore
const HALF_ORDER = u32(memory.data<u32>([
  0x681b20a0, 0xdfe92f46, 0x57a4501d, 0x5d576e73, 0xffffffff, 0xffffffff, 0xffffffff, 0x7fffffff,
]));

const WIDE: u32 = u32(memory.data(64, 16));

/** Reads 32 big-endian bytes; returns whether they were below the order, and reduces them if not. */
export function scalarFromBytes(r: u32, bytes: u32): bool {
  for (let i: u32 = 0; i < 32; i += 8) store<u64>(r + i, bswap(load<u64>(bytes + 24 - i)));
  if (isBelow(r, ORDER)) return true;
  subtractWords(r, r, ORDER, 8);
  return false;
}

export function scalarIsZero(a: u32): bool {
  return !(load<u64>(a) | load<u64>(a, 8) | load<u64>(a, 16) | load<u64>(a, 24));
}

export function scalarMul(r: u32, a: u32, b: u32): void {
  multiplyWords(WIDE, a, 8, b, 8);
  reduceWide(r, WIDE, ORDER, MU);
}

export function scalarNegate(r: u32, a: u32): void {
  if (scalarIsZero(a)) memory.fill(r, 0, 32);
  else subtractWords(r, ORDER, a, 8);
}

// The endomorphism multiplies by LAMBDA, a cube root of one modulo n. With a short basis of the lattice of
// (x, y), x + y LAMBDA = 0, every k is k1 + k2 LAMBDA with |k1|, |k2| < 2^128 (Gallant, Lambert, Vanstone).
// G1, G2 are 2^384 b2 / n and -2^384 b1 / n, rounded.
// prettier-ignore
const G1 = u32(memory.data<u32>([
  0x45dbb031, 0xe893209a, 0x71e8ca7f, 0x3daa8a14, 0x9284eb15, 0xe86c90e4, 0xa7d46bcd, 0x3086d221,
]));
// prettier-ignore
const G2 = u32(memory.data<u32>([
  0x8ac47f71, 0x1571b4ae, 0x9df506c6, 0x221208ac, 0x0abfe4c4, 0x6f547fa9, 0x010e8828, 0xe4437ed6,
]));
// prettier-ignore
const MINUS_B1 = u32(memory.data<u32>([0x0abfe4c3, 0x6f547fa9, 0x010e8828, 0xe4437ed6]));
// prettier-ignore
const MINUS_B2 = u32(memory.data<u32>([
  0x3db1562c, 0xd765cda8, 0x0774346d, 0x8a280ac5, 0xfffffffe, 0xffffffff, 0xffffffff, 0xffffffff,
]));
// prettier-ignore
const MINUS_LAMBDA = u32(memory.data<u32>([
  0xb51283cf, 0xe0cfc810, 0x8ec739c2, 0xa880b9fc, 0x77ed9ba4, 0x5ad9e3fd, 0x3fa3cf1f, 0xac9c52b3,
]));

const C1: u32 = u32(memory.data(32, 16));
const C2: u32 = u32(memory.data(32, 16));

/** r = round(k g / 2^384), four words and four of zero. */
function scaled(r: u32, k: u32, g: u32): void {
  multiplyWords(WIDE, k, 8, g, 8);
  let carry = u64(load<u32>(WIDE, 44) >> 31);
  for (let i: u32 = 0; i < 16; i += 4) {
    carry += load<u32>(WIDE + i, 48);
    store<u32>(r + i, u32(carry));
    carry >>= 32;
  }
  store<u64>(r, carry, 16);
  store<u64>(r, 0, 24);
}

/** r = a + b modulo n */
function add(r: u32, a: u32, b: u32): void {
  let carry: u64 = 0;
  for (let i: u32 = 0; i < 32; i += 4) {
    carry += u64(load<u32>(a + i)) + load<u32>(b + i);
    store<u32>(r + i, u32(carry));
    carry >>= 32;
  }
  if (carry || !isBelow(r, ORDER)) subtractWords(r, r, ORDER, 8);
}

/**
 * k = k1 + k2 LAMBDA modulo n. Writes |k1| and |k2|, at most 128 bits each, as eight words each.
 *
 * @returns bit 0: k1 is negative; bit 1: k2 is
 */
export function scalarSplit(halves: u32, k: u32): u32 {
  scaled(C1, k, G1);
  scaled(C2, k, G2);
  // k2 = -c1 b1 - c2 b2, k1 = k - k2 LAMBDA
  multiplyWords(WIDE, C1, 8, MINUS_B1, 4);
  memory.fill(WIDE + 48, 0, 16);
  reduceWide(C1, WIDE, ORDER, MU);
  scalarMul(C2, C2, MINUS_B2);
  add(halves + 32, C1, C2);
  scalarMul(C1, halves + 32, MINUS_LAMBDA);
  add(halves, C1, k);
  let signs: u32 = 0;
  for (let i: u32 = 0; i < 2; i++) {
    const half = halves + (i << 5);
    if (isBelow(HALF_ORDER, half)) {
      subtractWords(half, ORDER, half, 8);
      signs |= 1 << i;
    }
  }
  return signs;
}
