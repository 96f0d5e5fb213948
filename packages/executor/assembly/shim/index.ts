// The host functions of one guest. Every export named ext_* is one; the rest is for the host.

import { allocate, deallocate } from "./allocator";

export { configure, initialise } from "./state";
export { setHeapBase } from "./allocator";
export * from "./crypto";
export * from "./hashing";
export * from "./keystore";
export * from "./logging";
export * from "./runtime-version";
export * from "./trie";

export function ext_allocator_malloc_version_1(size: u32): u32 {
  return allocate(size);
}

export function ext_allocator_free_version_1(pointer: u32): void {
  deallocate(pointer);
}
