// The memory that the guest sees. Its own pages are 0 to `guestBytes`; behind its maximum lie a page of texts and the
// host's heap (src/merge/layout.ts), which the guest's `memory.grow` never reaches.

// @ts-expect-error: decorator
@external('glue', 'initial_pages') declare const INITIAL_PAGES: u32;
// @ts-expect-error: decorator
@external('glue', 'maximum_pages') declare const MAXIMUM_PAGES: u32;

let grownPages: u32 = 0;

/** `memory.size` of the guest. */
export function memory_size(): u32 {
  return INITIAL_PAGES + grownPages;
}

/** `memory.grow` of the guest. The pages are there from the start, and zero. */
export function memory_grow(pages: u32): u32 {
  const before = INITIAL_PAGES + grownPages;
  if (pages > MAXIMUM_PAGES - before) return -1;
  grownPages += pages;
  return before;
}

// @ts-expect-error: decorator
@inline
export function guestBytes(): u64 {
  return <u64>(INITIAL_PAGES + grownPages) << 16;
}

/** Traps unless `length` bytes at `pointer` lie in the guest's memory. Returns the pointer. */
export function inGuest(pointer: u32, length: u64): u32 {
  if (<u64>pointer + length > guestBytes()) unreachable();
  return pointer;
}

/** `memory.copy` of the bulk memory proposal: both ranges are checked first, also of zero bytes; they may overlap. */
export function memory_copy(to: u32, from: u32, length: u32): void {
  const bytes = guestBytes();
  if (<u64>to + <u64>length > bytes || <u64>from + <u64>length > bytes) unreachable();
  move(to, from, length);
}

/** `memory.fill` of the bulk memory proposal. */
export function memory_fill(to: u32, value: u32, length: u32): void {
  if (<u64>to + <u64>length > guestBytes()) unreachable();
  const end = to + length;
  const bytes = <u64>(value & 0xff) * 0x0101010101010101;
  while (end - to >= 8) {
    store<u64>(to, bytes);
    to += 8;
  }
  while (to < end) {
    store<u8>(to, value);
    to += 1;
  }
}

/** Copies as if through a buffer. No check. */
export function move(to: u32, from: u32, length: u32): void {
  // Upwards where no byte is written before it is read: the target is below the source (the difference wraps) or behind it.
  if (to - from >= length) {
    while (length >= 32) {
      store<u64>(to, load<u64>(from));
      store<u64>(to, load<u64>(from, 8), 8);
      store<u64>(to, load<u64>(from, 16), 16);
      store<u64>(to, load<u64>(from, 24), 24);
      to += 32;
      from += 32;
      length -= 32;
    }
    while (length >= 8) {
      store<u64>(to, load<u64>(from));
      to += 8;
      from += 8;
      length -= 8;
    }
    while (length > 0) {
      store<u8>(to, load<u8>(from));
      to += 1;
      from += 1;
      length -= 1;
    }
    return;
  }
  while (length >= 8) {
    length -= 8;
    store<u64>(to + length, load<u64>(from + length));
  }
  while (length > 0) {
    length -= 1;
    store<u8>(to + length, load<u8>(from + length));
  }
}
