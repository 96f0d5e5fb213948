// BLAKE2b without key (RFC 7693).

// prettier-ignore
const SIGMA = memory.data<u8>([
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
  14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3,
  11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4,
  7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8,
  9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13,
  2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9,
  12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11,
  13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10,
  6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5,
  10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0,
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
  14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3,
]);

const IV0: u64 = 0x6a09e667f3bcc908;
const IV1: u64 = 0xbb67ae8584caa73b;
const IV2: u64 = 0x3c6ef372fe94f82b;
const IV3: u64 = 0xa54ff53a5f1d36f1;
const IV4: u64 = 0x510e527fade682d1;
const IV5: u64 = 0x9b05688c2b3e6c1f;
const IV6: u64 = 0x1f83d9abfb41bd6b;
const IV7: u64 = 0x5be0cd19137e2179;

const H: u32 = u32(memory.data(64, 16));
const TAIL: u32 = u32(memory.data(128, 16));
let counter: u64 = 0;

/** Starts a hash of `size` bytes (1 to 64). */
export function blake2bInit(size: u32): void {
  store<u64>(H, IV0 ^ 0x01010000 ^ size);
  store<u64>(H, IV1, 8);
  store<u64>(H, IV2, 16);
  store<u64>(H, IV3, 24);
  store<u64>(H, IV4, 32);
  store<u64>(H, IV5, 40);
  store<u64>(H, IV6, 48);
  store<u64>(H, IV7, 56);
  counter = 0;
}

/** Absorbs blocks of 128 bytes; at least one more byte, or an empty message, must follow in Final. */
export function blake2bUpdate(input: u32, length: u32): void {
  const end = input + length;
  while (input < end) {
    counter += 128;
    compress(input, 0);
    input += 128;
  }
}

/** Absorbs the rest and leaves the 64-byte state, of which the hash is the start, at the result. */
export function blake2bFinal(input: u32, length: u32): u32 {
  if (length > 128) {
    const whole = (length - 1) & ~127;
    blake2bUpdate(input, whole);
    input += whole;
    length -= whole;
  }
  counter += length;
  if (length == 128) {
    compress(input, ~0);
  } else {
    memory.copy(TAIL, input, length);
    memory.fill(TAIL + length, 0, 128 - length);
    compress(TAIL, ~0);
  }
  return H;
}

// @ts-ignore: decorator
@inline
function word(block: u32, sigma: u32, i: u32): u64 {
  return load<u64>(block + (u32(load<u8>(sigma + i)) << 3));
}

function compress(m: u32, last: u64): void {
  let v0 = load<u64>(H, 0);
  let v1 = load<u64>(H, 8);
  let v2 = load<u64>(H, 16);
  let v3 = load<u64>(H, 24);
  let v4 = load<u64>(H, 32);
  let v5 = load<u64>(H, 40);
  let v6 = load<u64>(H, 48);
  let v7 = load<u64>(H, 56);
  let v8 = IV0;
  let v9 = IV1;
  let v10 = IV2;
  let v11 = IV3;
  let v12 = IV4 ^ counter;
  let v13 = IV5;
  let v14 = IV6 ^ last;
  let v15 = IV7;
  for (let sigma: u32 = u32(SIGMA), end = sigma + 192; sigma < end; sigma += 16) {
    v0 += v4 + word(m, sigma, 0);
    v12 = rotr(v12 ^ v0, 32);
    v8 += v12;
    v4 = rotr(v4 ^ v8, 24);
    v0 += v4 + word(m, sigma, 1);
    v12 = rotr(v12 ^ v0, 16);
    v8 += v12;
    v4 = rotr(v4 ^ v8, 63);
    v1 += v5 + word(m, sigma, 2);
    v13 = rotr(v13 ^ v1, 32);
    v9 += v13;
    v5 = rotr(v5 ^ v9, 24);
    v1 += v5 + word(m, sigma, 3);
    v13 = rotr(v13 ^ v1, 16);
    v9 += v13;
    v5 = rotr(v5 ^ v9, 63);
    v2 += v6 + word(m, sigma, 4);
    v14 = rotr(v14 ^ v2, 32);
    v10 += v14;
    v6 = rotr(v6 ^ v10, 24);
    v2 += v6 + word(m, sigma, 5);
    v14 = rotr(v14 ^ v2, 16);
    v10 += v14;
    v6 = rotr(v6 ^ v10, 63);
    v3 += v7 + word(m, sigma, 6);
    v15 = rotr(v15 ^ v3, 32);
    v11 += v15;
    v7 = rotr(v7 ^ v11, 24);
    v3 += v7 + word(m, sigma, 7);
    v15 = rotr(v15 ^ v3, 16);
    v11 += v15;
    v7 = rotr(v7 ^ v11, 63);
    v0 += v5 + word(m, sigma, 8);
    v15 = rotr(v15 ^ v0, 32);
    v10 += v15;
    v5 = rotr(v5 ^ v10, 24);
    v0 += v5 + word(m, sigma, 9);
    v15 = rotr(v15 ^ v0, 16);
    v10 += v15;
    v5 = rotr(v5 ^ v10, 63);
    v1 += v6 + word(m, sigma, 10);
    v12 = rotr(v12 ^ v1, 32);
    v11 += v12;
    v6 = rotr(v6 ^ v11, 24);
    v1 += v6 + word(m, sigma, 11);
    v12 = rotr(v12 ^ v1, 16);
    v11 += v12;
    v6 = rotr(v6 ^ v11, 63);
    v2 += v7 + word(m, sigma, 12);
    v13 = rotr(v13 ^ v2, 32);
    v8 += v13;
    v7 = rotr(v7 ^ v8, 24);
    v2 += v7 + word(m, sigma, 13);
    v13 = rotr(v13 ^ v2, 16);
    v8 += v13;
    v7 = rotr(v7 ^ v8, 63);
    v3 += v4 + word(m, sigma, 14);
    v14 = rotr(v14 ^ v3, 32);
    v9 += v14;
    v4 = rotr(v4 ^ v9, 24);
    v3 += v4 + word(m, sigma, 15);
    v14 = rotr(v14 ^ v3, 16);
    v9 += v14;
    v4 = rotr(v4 ^ v9, 63);
  }
  store<u64>(H, load<u64>(H, 0) ^ v0 ^ v8, 0);
  store<u64>(H, load<u64>(H, 8) ^ v1 ^ v9, 8);
  store<u64>(H, load<u64>(H, 16) ^ v2 ^ v10, 16);
  store<u64>(H, load<u64>(H, 24) ^ v3 ^ v11, 24);
  store<u64>(H, load<u64>(H, 32) ^ v4 ^ v12, 32);
  store<u64>(H, load<u64>(H, 40) ^ v5 ^ v13, 40);
  store<u64>(H, load<u64>(H, 48) ^ v6 ^ v14, 48);
  store<u64>(H, load<u64>(H, 56) ^ v7 ^ v15, 56);
}
