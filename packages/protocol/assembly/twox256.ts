// biome-ignore-all lint/correctness/noPrecisionLoss: AssemblyScript's u64 literals are exact
//
// twox-256: xxHash64 with the seeds 0 to 3 over the same bytes, which are read once. Compiled to a module of its own
// (scripts/build-assembly.mjs) that src/checksum/ feeds block by block. The algorithm is in the xxHash specification:
// https://github.com/Cyan4973/xxHash/blob/v0.8.3/doc/xxhash_spec.md#xxh64-algorithm-description

const P1: u64 = 0x9e3779b185ebca87;
const P2: u64 = 0xc2b2ae3d27d4eb4f;
const P3: u64 = 0x165667b19e3779f9;
const P4: u64 = 0x85ebca77c2b2ae63;
const P5: u64 = 0x27d4eb2f165667c5;

/** Bytes that one step of the main loop takes in. */
const STRIPE: u32 = 32;
const SEEDS: u32 = 4;
/** Four accumulators of 8 bytes per seed. */
const STATE_BYTES: u32 = 32;
/** Bytes of a block: it stays in the first-level cache while all seeds go over it. */
const BLOCK: u32 = 16384;

const state: usize = memory.data(128);
const output: usize = memory.data(32);
const block: usize = memory.data(16384);

/** Where the caller puts the bytes. */
export function blockAddress(): usize {
  return block;
}

/** How many bytes fit there. */
export function blockSize(): u32 {
  return BLOCK;
}

/** Where the 32 bytes of the result are after {@link finish}. */
export function outputAddress(): usize {
  return output;
}

function round(accumulator: u64, input: u64): u64 {
  return rotl<u64>(accumulator + input * P2, 31) * P1;
}

/** Starts a new hash. */
export function reset(): void {
  for (let seed: u32 = 0; seed < SEEDS; seed++) {
    const at = state + seed * STATE_BYTES;
    store<u64>(at, seed + P1 + P2);
    store<u64>(at, seed + P2, 8);
    store<u64>(at, seed, 16);
    store<u64>(at, seed - P1, 24);
  }
}

/** Takes in `length` bytes of the block, a multiple of 32. */
export function update(length: u32): void {
  const end = block + length;
  for (let seed: u32 = 0; seed < SEEDS; seed += 2) {
    const at = state + seed * STATE_BYTES;
    let a1 = load<u64>(at);
    let a2 = load<u64>(at, 8);
    let a3 = load<u64>(at, 16);
    let a4 = load<u64>(at, 24);
    let b1 = load<u64>(at, 32);
    let b2 = load<u64>(at, 40);
    let b3 = load<u64>(at, 48);
    let b4 = load<u64>(at, 56);
    for (let pointer = block; pointer < end; pointer += STRIPE) {
      let x = load<u64>(pointer) * P2;
      a1 = rotl<u64>(a1 + x, 31) * P1;
      b1 = rotl<u64>(b1 + x, 31) * P1;
      x = load<u64>(pointer, 8) * P2;
      a2 = rotl<u64>(a2 + x, 31) * P1;
      b2 = rotl<u64>(b2 + x, 31) * P1;
      x = load<u64>(pointer, 16) * P2;
      a3 = rotl<u64>(a3 + x, 31) * P1;
      b3 = rotl<u64>(b3 + x, 31) * P1;
      x = load<u64>(pointer, 24) * P2;
      a4 = rotl<u64>(a4 + x, 31) * P1;
      b4 = rotl<u64>(b4 + x, 31) * P1;
    }
    store<u64>(at, a1);
    store<u64>(at, a2, 8);
    store<u64>(at, a3, 16);
    store<u64>(at, a4, 24);
    store<u64>(at, b1, 32);
    store<u64>(at, b2, 40);
    store<u64>(at, b3, 48);
    store<u64>(at, b4, 56);
  }
}

function merge(hash: u64, accumulator: u64): u64 {
  return (hash ^ round(0, accumulator)) * P1 + P4;
}

/** Ends the hash with the last `tail` bytes (below 32) of the block; `total` counts all bytes. */
export function finish(tail: u32, total: u64): void {
  for (let seed: u32 = 0; seed < SEEDS; seed++) {
    let hash: u64 = seed + P5;
    if (total >= STRIPE) {
      const at = state + seed * STATE_BYTES;
      const v1 = load<u64>(at);
      const v2 = load<u64>(at, 8);
      const v3 = load<u64>(at, 16);
      const v4 = load<u64>(at, 24);
      hash = rotl<u64>(v1, 1) + rotl<u64>(v2, 7) + rotl<u64>(v3, 12) + rotl<u64>(v4, 18);
      hash = merge(merge(merge(merge(hash, v1), v2), v3), v4);
    }
    hash += total;
    let pointer = block;
    const end = block + tail;
    for (; pointer + 8 <= end; pointer += 8) {
      hash = rotl<u64>(hash ^ round(0, load<u64>(pointer)), 27) * P1 + P4;
    }
    if (pointer + 4 <= end) {
      hash = rotl<u64>(hash ^ (<u64>load<u32>(pointer) * P1), 23) * P2 + P3;
      pointer += 4;
    }
    for (; pointer < end; pointer++) {
      hash = rotl<u64>(hash ^ (<u64>load<u8>(pointer) * P5), 11) * P1;
    }
    hash = (hash ^ (hash >> 33)) * P2;
    hash = (hash ^ (hash >> 29)) * P3;
    store<u64>(output + seed * 8, hash ^ (hash >> 32));
  }
}
