// The ends of what numbers and bounded bytes may be: the value at an end goes and comes back, the next one is refused.
import { describe, expect, test } from 'vitest';
import { boundedBytes, codec, i32, i64, u32, u64 } from '../src/scale/index.ts';

describe.each([
  ['u32', codec('u32', u32), 0, 2 ** 32 - 1],
  ['i32', codec('i32', i32), -(2 ** 31), 2 ** 31 - 1],
] as const)('%s', (_name, { encode, decodeExact }, least, most) => {
  test.each([least, most])('may be %d', (value) => expect(decodeExact(encode(value))).toBe(value));
  test.each([least - 1, most + 1, 0.5])('may not be %d', (value) => expect(() => encode(value)).toThrow());
});

describe.each([
  ['u64', codec('u64', u64), 0n, 2n ** 64n - 1n],
  ['i64', codec('i64', i64), -(2n ** 63n), 2n ** 63n - 1n],
] as const)('%s', (_name, { encode, decodeExact }, least, most) => {
  test.each([least, most])('may be %d', (value) => expect(decodeExact(encode(value))).toBe(value));
  test.each([least - 1n, most + 1n])('may not be %d', (value) => expect(() => encode(value)).toThrow());
});

test('bounded bytes may be as many as their bound, written and read, and not one more', () => {
  const [three, two] = [codec('bytes', boundedBytes(3)), codec('bytes', boundedBytes(2))];
  const encoded = three.encode(Uint8Array.of(1, 2, 3));
  expect([...three.decodeExact(encoded)]).toEqual([1, 2, 3]);
  expect(() => two.decodeExact(encoded)).toThrow(expect.objectContaining({ code: 'TOO_MANY_ITEMS' }));
  expect(() => two.encode(Uint8Array.of(1, 2, 3))).toThrow();
});
