// The freeing-bump allocator of the host, whose addresses are part of consensus.
//
// Memory from the heap base upwards is handed out in blocks of 8-byte header + 2^(3 + order) bytes,
// order 0 to 22. A freed block goes to the front of its order's list and is reused before fresh memory
// is taken. While in use, a header holds its order with bit 32 set; while free, the address of the next
// free header of the list or NIL. The guest can overwrite headers: everything read from one is checked
// the way the reference checks it, and the first error poisons the allocator for good.

import { guestGrow, guestLoad64, guestPages, guestStore64 } from "./guest";
import {
  ALLOCATION_TOO_LARGE,
  ALLOCATOR_POISONED,
  BAD_FREE_LIST,
  BAD_ORDER,
  COUNT_UNDERFLOW,
  FREE_OF_FREE,
  HEADER_OUT_OF_BOUNDS,
  MEMORY_SHRUNK,
  NOT_READY,
  OCCUPIED_IN_FREE_LIST,
  OUT_OF_SPACE,
  POINTER_TOO_LOW,
  fail,
} from "./reasons";
import {
  ALLOCATED,
  BUMPER,
  HEADS,
  HEAP_BASE,
  MAX_PAGES,
  PEAK,
  POISONED,
  READY,
  SEEN_PAGES,
  SPAN,
  SUM,
  state,
} from "./state";

const HEADER: u32 = 8;
const ORDERS: u32 = 23;
const LARGEST: u32 = 1 << 25;
const NIL: u32 = 0xffffffff;
const OCCUPIED: u64 = 1 << 32;

/** Fixes the heap base, rounded up to 8 with 32-bit wrap-around; before it, every call fails. */
export function setHeapBase(heapBase: u32): void {
  const aligned = ((heapBase >> 3) + u32((heapBase & 7) != 0)) << 3;
  for (let order: u32 = 0; order < ORDERS; order++) store<u32>(state + HEADS + (order << 2), NIL);
  store<u32>(state + BUMPER, aligned);
  store<u32>(state + HEAP_BASE, aligned);
  store<u32>(state + READY, 1);
}

// @ts-ignore: decorator
@inline
function poison(reason: u32): void {
  store<u32>(state + POISONED, 1);
  fail(reason);
}

/** Common start of both calls. Returns the size of the guest's memory in bytes. */
// @ts-ignore: decorator
@inline
function enter(): u64 {
  if (load<u32>(state + POISONED) | (load<u32>(state + READY) ^ 1)) {
    fail(load<u32>(state + READY) ? ALLOCATOR_POISONED : NOT_READY);
  }
  const pages = guestPages();
  if (pages < load<u32>(state + SEEN_PAGES)) poison(MEMORY_SHRUNK);
  store<u32>(state + SEEN_PAGES, pages);
  return u64(pages) << 16;
}

/** Makes room for `required` bytes of memory in all: doubles, within the limit, or takes what it needs. */
function growFor(required: u64): void {
  const needed = u32((required + 0xffff) >> 16);
  const current = guestPages();
  const limit = load<u32>(state + MAX_PAGES);
  if (current >= limit || needed > limit) poison(OUT_OF_SPACE);
  const doubled = min(current << 1, limit);
  if (guestGrow(max(doubled, needed) - current) == -1) poison(OUT_OF_SPACE);
}

/**
 * Hands out `size` bytes.
 *
 * @returns address of the first byte after the header, 8-byte aligned
 */
export function allocate(size: u32): u32 {
  const bytes = enter();
  if (size > LARGEST) poison(ALLOCATION_TOO_LARGE);
  const order = 29 - clz<u32>(max<u32>(size, 8) - 1);
  const block = (<u32>8 << order) + HEADER;
  const head = state + HEADS + (order << 2);
  let header = load<u32>(head);
  if (header != NIL) {
    if (u64(header) + block > bytes) poison(BAD_FREE_LIST);
    const free = guestLoad64(header);
    if (free & OCCUPIED) poison(u32(free) < ORDERS ? OCCUPIED_IN_FREE_LIST : BAD_ORDER);
    store<u32>(head, u32(free));
  } else {
    header = load<u32>(state + BUMPER);
    const required = u64(header) + block;
    if (required > bytes) growFor(required);
    store<u32>(state + BUMPER, header + block);
  }
  guestStore64(header, OCCUPIED | order);

  const allocated = load<u32>(state + ALLOCATED) + block;
  store<u32>(state + ALLOCATED, allocated);
  store<u32>(state + PEAK, max(load<u32>(state + PEAK), allocated));
  store<u64>(state + SUM, load<u64>(state + SUM) + block);
  store<u32>(state + SPAN, load<u32>(state + BUMPER) - load<u32>(state + HEAP_BASE));
  return header + HEADER;
}

/** Takes back the block at `pointer`, an address that `allocate` returned. */
export function deallocate(pointer: u32): void {
  const bytes = enter();
  if (pointer < HEADER) poison(POINTER_TOO_LOW);
  const header = pointer - HEADER;
  if (u64(header) + HEADER > bytes) poison(HEADER_OUT_OF_BOUNDS);
  const occupied = guestLoad64(header);
  if (!(occupied & OCCUPIED)) poison(FREE_OF_FREE);
  const order = u32(occupied);
  if (order >= ORDERS) poison(BAD_ORDER);

  const head = state + HEADS + (order << 2);
  guestStore64(header, load<u32>(head));
  store<u32>(head, header);

  const block = (<u32>8 << order) + HEADER;
  const allocated = load<u32>(state + ALLOCATED);
  if (allocated < block) poison(COUNT_UNDERFLOW);
  store<u32>(state + ALLOCATED, allocated - block);
}
