import { compact, u8, u32, u64 } from 'scale-ts';
import { expect, test } from 'vitest';
import { openCursor, remaining } from '../src/scale/cursor.ts';
import { fromHex } from './support/notation.ts';

// What src/scale/cursor.ts relies on in scale-ts beyond its documentation. If an update of the library breaks one
// of these, the cursor has to change with it.

test('the library reads from our position and advances it', () => {
  const cursor = openCursor(fromHex('ff01020000000300000000000000fe').subarray(1, 14));
  expect(cursor.library.i).toBe(1);
  expect(u8.dec(cursor.library)).toBe(1);
  expect(u32.dec(cursor.library)).toBe(2);
  expect(u64.dec(cursor.library)).toBe(3n);
  expect(remaining(cursor)).toBe(0);
  expect(() => u8.dec(cursor.library)).toThrow(RangeError);
});

test('the library reads every size of compact at our position', () => {
  for (const [hex, value] of [
    ['04', 1],
    ['fdff', 16_383],
    ['feffffff', 2 ** 30 - 1],
    ['03ffffffff', 2 ** 32 - 1],
  ] as const) {
    const cursor = openCursor(fromHex(`aa${hex}`).subarray(1));
    expect(Number(compact.dec(cursor.library))).toBe(value);
    expect(remaining(cursor)).toBe(0);
  }
});

test('the library cannot read behind the end of a view', () => {
  const cursor = openCursor(fromHex('0102030405').subarray(0, 3));
  expect(() => u32.dec(cursor.library)).toThrow(RangeError);
});
