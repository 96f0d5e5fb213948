// SHA-256 (FIPS 180-4).

// prettier-ignore
const K = memory.data<u32>([
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
  0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
  0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
  0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
  0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
  0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
  0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
  0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
]);

const H: u32 = u32(memory.data(32, 16));
const W: u32 = u32(memory.data(256, 16));
const TAIL: u32 = u32(memory.data(128, 16));
let total: u64 = 0;

export function sha256Init(): void {
  store<u32>(H, 0x6a09e667);
  store<u32>(H, 0xbb67ae85, 4);
  store<u32>(H, 0x3c6ef372, 8);
  store<u32>(H, 0xa54ff53a, 12);
  store<u32>(H, 0x510e527f, 16);
  store<u32>(H, 0x9b05688c, 20);
  store<u32>(H, 0x1f83d9ab, 24);
  store<u32>(H, 0x5be0cd19, 28);
  total = 0;
}

/** Absorbs blocks of 64 bytes. */
export function sha256Update(input: u32, length: u32): void {
  total += length;
  for (let end = input + length; input < end; input += 64) compress(input);
}

/** Absorbs the rest and leaves the 32-byte hash at the result. */
export function sha256Final(input: u32, length: u32): u32 {
  const whole = length & ~63;
  if (whole) {
    sha256Update(input, whole);
    input += whole;
    length -= whole;
  }
  const bits = (total + length) << 3;
  const padded: u32 = length < 56 ? 64 : 128;
  memory.copy(TAIL, input, length);
  memory.fill(TAIL + length, 0, padded - length);
  store<u8>(TAIL + length, 0x80);
  store<u64>(TAIL + padded - 8, bswap(bits));
  compress(TAIL);
  if (padded == 128) compress(TAIL + 64);
  for (let i: u32 = 0; i < 32; i += 4) store<u32>(H + i, bswap(load<u32>(H + i)));
  return H;
}

// @ts-ignore: decorator
@inline
function schedule(i: u32): void {
  const w = W + (i << 2);
  const a = load<u32>(w - 60);
  const b = load<u32>(w - 8);
  const s0 = rotr(a, 7) ^ rotr(a, 18) ^ (a >> 3);
  const s1 = rotr(b, 17) ^ rotr(b, 19) ^ (b >> 10);
  store<u32>(w, load<u32>(w - 64) + s0 + load<u32>(w - 28) + s1);
}

// @ts-ignore: decorator
@inline
function mix(e: u32, f: u32, g: u32, h: u32, i: u32, offset: u32): u32 {
  const s1 = rotr(e, 6) ^ rotr(e, 11) ^ rotr(e, 25);
  const choice = g ^ (e & (f ^ g));
  return h + s1 + choice + load<u32>(u32(K) + i + offset) + load<u32>(W + i + offset);
}

// @ts-ignore: decorator
@inline
function fold(a: u32, b: u32, c: u32): u32 {
  return (rotr(a, 2) ^ rotr(a, 13) ^ rotr(a, 22)) + ((a & b) | (c & (a | b)));
}

function compress(block: u32): void {
  for (let i: u32 = 0; i < 64; i += 4) store<u32>(W + i, bswap(load<u32>(block + i)));
  for (let i: u32 = 16; i < 64; i++) schedule(i);
  let a = load<u32>(H);
  let b = load<u32>(H, 4);
  let c = load<u32>(H, 8);
  let d = load<u32>(H, 12);
  let e = load<u32>(H, 16);
  let f = load<u32>(H, 20);
  let g = load<u32>(H, 24);
  let h = load<u32>(H, 28);
  for (let i: u32 = 0; i < 256; i += 32) {
    h = mix(e, f, g, h, i, 0);
    d += h;
    h += fold(a, b, c);
    g = mix(d, e, f, g, i, 4);
    c += g;
    g += fold(h, a, b);
    f = mix(c, d, e, f, i, 8);
    b += f;
    f += fold(g, h, a);
    e = mix(b, c, d, e, i, 12);
    a += e;
    e += fold(f, g, h);
    d = mix(a, b, c, d, i, 16);
    h += d;
    d += fold(e, f, g);
    c = mix(h, a, b, c, i, 20);
    g += c;
    c += fold(d, e, f);
    b = mix(g, h, a, b, i, 24);
    f += b;
    b += fold(c, d, e);
    a = mix(f, g, h, a, i, 28);
    e += a;
    a += fold(b, c, d);
  }
  store<u32>(H, load<u32>(H) + a);
  store<u32>(H, load<u32>(H, 4) + b, 4);
  store<u32>(H, load<u32>(H, 8) + c, 8);
  store<u32>(H, load<u32>(H, 12) + d, 12);
  store<u32>(H, load<u32>(H, 16) + e, 16);
  store<u32>(H, load<u32>(H, 20) + f, 20);
  store<u32>(H, load<u32>(H, 24) + g, 24);
  store<u32>(H, load<u32>(H, 28) + h, 28);
}
