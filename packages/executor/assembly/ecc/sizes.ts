// How large scalars are, as the sum of multiples sees them: each kind is summed on its own.

import { groupOrder } from "./curves";

/** Kinds in the order in which their sums are added up; an odd one is the negative of the kind below it. */
export const UNIT: u32 = 0;
export const U8: u32 = 2;
export const U64: u32 = 8;
export const LARGE: u32 = 10;
/** Zero: in no sum. */
export const NONE: u32 = 11;

/** Bits of the largest value of a kind below `LARGE`. */
export function bitsOf(kind: u32): u32 {
  return kind < U8 ? 1 : 4 << (kind >> 1);
}

/**
 * The kind of a scalar of 32 bytes: by its bits up to 64, or else by those of order - scalar, which counts as
 * negative then.
 *
 * @param value gets the absolute value if that is below 2^64
 */
export function kindOf(scalar: u32, value: u32): u32 {
  const low = load<u64>(scalar);
  if (!(load<u64>(scalar, 8) | load<u64>(scalar, 16) | load<u64>(scalar, 24))) {
    store<u64>(value, low);
    return low ? kindOfBits(64 - u32(clz(low))) : NONE;
  }
  const order = groupOrder();
  let borrow: u64 = 0;
  let high: u64 = 0;
  for (let w: u32 = 0; w < 32; w += 8) {
    const a = load<u64>(order + w);
    const b = load<u64>(scalar + w);
    const difference = a - b - borrow;
    borrow = u64(a < b || (a == b && borrow != 0));
    if (w == 0) store<u64>(value, difference);
    else high |= difference;
  }
  return high ? LARGE : kindOfBits(64 - u32(clz(load<u64>(value)))) + 1;
}

function kindOfBits(bits: u32): u32 {
  if (bits <= 1) return UNIT;
  if (bits <= 8) return U8;
  return bits <= 16 ? 4 : bits <= 32 ? 6 : U64;
}
