// The state of one guest, kept in the helper's memory at the address given to `initialise`, so that
// tests can move it to another memory. Offsets are mirrored in src/host-functions/state.ts.

export const READY: u32 = 0; // u32: 1 once the heap base is known
export const POISONED: u32 = 4; // u32: 1 after the first allocator error
export const BUMPER: u32 = 8; // u32: address where fresh blocks start
export const HEAP_BASE: u32 = 12; // u32
export const MAX_PAGES: u32 = 16; // u32
export const ALLOCATED: u32 = 20; // u32: bytes handed out now, headers included
export const PEAK: u32 = 24; // u32
export const SPAN: u32 = 28; // u32: bumper minus heap base after the last allocation
export const SUM: u32 = 32; // u64: bytes ever handed out
export const SEEN_PAGES: u32 = 40; // u32: memory size at the last call
export const REASON: u32 = 44; // u32: why the last call trapped, see reasons.ts
export const BATCH: u32 = 48; // u32: 0 none, 1 all good so far, 2 a bad signature
export const LOG_LEVEL: u32 = 52; // u32: 0 off … 5 trace
export const HEADS: u32 = 64; // u32[23]: first free block of each order, header address

/** Address of the state of the guest this instance serves. */
export let state: u32 = 0;

/** Two scratch areas of the helper: SCRATCH for inputs, OUTPUT for results. */
export let scratch: u32 = 0;
export let output: u32 = 0;

/** Serves the guest whose state, all zero at first, is at `stateAddress`. */
export function initialise(stateAddress: u32, scratchAddress: u32, outputAddress: u32): void {
  state = stateAddress;
  scratch = scratchAddress;
  output = outputAddress;
}

/** @param maxPages largest memory the allocator may ask for, in pages of 64 KiB */
export function configure(maxPages: u32, logLevel: u32): void {
  store<u32>(state + MAX_PAGES, maxPages);
  store<u32>(state + LOG_LEVEL, logLevel);
}
