/// <reference lib="dom" />
import {
  compressedBlob,
  GUEST_ANSWERS,
  GUEST_NAMES,
  guest,
  slowToCompile,
  truncatedBlob,
} from '@pvf/test-kit';
import { expect, test } from 'vitest';

test.each(GUEST_NAMES)('%s compiles, the same bytes each time', (name) => {
  const code = guest(name);
  expect([...code.subarray(0, 8)]).toEqual([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);
  expect(guest(name)).toEqual(code);
});

test.each(GUEST_NAMES.filter((name) => GUEST_ANSWERS[name] === 'Ok'))('%s is valid WebAssembly', (name) => {
  expect(WebAssembly.validate(Buffer.from(guest(name)))).toBe(true);
});

test('a generated guest grows with its number of functions', () => {
  const [small, large] = [slowToCompile(1), slowToCompile(10)];
  expect(WebAssembly.validate(Buffer.from(large))).toBe(true);
  expect(large.length).toBeGreaterThan(5 * small.length);
});

test('a truncated blob is a prefix of the whole', () => {
  const whole = compressedBlob(guest('trap'));
  expect(whole.subarray(0, truncatedBlob(guest('trap')).length)).toEqual(truncatedBlob(guest('trap')));
});
