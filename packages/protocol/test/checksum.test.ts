import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PROPERTY } from '../../test-kit/setup/property.ts';
import { artifactChecksum } from '../src/index.ts';
import { toHex } from './support/notation.ts';
import { xxHash64 } from './support/xxhash64.ts';

function twox256(bytes: Uint8Array): string {
  const words = new BigUint64Array([0n, 1n, 2n, 3n].map((seed) => xxHash64(bytes, seed)));
  return toHex(new Uint8Array(words.buffer));
}

test('of nothing is the reference’s', () => {
  expect(toHex(artifactChecksum(new Uint8Array()))).toBe(
    '99e9d85137db46ef4bbea33613baafd56f963c64b1f3685a4eb4abd67ff6203a',
  );
});

test('of any bytes is xxHash64 with four seeds', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300, size: 'max' }), (bytes) => {
      expect(toHex(artifactChecksum(bytes))).toBe(twox256(bytes));
    }),
    PROPERTY,
  );
});

test.each([16_351, 16_352, 16_383, 16_384, 16_385, 16_416, 32_768, 32_799, 100_003])(
  'of %i bytes, around the edges of its blocks',
  (length) => {
    const bytes = Uint8Array.from({ length }, (_, index) => (index * 31 + (index >> 8)) & 0xff);
    expect(toHex(artifactChecksum(bytes))).toBe(twox256(bytes));
  },
);

test('of parts is that of the whole', () => {
  const bytes = Uint8Array.from({ length: 70_003 }, (_, index) => (index * 31 + (index >> 8)) & 0xff);
  const whole = toHex(artifactChecksum(bytes));
  for (const at of [0, 1, 31, 32, 33, 16_383, 16_384, 16_385, 40_000, 70_002, 70_003]) {
    expect(toHex(artifactChecksum(bytes.subarray(0, at), bytes.subarray(at)))).toBe(whole);
    expect(toHex(artifactChecksum(bytes.subarray(0, at), new Uint8Array(), bytes.subarray(at)))).toBe(whole);
  }
});

test('depends on nothing before', () => {
  const [first, second] = [new Uint8Array(50_000).fill(1), new Uint8Array(7).fill(2)];
  const before = toHex(artifactChecksum(second));
  artifactChecksum(first);
  expect(toHex(artifactChecksum(second))).toBe(before);
});

test('reads views and shared memory', () => {
  const shared = new Uint8Array(new SharedArrayBuffer(100)).fill(9);
  expect(toHex(artifactChecksum(shared.subarray(10, 60)))).toBe(twox256(new Uint8Array(50).fill(9)));
});
