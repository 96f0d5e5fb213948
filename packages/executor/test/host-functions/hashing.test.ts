import { createHash } from 'node:crypto';
import { blake2b } from '@noble/hashes/blake2.js';
import { keccak_256, keccak_512 } from '@noble/hashes/sha3.js';
import { describe, expect, test } from 'vitest';
import { fatPointer, Guest, Random } from './guest.ts';
import { xxHash64 } from './xxhash.ts';

/** Around every block size, and around the size of the pieces in which long inputs are copied. */
const LENGTHS = [
  0, 1, 3, 4, 7, 8, 9, 15, 31, 32, 33, 55, 56, 63, 64, 65, 71, 72, 73, 127, 128, 129, 135, 136, 137, 143, 144,
  145, 255, 256, 257, 272, 1000, 58_751, 58_752, 58_753, 58_880, 117_504, 117_505, 200_001,
];

const twox = (seeds: number) => (data: Uint8Array) => {
  const bytes = Buffer.alloc(8 * seeds);
  for (let seed = 0; seed < seeds; seed++) bytes.writeBigUInt64LE(xxHash64(data, BigInt(seed)), 8 * seed);
  return bytes;
};

const HASHES: Record<string, (data: Uint8Array) => Uint8Array> = {
  blake2_128: (data) => blake2b(data, { dkLen: 16 }),
  blake2_256: (data) => blake2b(data, { dkLen: 32 }),
  keccak_256: (data) => keccak_256(data),
  keccak_512: (data) => keccak_512(data),
  sha2_256: (data) => createHash('sha256').update(data).digest(),
  twox_64: twox(1),
  twox_128: twox(2),
  twox_256: twox(4),
};

describe.each(Object.entries(HASHES))('%s', (name, reference) => {
  const guest = new Guest();
  const random = new Random(7);
  const data = random.bytes(200_001);

  test.each(LENGTHS)('%i bytes', (length) => {
    const input = data.subarray(0, length);
    const expected = Buffer.from(reference(input)).toString('hex');
    const actual = guest.bytes(`ext_hashing_${name}_version_1`, expected.length / 2, guest.fat(input));
    expect(actual).toBe(expected);
  });

  test('an input that ends with the memory', () => {
    const size = guest.memory.buffer.byteLength;
    const expected = Buffer.from(reference(new Uint8Array(3))).toString('hex');
    const actual = guest.bytes(`ext_hashing_${name}_version_1`, expected.length / 2, fatPointer(size - 3, 3));
    expect(actual).toBe(expected);
    expect(new Guest().trap(`ext_hashing_${name}_version_1`, fatPointer(size - 2, 3))).toBe('OUT_OF_BOUNDS');
  });
});
