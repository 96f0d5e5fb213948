// xxHash64, several seeds in one pass: twox-64, -128 and -256 are xxHash64 with the seeds 0 to 3.

const P1: u64 = 0x9e3779b185ebca87;
const P2: u64 = 0xc2b2ae3d27d4eb4f;
const P3: u64 = 0x165667b19e3779f9;
const P4: u64 = 0x85ebca77c2b2ae63;
const P5: u64 = 0x27d4eb2f165667c5;

/** Four accumulators per seed. */
const STATE: u32 = u32(memory.data(4 * 32, 16));
let total: u64 = 0;

// @ts-ignore: decorator
@inline
function round(accumulator: u64, word: u64): u64 {
  return rotl(accumulator + word * P2, 31) * P1;
}

// @ts-ignore: decorator
@inline
function merge(hash: u64, accumulator: u64): u64 {
  return (hash ^ round(0, accumulator)) * P1 + P4;
}

export function xxhashInit(): void {
  total = 0;
  for (let seed: u64 = 0; seed < 4; seed++) {
    const s = STATE + (u32(seed) << 5);
    store<u64>(s, seed + P1 + P2);
    store<u64>(s, seed + P2, 8);
    store<u64>(s, seed, 16);
    store<u64>(s, seed - P1, 24);
  }
}

/** Absorbs stripes of 32 bytes for the seeds 0 to `seeds` - 1. */
export function xxhashUpdate(input: u32, length: u32, seeds: u32): void {
  total += length;
  const end = input + length;
  for (let s = STATE, last = STATE + (seeds << 5); s < last; s += 32) {
    let a = load<u64>(s);
    let b = load<u64>(s, 8);
    let c = load<u64>(s, 16);
    let d = load<u64>(s, 24);
    for (let p = input; p < end; p += 32) {
      a = round(a, load<u64>(p));
      b = round(b, load<u64>(p, 8));
      c = round(c, load<u64>(p, 16));
      d = round(d, load<u64>(p, 24));
    }
    store<u64>(s, a);
    store<u64>(s, b, 8);
    store<u64>(s, c, 16);
    store<u64>(s, d, 24);
  }
}

function finish(seed: u64, input: u32, length: u32): u64 {
  let hash: u64;
  if (total >= 32) {
    const s = STATE + (u32(seed) << 5);
    const a = load<u64>(s);
    const b = load<u64>(s, 8);
    const c = load<u64>(s, 16);
    const d = load<u64>(s, 24);
    hash = rotl(a, 1) + rotl(b, 7) + rotl(c, 12) + rotl(d, 18);
    hash = merge(merge(merge(merge(hash, a), b), c), d);
  } else {
    hash = seed + P5;
  }
  hash += total + length;
  const end = input + length;
  while (input + 8 <= end) {
    hash = rotl(hash ^ round(0, load<u64>(input)), 27) * P1 + P4;
    input += 8;
  }
  if (input + 4 <= end) {
    hash = rotl(hash ^ (u64(load<u32>(input)) * P1), 23) * P2 + P3;
    input += 4;
  }
  while (input < end) {
    hash = rotl(hash ^ (u64(load<u8>(input)) * P5), 11) * P1;
    input += 1;
  }
  hash = (hash ^ (hash >> 33)) * P2;
  hash = (hash ^ (hash >> 29)) * P3;
  return hash ^ (hash >> 32);
}

/** Absorbs the rest and writes one little-endian hash of 8 bytes per seed. */
export function xxhashFinal(input: u32, length: u32, seeds: u32, output: u32): void {
  const whole = length & ~31;
  if (whole) {
    xxhashUpdate(input, whole, seeds);
    input += whole;
    length -= whole;
  }
  for (let seed: u32 = 0; seed < seeds; seed++) {
    store<u64>(output + (seed << 3), finish(seed, input, length));
  }
}

/** Whole message at once. */
export function twox(input: u32, length: u32, seeds: u32, output: u32): void {
  if (length >= 32) xxhashInit();
  else total = 0;
  xxhashFinal(input, length, seeds, output);
}
