// What the guest offers, and the rule that it must not call out while it is asked for memory.
import { inGuest } from './memory';

// @ts-expect-error: decorator
@external('guest', 'realloc') declare function realloc(old: u32, oldSize: u32, align: u32, size: u32): u32;
// @ts-expect-error: decorator
@external('guest', 'post_return') declare function postReturn(result: u32): void;

let mayLeave = true;

/** Traps where the canonical ABI forbids the guest to call an import: while it allocates or cleans up for us. */
export function leave(): void {
  if (!mayLeave) unreachable();
}

/** New memory of the guest's, as the canonical ABI asks for it: aligned and within its memory, or a trap. */
export function allocate(alignment: u32, size: u32): u32 {
  const before = mayLeave;
  mayLeave = false;
  const pointer = realloc(0, 0, alignment, size);
  mayLeave = before;
  aligned(pointer, alignment);
  return inGuest(pointer, size);
}

export function cleanUp(result: u32): void {
  mayLeave = false;
  postReturn(result);
  mayLeave = true;
}

/** Traps unless `pointer` is a multiple of `alignment`, a power of two. */
export function aligned(pointer: u32, alignment: u32): void {
  if (pointer & (alignment - 1)) unreachable();
}
