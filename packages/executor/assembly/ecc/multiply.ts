// Multiples and sums of multiples of points.

import { addAffine, addPoints, affineSize, double, pointSize, setNeutral } from "./curves";
import { heapAllocate } from "./core";

/**
 * r = k p by double-and-add from the top, which is the order the reference adds in: off the prime-order
 * subgroup of Bandersnatch it matters.
 *
 * @param scalar little-endian words of 64 bits
 */
export function multiply(r: u32, p: u32, scalar: u32, words: u32): void {
  setNeutral(r);
  let started = false;
  for (let w = words; w-- > 0; ) {
    const word = load<u64>(scalar + (w << 3));
    if (!started && !word) continue;
    for (let bit: u32 = 64; bit-- > 0; ) {
      const set = bool((word >> bit) & 1);
      if (started) double(r, r);
      if (set) {
        started = true;
        addAffine(r, r, p, false);
      }
    }
  }
}

const SCALAR_BITS: u32 = 255;

/**
 * r = sum of k p over `count` affine points and scalars of 32 bytes, by buckets (Pippenger) with signed digits.
 * On one curve every order of additions gives the same sum; for points of different ones the reference's
 * result depends on its number of threads.
 *
 * @returns false without memory
 */
export function multiplySum(r: u32, points: u32, scalars: u32, count: u32): bool {
  setNeutral(r);
  if (!count) return true;
  const width: u32 = max<u32>(3, min<u32>(((31 - clz(count)) * 69) / 100 + 2, 13));
  const buckets: u32 = 1 << (width - 1);
  const windows = (SCALAR_BITS + 1 + width - 1) / width;
  const sums = heapAllocate(u64(buckets + 2) * pointSize);
  const carries = heapAllocate(count);
  if (!sums || !carries) return false;
  const running = sums + buckets * pointSize;
  const total = running + pointSize;

  // Digits are made from the lowest window up, so that carries can be kept; the windows' sums are added with
  // the highest first.
  const results = heapAllocate(u64(windows) * pointSize);
  if (!results) return false;
  memory.fill(carries, 0, count);
  for (let window: u32 = 0; window < windows; window++) {
    for (let b: u32 = 0; b < buckets; b++) setNeutral(sums + b * pointSize);
    for (let i: u32 = 0; i < count; i++) {
      const digit = nextDigit(scalars + (i << 5), window * width, width, carries + i);
      if (!digit) continue;
      const bucket = sums + u32(abs(digit) - 1) * pointSize;
      addAffine(bucket, bucket, points + i * affineSize, digit < 0);
    }
    setNeutral(running);
    setNeutral(total);
    for (let b = buckets; b-- > 0; ) {
      addPoints(running, running, sums + b * pointSize);
      addPoints(total, total, running);
    }
    memory.copy(results + window * pointSize, total, pointSize);
  }
  for (let window = windows; window-- > 0; ) {
    for (let i: u32 = 0; i < width; i++) double(r, r);
    addPoints(r, r, results + window * pointSize);
  }
  return true;
}

/** The digit at bit `at`, between -2^(width-1) + 1 and 2^(width-1), given and leaving a carry. */
function nextDigit(scalar: u32, at: u32, width: u32, carry: u32): i32 {
  let bits: u64 = 0;
  const word = at >> 5;
  if (word < 8) bits = load<u32>(scalar + (word << 2));
  if (word < 7) bits |= u64(load<u32>(scalar + (word << 2), 4)) << 32;
  const value = i32((bits >> (at & 31)) & ((1 << width) - 1)) + i32(load<u8>(carry));
  const over = value > 1 << (width - 1);
  store<u8>(carry, u8(over));
  return over ? value - (1 << width) : value;
}
