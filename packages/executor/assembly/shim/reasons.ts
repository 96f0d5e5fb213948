// Why a host function trapped. The numbers are mirrored in src/host-functions/errors.ts.

import { REASON, state } from "./state";

export const NOT_READY: u32 = 1;
export const OUT_OF_BOUNDS: u32 = 2;
export const ALLOCATOR_POISONED: u32 = 3;
export const ALLOCATION_TOO_LARGE: u32 = 4;
export const OUT_OF_SPACE: u32 = 5;
export const MEMORY_SHRUNK: u32 = 6;
export const BAD_FREE_LIST: u32 = 7;
export const HEADER_OUT_OF_BOUNDS: u32 = 8;
export const BAD_ORDER: u32 = 9;
export const OCCUPIED_IN_FREE_LIST: u32 = 10;
export const POINTER_TOO_LOW: u32 = 11;
export const FREE_OF_FREE: u32 = 12;
export const COUNT_UNDERFLOW: u32 = 13;
export const NO_KEYSTORE: u32 = 14;
export const BAD_ENUM: u32 = 15;
export const BAD_SCALE: u32 = 16;
export const BAD_UTF8: u32 = 17;
export const BATCH_STARTED_TWICE: u32 = 18;
export const BATCH_NOT_STARTED: u32 = 19;
export const NESTED_EXTERNALITIES: u32 = 20;
export const HELPER_OUT_OF_MEMORY: u32 = 21;
export const LENGTH_MISMATCH: u32 = 22;

/** Traps; the reason can be read from the state afterwards. */
export function fail(reason: u32): void {
  store<u32>(state + REASON, reason);
  unreachable();
}
