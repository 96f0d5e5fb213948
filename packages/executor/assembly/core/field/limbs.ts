// Field elements of 255 or 256 bits as nine signed limbs of 29 bits: value = sum of limb[i] * 2^(29 i).
//
// Sums and differences do not carry. Counting sizes in units of 2^28, what a limb is at most after a product,
// a product takes operands whose sizes multiply to at most 13: its columns then fit 64 bits.

/** Bytes of an element: nine i32 and padding. */
export const FE: u32 = 40;

export const MASK: i64 = (1 << 29) - 1;
export const HALF: i64 = 1 << 28;

// @ts-ignore: decorator
@inline
export function limb(a: u32, i: u32): i64 {
  return i64(load<i32>(a + (i << 2)));
}

// @ts-ignore: decorator
@inline
export function setLimb(a: u32, i: u32, value: i64): void {
  store<i32>(a + (i << 2), i32(value));
}

// @ts-ignore: decorator
@inline
export function feAdd(r: u32, a: u32, b: u32): void {
  v128.store(r, i32x4.add(v128.load(a), v128.load(b)));
  v128.store(r, i32x4.add(v128.load(a, 16), v128.load(b, 16)), 16);
  store<i32>(r, load<i32>(a, 32) + load<i32>(b, 32), 32);
}

// @ts-ignore: decorator
@inline
export function feSub(r: u32, a: u32, b: u32): void {
  v128.store(r, i32x4.sub(v128.load(a), v128.load(b)));
  v128.store(r, i32x4.sub(v128.load(a, 16), v128.load(b, 16)), 16);
  store<i32>(r, load<i32>(a, 32) - load<i32>(b, 32), 32);
}

// @ts-ignore: decorator
@inline
export function feNegate(r: u32, a: u32): void {
  v128.store(r, i32x4.neg(v128.load(a)));
  v128.store(r, i32x4.neg(v128.load(a, 16)), 16);
  store<i32>(r, -load<i32>(a, 32), 32);
}

// @ts-ignore: decorator
@inline
export function feCopy(r: u32, a: u32): void {
  v128.store(r, v128.load(a));
  v128.store(r, v128.load(a, 16), 16);
  store<i32>(r, load<i32>(a, 32), 32);
}

export function feSmall(r: u32, value: u32): void {
  memory.fill(r, 0, 36);
  store<u32>(r, value);
}
