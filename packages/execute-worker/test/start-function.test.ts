import { describe, expect, test } from 'vitest';
import { startsByItself } from '../src/start-function.ts';

/** Node's own; its types name no values. */
const { validate } = (globalThis as unknown as { WebAssembly: { validate(bytes: Uint8Array): boolean } })
  .WebAssembly;

const HEADER = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
/** One type, one function of it with an empty body. */
const TYPES = [1, 4, 1, 0x60, 0, 0];
const FUNCTIONS = [3, 2, 1, 0];
const START = [8, 1, 0];
const CODE = [10, 4, 1, 2, 0, 0x0b];
/** A custom section whose content looks like a start section. */
const CUSTOM = [0, 5, 1, 0x78, ...START];

const module = (...sections: number[][]) => Uint8Array.from([...HEADER, ...sections.flat()]);

describe('a start function is looked up in the module', () => {
  test('V8 agrees that the samples are modules', () => {
    for (const each of [
      module(),
      module(TYPES, FUNCTIONS, START, CODE),
      module(CUSTOM, TYPES, FUNCTIONS, CODE),
    ])
      expect(validate(each)).toBe(true);
  });

  test('modules without one', () => {
    expect(startsByItself(module())).toBe(false);
    expect(startsByItself(module(TYPES, FUNCTIONS, CODE))).toBe(false);
    expect(startsByItself(module(CUSTOM, TYPES, FUNCTIONS, CODE, CUSTOM))).toBe(false);
  });

  test('modules with one, wherever it stands and however its size is written', () => {
    expect(startsByItself(module(TYPES, FUNCTIONS, START, CODE))).toBe(true);
    expect(startsByItself(module(CUSTOM, TYPES, FUNCTIONS, CUSTOM, START, CODE))).toBe(true);
    expect(
      startsByItself(module([1, 0x84, 0x80, 0x80, 0x80, 0, 1, 0x60, 0, 0], FUNCTIONS, START, CODE)),
    ).toBe(true);
  });

  test('what is no module counts as one that does: each job loads it alone', () => {
    expect(startsByItself(new Uint8Array())).toBe(true);
    expect(startsByItself(Uint8Array.from(HEADER.slice(0, 7)))).toBe(true);
    const whole = module(TYPES, FUNCTIONS, CODE);
    for (const length of [HEADER.length + 1, whole.length - 1])
      expect(startsByItself(whole.subarray(0, length))).toBe(true);
    expect(startsByItself(module([1, 0x80, 0x80, 0x80, 0x80, 0x80, 0]))).toBe(true);
    expect(startsByItself(module([1, 0xff, 0xff, 0xff, 0xff, 0x7f]))).toBe(true);
  });
});
