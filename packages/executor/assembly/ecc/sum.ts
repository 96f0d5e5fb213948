// Sums of multiples of points.
//
// On one curve every order of additions gives the same sum. Points of RFC-163 need not lie on one curve, and then it
// does not: the result is what the reference's algorithm gives on one thread, so its steps are followed here (with more
// threads it splits the sum, and its own result differs: docs/upstream.md). They also decide on the curve, outside of
// the prime-order subgroup: a scalar just below the order counts as a small negative one, which is another multiple.

import {
  addAffine,
  addPoints,
  affineSize,
  double,
  negatePoint,
  orderBits,
  pointSize,
  setNeutral,
} from "./curves";
import { heapAllocate } from "./core";
import { LARGE, NONE, UNIT, bitsOf, kindOf } from "./sizes";

/** Of the sum: the points' numbers by kind, in the order given within each. */
let points: u32 = 0;
let numbers: u32 = 0;
/** Of 8 bytes: absolute values below 2^64, by the points' numbers. */
let values: u32 = 0;
/** Of 32 bytes. */
let scalars: u32 = 0;

/** Working memory of a kind's sum. */
let buckets: u32 = 0;
let windows: u32 = 0;
let carries: u32 = 0;

/**
 * r = sum of k p over `count` affine points and scalars of 32 bytes.
 *
 * @returns false without memory
 */
export function multiplySum(r: u32, affinePoints: u32, fullScalars: u32, count: u32): bool {
  setNeutral(r);
  if (!count) return true;
  points = affinePoints;
  scalars = fullScalars;
  const kinds = heapAllocate(count);
  values = heapAllocate(u64(count) << 3);
  numbers = heapAllocate(u64(count) << 2);
  const sums = heapAllocate(2 * u64(pointSize));
  if (!kinds || !values || !numbers || !sums) return false;
  const negative = sums + pointSize;
  setNeutral(negative);
  for (let i: u32 = 0; i < count; i++) store<u8>(kinds + i, u8(kindOf(scalars + (i << 5), values + (i << 3))));

  for (let kind: u32 = UNIT; kind < NONE; kind++) {
    let size: u32 = 0;
    for (let i: u32 = 0; i < count; i++) {
      if (load<u8>(kinds + i) == kind) store<u32>(numbers + (size++ << 2), i);
    }
    if (!size) continue;
    if (!sumOfKind(sums, kind, size)) return false;
    const total = kind < LARGE && kind & 1 ? negative : r;
    addPoints(total, total, sums);
  }
  negatePoint(negative);
  addPoints(r, r, negative);
  return true;
}

function sumOfKind(r: u32, kind: u32, size: u32): bool {
  if (kind < UNIT + 2) {
    setNeutral(r);
    for (let i: u32 = 0; i < size; i++) addAffine(r, r, pointOf(i), false);
    return true;
  }
  const width: u32 = size < 32 ? 3 : (ceilLog2(size) * 69) / 100 + 2;
  const bits = kind == LARGE ? orderBits() : bitsOf(kind);
  // The reference has windows for 64 bits of smaller scalars, too; those above `bits` add the neutral element.
  const count = (bits + width - 1) / width;
  buckets = heapAllocate((u64(1) << width) * pointSize);
  windows = heapAllocate(u64(count + 1) * pointSize);
  carries = heapAllocate(size);
  if (!buckets || !windows || !carries) return false;
  memory.fill(carries, 0, size);
  for (let w: u32 = 0; w < count; w++) sumOfWindow(w, width, size, kind == LARGE, w == count - 1);
  setNeutral(r);
  for (let w = count; --w > 0; ) {
    addPoints(r, r, windows + w * pointSize);
    for (let i: u32 = 0; i < width; i++) double(r, r);
  }
  addPoints(r, windows, r);
  return true;
}

/** Pippenger: a point goes into the bucket of its digit, and the bucket of d counts d times. */
function sumOfWindow(w: u32, width: u32, size: u32, signed: bool, last: bool): void {
  const bucketCount: u32 = 1 << width;
  for (let b: u32 = 0; b < bucketCount; b++) setNeutral(buckets + b * pointSize);
  for (let i: u32 = 0; i < size; i++) {
    const digit = signed ? signedDigit(i, w * width, width, last) : digitOf(i, w * width, width);
    if (!digit) continue;
    const bucket = buckets + u32(abs(digit) - 1) * pointSize;
    addAffine(bucket, bucket, pointOf(i), digit < 0);
  }
  const running = windows + (w + 1) * pointSize;
  const total = windows + w * pointSize;
  setNeutral(running);
  setNeutral(total);
  for (let b = bucketCount; b-- > 0; ) {
    addPoints(running, running, buckets + b * pointSize);
    addPoints(total, total, running);
  }
}

// @ts-ignore: decorator
@inline
function numberOf(i: u32): u32 {
  return load<u32>(numbers + (i << 2));
}

// @ts-ignore: decorator
@inline
function pointOf(i: u32): u32 {
  return points + numberOf(i) * affineSize;
}

function digitOf(i: u32, at: u32, width: u32): i32 {
  return i32((load<u64>(values + (numberOf(i) << 3)) >> at) & ((1 << width) - 1));
}

/** The digit at bit `at`, from -2^(width-1) to 2^(width-1) - 1, given and leaving a carry; in the last window as it is. */
function signedDigit(i: u32, at: u32, width: u32, last: bool): i32 {
  const scalar = scalars + (numberOf(i) << 5);
  let bits: u64 = 0;
  const word = at >> 5;
  if (word < 8) bits = load<u32>(scalar + (word << 2));
  if (word < 7) bits |= u64(load<u32>(scalar + (word << 2), 4)) << 32;
  const value = i32((bits >> (at & 31)) & ((1 << width) - 1)) + i32(load<u8>(carries + i));
  const over = !last && value >= 1 << (width - 1);
  store<u8>(carries + i, u8(over));
  return over ? value - (1 << width) : value;
}

function ceilLog2(n: u32): u32 {
  return n < 2 ? 0 : 32 - u32(clz(n - 1));
}
