// The RFC-163 functions over encoded arguments. Compiled and instantiated only where the executor parameters
// enable them; the memory is the core's.

import { readBls, readTarget, TARGET_SIZE, writeTarget } from "./codec";
import { heapAllocate } from "./core";
import {
  G1,
  G2,
  affineSize,
  curvesInit,
  encodedSize,
  isScalar,
  readPoint,
  selectCurve,
  writePoint,
} from "./curves";
import { FE } from "./field";
import { FE2 } from "./fp2";
import { multiply } from "./multiply";
import { PAIR, finalExponentiation, millerLoop } from "./pairing";
import { multiplySum } from "./sum";
import { wAffineIsInfinity } from "./weierstrass";

// Results of the reference's functions.
const OK: u32 = 0;
const ENCODE: u32 = 1;
const DECODE: u32 = 2;
const LENGTH_MISMATCH: u32 = 3;
const DEGENERATE_POINT: u32 = 4;
const UNKNOWN: u32 = 255;
// Ours: the call traps.
const NO_MEMORY: u32 = 256;
const TRAP_LENGTHS: u32 = 257;

/** Once, before anything else. */
export function initialise(): void {
  curvesInit();
}

/** Length prefix of a sequence; false if it is missing or the items of `size` bytes are. */
function hasItems(from: u32, length: u32, itemSize: u32): bool {
  return length >= 8 && load<u64>(from) <= (length - 8) / itemSize;
}

const BASE: u32 = u32(memory.data(256, 16));
const POINT: u32 = u32(memory.data(384, 16));

// @ts-ignore: decorator
@inline
function encodeResult(to: u32, length: u32): u32 {
  // The reference needs an affine form before it looks at the size of the output.
  const encoded = heapAllocate(encodedSize);
  if (!encoded) return NO_MEMORY;
  if (!writePoint(encoded, POINT)) return DEGENERATE_POINT;
  if (length < encodedSize) return ENCODE;
  memory.copy(to, encoded, encodedSize);
  return OK;
}

export function eccMultiply(
  curve: u32,
  base: u32,
  baseLength: u32,
  scalar: u32,
  scalarLength: u32,
  to: u32,
  length: u32,
): u32 {
  selectCurve(curve);
  if (baseLength < encodedSize || !readPoint(BASE, base)) return DECODE;
  if (!hasItems(scalar, scalarLength, 8)) return DECODE;
  multiply(POINT, BASE, scalar + 8, load<u32>(scalar));
  return encodeResult(to, length);
}

export function eccMultiplySum(
  curve: u32,
  bases: u32,
  basesLength: u32,
  scalars: u32,
  scalarsLength: u32,
  to: u32,
  length: u32,
): u32 {
  selectCurve(curve);
  if (!hasItems(bases, basesLength, encodedSize)) return DECODE;
  const count = load<u32>(bases);
  const points = heapAllocate(u64(count) * affineSize);
  if (!points) return NO_MEMORY;
  for (let i: u32 = 0; i < count; i++) {
    if (!readPoint(points + i * affineSize, bases + 8 + i * encodedSize)) return DECODE;
  }
  if (!hasItems(scalars, scalarsLength, 32)) return DECODE;
  const scalarCount = load<u32>(scalars);
  for (let i: u32 = 0; i < scalarCount; i++) if (!isScalar(scalars + 8 + (i << 5))) return DECODE;
  if (count != scalarCount) return LENGTH_MISMATCH;
  if (!multiplySum(POINT, points, scalars + 8, count)) return NO_MEMORY;
  return encodeResult(to, length);
}

const TARGET: u32 = u32(memory.data(768, 16));

export function eccMillerLoop(g1: u32, g1Length: u32, g2: u32, g2Length: u32, to: u32, length: u32): u32 {
  selectCurve(G1);
  if (!hasItems(g1, g1Length, 96)) return DECODE;
  const count = load<u32>(g1);
  const pairs = heapAllocate(u64(count) * PAIR);
  if (!pairs) return NO_MEMORY;
  for (let i: u32 = 0; i < count; i++) {
    if (!readBls(pairs + i * PAIR, g1 + 8 + i * 96, FE)) return DECODE;
  }
  if (!hasItems(g2, g2Length, 192)) return DECODE;
  const others = load<u32>(g2);
  const at = 2 * FE;
  for (let i: u32 = 0; i < others; i++) {
    const q = i < count ? pairs + i * PAIR + at : BASE;
    if (!readBls(q, g2 + 8 + i * 192, FE2)) return DECODE;
  }
  if (count != others) return TRAP_LENGTHS;
  // Pairs with a point at infinity contribute nothing.
  let end = pairs;
  for (let i: u32 = 0; i < count; i++) {
    const pair = pairs + i * PAIR;
    selectCurve(G2);
    const qIsInfinity = wAffineIsInfinity(pair + at);
    selectCurve(G1);
    if (qIsInfinity || wAffineIsInfinity(pair)) continue;
    memory.copy(end, pair, PAIR);
    end += PAIR;
  }
  millerLoop(TARGET, pairs, end);
  if (length < TARGET_SIZE) return ENCODE;
  writeTarget(to, TARGET);
  return OK;
}

/** In place: the result replaces the argument. */
export function eccFinalExponentiation(inOut: u32, length: u32): u32 {
  if (length < TARGET_SIZE || !readTarget(TARGET, inOut)) return DECODE;
  if (!finalExponentiation(TARGET)) return UNKNOWN;
  writeTarget(inOut, TARGET);
  return OK;
}
