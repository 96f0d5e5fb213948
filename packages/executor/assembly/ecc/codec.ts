// The encodings of arkworks 0.6 without compression: numbers little-endian, but points of BLS12-381 in Zcash's
// big-endian form. Nothing is checked to be on a curve, as in the reference.

import { FE, FIELD_BLS12_381, fromWords, modulus, selectField, toWords, words, wordsBelow, isUpperHalf } from "./field";
import { FE2 } from "./fp2";
import { FE12 } from "./tower";

const WORDS: u32 = u32(memory.data(48, 16));

/** Reads a little-endian number of as many bytes as the prime; false if it is not below the prime. */
function readLittle(r: u32, from: u32): bool {
  if (!wordsBelow(from, modulus, words)) return false;
  fromWords(r, from);
  return true;
}

/** Reads 48 big-endian bytes, without the upper three bits if `flagged`. */
function readBig(r: u32, from: u32, flagged: bool): bool {
  for (let i: u32 = 0; i < 12; i++) store<u32>(WORDS + (i << 2), bswap(load<u32>(from + 44 - (i << 2))));
  if (flagged) store<u32>(WORDS, load<u32>(WORDS, 44) & 0x1fffffff, 44);
  return readLittle(r, WORDS);
}

function writeBig(to: u32, a: u32): void {
  toWords(WORDS, a);
  for (let i: u32 = 0; i < 12; i++) store<u32>(to + 44 - (i << 2), bswap(load<u32>(WORDS + (i << 2))));
}

const COMPRESSED: u32 = 0x80;
const INFINITY: u32 = 0x40;
const LARGER_Y: u32 = 0x20;

/**
 * Reads a point of G1 (`coordinate` FE) or G2 (FE2), upper coefficient first. (0, 0) is infinity.
 */
export function readBls(r: u32, from: u32, coordinate: u32): bool {
  const flags = u32(load<u8>(from));
  if (flags & (COMPRESSED | LARGER_Y)) return false;
  const numbers: u32 = (coordinate << 1) / FE;
  if (flags & INFINITY) {
    if (flags & 0x1f) return false;
    for (let i: u32 = 1; i < numbers * 48; i++) if (load<u8>(from + i)) return false;
    memory.fill(r, 0, 2 * coordinate);
    return true;
  }
  for (let i: u32 = 0; i < numbers; i++) {
    const at = coordinate == FE2 ? i ^ 1 : i;
    if (!readBig(r + at * FE, from + i * 48, i == 0)) return false;
  }
  return true;
}

export function writeBls(to: u32, p: u32, coordinate: u32, infinity: bool): void {
  const numbers: u32 = (coordinate << 1) / FE;
  if (infinity) {
    memory.fill(to, 0, numbers * 48);
    store<u8>(to, INFINITY);
    return;
  }
  for (let i: u32 = 0; i < numbers; i++) writeBig(to + i * 48, p + (coordinate == FE2 ? i ^ 1 : i) * FE);
}

const FLAG_NEGATIVE: u32 = 0x80;

/** Reads a point of Pallas or Vesta: x, y, and a byte whose upper bits tell infinity and the sign of y. */
export function readPasta(r: u32, from: u32): bool {
  const flags = u32(load<u8>(from, 64)) & 0xc0;
  if (flags == (FLAG_NEGATIVE | INFINITY)) return false;
  if (!readLittle(r, from) || !readLittle(r + FE, from + 32)) return false;
  if (flags & INFINITY) memory.fill(r, 0, 2 * FE);
  return true;
}

export function writePasta(to: u32, p: u32, infinity: bool): void {
  memory.fill(to, 0, 65);
  if (infinity) {
    store<u8>(to, INFINITY, 64);
    return;
  }
  toWords(to, p);
  toWords(to + 32, p + FE);
  store<u8>(to, isUpperHalf(p + FE) ? FLAG_NEGATIVE : 0, 64);
}

/** Reads a point of Bandersnatch. */
export function readEdwards(r: u32, from: u32): bool {
  return readLittle(r, from) && readLittle(r + FE, from + 32);
}

export function writeEdwards(to: u32, p: u32): void {
  toWords(to, p);
  toWords(to + 32, p + FE);
}

/** Bytes of an encoded element of the extension of degree 12. */
export const TARGET_SIZE: u32 = 576;

export function readTarget(r: u32, from: u32): bool {
  selectField(FIELD_BLS12_381);
  for (let i: u32 = 0; i < 12; i++) if (!readLittle(r + i * FE, from + i * 48)) return false;
  return true;
}

export function writeTarget(to: u32, a: u32): void {
  selectField(FIELD_BLS12_381);
  for (let i: u32 = 0; i < FE12 / FE; i++) toWords(to + i * 48, a + i * FE);
}
