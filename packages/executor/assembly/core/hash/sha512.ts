// SHA-512 (FIPS 180-4).

// prettier-ignore
const K = memory.data<u64>([
  0x428a2f98d728ae22, 0x7137449123ef65cd, 0xb5c0fbcfec4d3b2f, 0xe9b5dba58189dbbc,
  0x3956c25bf348b538, 0x59f111f1b605d019, 0x923f82a4af194f9b, 0xab1c5ed5da6d8118,
  0xd807aa98a3030242, 0x12835b0145706fbe, 0x243185be4ee4b28c, 0x550c7dc3d5ffb4e2,
  0x72be5d74f27b896f, 0x80deb1fe3b1696b1, 0x9bdc06a725c71235, 0xc19bf174cf692694,
  0xe49b69c19ef14ad2, 0xefbe4786384f25e3, 0x0fc19dc68b8cd5b5, 0x240ca1cc77ac9c65,
  0x2de92c6f592b0275, 0x4a7484aa6ea6e483, 0x5cb0a9dcbd41fbd4, 0x76f988da831153b5,
  0x983e5152ee66dfab, 0xa831c66d2db43210, 0xb00327c898fb213f, 0xbf597fc7beef0ee4,
  0xc6e00bf33da88fc2, 0xd5a79147930aa725, 0x06ca6351e003826f, 0x142929670a0e6e70,
  0x27b70a8546d22ffc, 0x2e1b21385c26c926, 0x4d2c6dfc5ac42aed, 0x53380d139d95b3df,
  0x650a73548baf63de, 0x766a0abb3c77b2a8, 0x81c2c92e47edaee6, 0x92722c851482353b,
  0xa2bfe8a14cf10364, 0xa81a664bbc423001, 0xc24b8b70d0f89791, 0xc76c51a30654be30,
  0xd192e819d6ef5218, 0xd69906245565a910, 0xf40e35855771202a, 0x106aa07032bbd1b8,
  0x19a4c116b8d2d0c8, 0x1e376c085141ab53, 0x2748774cdf8eeb99, 0x34b0bcb5e19b48a8,
  0x391c0cb3c5c95a63, 0x4ed8aa4ae3418acb, 0x5b9cca4f7763e373, 0x682e6ff3d6b2b8a3,
  0x748f82ee5defb2fc, 0x78a5636f43172f60, 0x84c87814a1f0ab72, 0x8cc702081a6439ec,
  0x90befffa23631e28, 0xa4506cebde82bde9, 0xbef9a3f7b2c67915, 0xc67178f2e372532b,
  0xca273eceea26619c, 0xd186b8c721c0c207, 0xeada7dd6cde0eb1e, 0xf57d4f7fee6ed178,
  0x06f067aa72176fba, 0x0a637dc5a2c898a6, 0x113f9804bef90dae, 0x1b710b35131c471b,
  0x28db77f523047d84, 0x32caab7b40c72493, 0x3c9ebe0a15c9bebc, 0x431d67c49c100d4c,
  0x4cc5d4becb3e42b6, 0x597f299cfc657e2a, 0x5fcb6fab3ad6faec, 0x6c44198c4a475817,
]);

const H: u32 = u32(memory.data(64, 16));
const W: u32 = u32(memory.data(640, 16));
const TAIL: u32 = u32(memory.data(256, 16));
let buffered: u32 = 0;
let total: u64 = 0;

export function sha512Init(): void {
  store<u64>(H, 0x6a09e667f3bcc908);
  store<u64>(H, 0xbb67ae8584caa73b, 8);
  store<u64>(H, 0x3c6ef372fe94f82b, 16);
  store<u64>(H, 0xa54ff53a5f1d36f1, 24);
  store<u64>(H, 0x510e527fade682d1, 32);
  store<u64>(H, 0x9b05688c2b3e6c1f, 40);
  store<u64>(H, 0x1f83d9abfb41bd6b, 48);
  store<u64>(H, 0x5be0cd19137e2179, 56);
  buffered = 0;
  total = 0;
}

/** Absorbs any number of bytes. */
export function sha512Update(input: u32, length: u32): void {
  total += length;
  if (buffered) {
    const taken = min(128 - buffered, length);
    memory.copy(TAIL + buffered, input, taken);
    buffered += taken;
    input += taken;
    length -= taken;
    if (buffered < 128) return;
    compress(TAIL);
    buffered = 0;
  }
  while (length >= 128) {
    compress(input);
    input += 128;
    length -= 128;
  }
  memory.copy(TAIL, input, length);
  buffered = length;
}

/** Leaves the 64-byte hash at the result. */
export function sha512Final(): u32 {
  const padded: u32 = buffered < 112 ? 128 : 256;
  memory.fill(TAIL + buffered, 0, padded - buffered);
  store<u8>(TAIL + buffered, 0x80);
  store<u64>(TAIL + padded - 8, bswap(total << 3));
  compress(TAIL);
  if (padded == 256) compress(TAIL + 128);
  for (let i: u32 = 0; i < 64; i += 8) store<u64>(H + i, bswap(load<u64>(H + i)));
  return H;
}

// @ts-ignore: decorator
@inline
function schedule(i: u32): void {
  const w = W + (i << 3);
  const a = load<u64>(w - 120);
  const b = load<u64>(w - 16);
  const s0 = rotr(a, 1) ^ rotr(a, 8) ^ (a >> 7);
  const s1 = rotr(b, 19) ^ rotr(b, 61) ^ (b >> 6);
  store<u64>(w, load<u64>(w - 128) + s0 + load<u64>(w - 56) + s1);
}

// @ts-ignore: decorator
@inline
function mix(e: u64, f: u64, g: u64, h: u64, i: u32, offset: u32): u64 {
  const s1 = rotr(e, 14) ^ rotr(e, 18) ^ rotr(e, 41);
  const choice = g ^ (e & (f ^ g));
  return h + s1 + choice + load<u64>(u32(K) + i + offset) + load<u64>(W + i + offset);
}

// @ts-ignore: decorator
@inline
function fold(a: u64, b: u64, c: u64): u64 {
  return (rotr(a, 28) ^ rotr(a, 34) ^ rotr(a, 39)) + ((a & b) | (c & (a | b)));
}

function compress(block: u32): void {
  for (let i: u32 = 0; i < 128; i += 8) store<u64>(W + i, bswap(load<u64>(block + i)));
  for (let i: u32 = 16; i < 80; i++) schedule(i);
  let a = load<u64>(H);
  let b = load<u64>(H, 8);
  let c = load<u64>(H, 16);
  let d = load<u64>(H, 24);
  let e = load<u64>(H, 32);
  let f = load<u64>(H, 40);
  let g = load<u64>(H, 48);
  let h = load<u64>(H, 56);
  for (let i: u32 = 0; i < 640; i += 64) {
    h = mix(e, f, g, h, i, 0);
    d += h;
    h += fold(a, b, c);
    g = mix(d, e, f, g, i, 8);
    c += g;
    g += fold(h, a, b);
    f = mix(c, d, e, f, i, 16);
    b += f;
    f += fold(g, h, a);
    e = mix(b, c, d, e, i, 24);
    a += e;
    e += fold(f, g, h);
    d = mix(a, b, c, d, i, 32);
    h += d;
    d += fold(e, f, g);
    c = mix(h, a, b, c, i, 40);
    g += c;
    c += fold(d, e, f);
    b = mix(g, h, a, b, i, 48);
    f += b;
    b += fold(c, d, e);
    a = mix(f, g, h, a, i, 56);
    e += a;
    a += fold(b, c, d);
  }
  store<u64>(H, load<u64>(H) + a);
  store<u64>(H, load<u64>(H, 8) + b, 8);
  store<u64>(H, load<u64>(H, 16) + c, 16);
  store<u64>(H, load<u64>(H, 24) + d, 24);
  store<u64>(H, load<u64>(H, 32) + e, 32);
  store<u64>(H, load<u64>(H, 40) + f, 40);
  store<u64>(H, load<u64>(H, 48) + g, 48);
  store<u64>(H, load<u64>(H, 56) + h, 56);
}
