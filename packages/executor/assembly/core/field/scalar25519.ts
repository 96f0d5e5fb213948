// Integers modulo L, the order of the base point.

import { isBelow, reduceWide } from "./barrett";

// prettier-ignore
const L = u32(memory.data<u32>([
  0x5cf5d3ed, 0x5812631a, 0xa2f79cd6, 0x14def9de, 0x00000000, 0x00000000, 0x00000000, 0x10000000,
]));
// prettier-ignore
const MU = u32(memory.data<u32>([
  0x0a2c131b, 0xed9ce5a3, 0x086329a7, 0x2106215d, 0xffffffeb, 0xffffffff, 0xffffffff, 0xffffffff, 0x0000000f,
]));

/** r = the 64 little-endian bytes at `wide`, modulo L. */
export function scalarReduce(r: u32, wide: u32): void {
  reduceWide(r, wide, L, MU);
}

/** Whether 32 little-endian bytes are below L. */
export function scalarIsCanonical(bytes: u32): bool {
  return isBelow(bytes, L);
}
