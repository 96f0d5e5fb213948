// Reading arguments from the guest and handing results back, with the reference's checks: a range must
// lie in the memory even when it is empty, and a result that finds no room traps.

import { allocate } from "./allocator";
import { heapAllocate } from "./core";
import { guestCopyIn, guestCopyOut, guestLoad64, guestPages, guestStore64 } from "./guest";
import { HELPER_OUT_OF_MEMORY, NOT_READY, OUT_OF_BOUNDS, fail } from "./reasons";
import { READY, state } from "./state";

/** A fat pointer is the address in the low and the length in the high half. */
// @ts-ignore: decorator
@inline
export function addressOf(fat: u64): u32 {
  return u32(fat);
}

// @ts-ignore: decorator
@inline
export function lengthOf(fat: u64): u32 {
  return u32(fat >> 32);
}

/** Traps unless all of the range is guest memory. */
export function checkRange(address: u32, length: u32): void {
  if (!load<u32>(state + READY)) fail(NOT_READY);
  if (u64(address) + length > u64(guestPages()) << 16) fail(OUT_OF_BOUNDS);
}

/** Copies `length` bytes of guest memory to the helper's address `to`, after the bounds check. */
export function read(to: u32, address: u32, length: u32): void {
  checkRange(address, length);
  copyIn(to, address, length);
}

// Most hash inputs are some tens of bytes: 8 at a time beats the engine's bulk copy there.
export function copyIn(to: u32, from: u32, length: u32): void {
  if (length > 128 || length < 8) {
    if (length) guestCopyIn(to, from, length);
    return;
  }
  const last = length - 8;
  for (let i: u32 = 0; i < last; i += 8) store<u64>(to + i, guestLoad64(from + i));
  store<u64>(to + last, guestLoad64(from + last));
}

/** Copies a range of any length to fresh memory of the helper. */
export function readWhole(fat: u64): u32 {
  const length = lengthOf(fat);
  checkRange(addressOf(fat), length);
  const to = heapAllocate(length);
  if (!to) fail(HELPER_OUT_OF_MEMORY);
  guestCopyIn(to, addressOf(fat), length);
  return to;
}

/** Allocates `length` bytes for the guest, a multiple of 8, and copies them there. */
export function returnPointer(from: u32, length: u32): u32 {
  const pointer = allocate(length);
  for (let i: u32 = 0; i < length; i += 8) guestStore64(pointer + i, load<u64>(from + i));
  return pointer;
}

/** Allocates for `length` bytes of any number and returns the fat pointer. */
export function returnFat(from: u32, length: u32): u64 {
  const pointer = allocate(length);
  guestCopyOut(pointer, from, length);
  return (u64(length) << 32) | pointer;
}
