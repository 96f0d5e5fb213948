import { constant } from './constant.ts';
import { i32Const, i64Const, sized, uleb, type ValueType, vector } from './encode.ts';
import type { Scope } from './expressions.ts';
import { SCRATCH_BYTES } from './host-imports.ts';

/** Where the entry writes its SCALE `ValidationResult`. */
const OUTPUT = SCRATCH_BYTES + 0x100;
const MULTIPLIER = 0x9e3779b97f4a7c15n;

const POINTER = [0x20, 0];
const GET_FOLD = [0x20, 2];
const SET_FOLD = [0x21, 2];

/** Turns the value on the stack into an i64 that shows all of its bits. */
const AS_I64: Readonly<Record<ValueType, readonly number[]>> = {
  i32: [0xad],
  i64: [],
  f32: [0xbc, 0xad],
  f64: [0xbd],
};

/** fold = rotl((fold xor value) * multiplier, 29), with the value on the stack. */
const foldIn = (type: ValueType): number[] => [
  ...AS_I64[type],
  ...GET_FOLD,
  0x85,
  ...i64Const(MULTIPLIER),
  0x7e,
  ...i64Const(29n),
  0x89,
  ...SET_FOLD,
];

/**
 * `validate_block(pointer, length)`: calls every function with values from the parameters, then folds globals, memory
 * and memory size. The head data holds the fold after each step, so that a difference shows where it began.
 */
export function entryBody(scope: Scope): number[] {
  const { random } = scope;
  const code: number[] = [];
  let steps = 0;
  const checkpoint = () => {
    code.push(...i32Const(OUTPUT + 2 + 8 * steps), ...GET_FOLD, 0x37, 0, 0);
    steps++;
  };
  code.push(0x20, 1, ...foldIn('i32'));
  for (const callee of scope.functions) {
    for (const param of callee.type.params) {
      // The parameters are never shorter than 41 bytes: heads, numbers and the storage root.
      const load = { i32: 0x28, i64: 0x29, f32: 0x2a, f64: 0x2b }[param];
      if (random.chance(0.6)) code.push(...POINTER, load, 0, random.below(33));
      else code.push(...constant(random, param));
    }
    code.push(0x10, ...uleb(callee.index));
    if (callee.type.result) code.push(...foldIn(callee.type.result));
    checkpoint();
  }
  for (const global of scope.globals) code.push(0x23, ...uleb(global.index), ...foldIn(global.type));
  checkpoint();
  code.push(
    ...[0x03, 0x40, 0x20, 3, 0x29, 0, 0, ...foldIn('i64')],
    ...[0x20, 3, ...i32Const(8), 0x6a, 0x22, 3, ...i32Const(SCRATCH_BYTES), 0x49, 0x0d, 0, 0x0b],
  );
  checkpoint();
  code.push(0x3f, 0, ...foldIn('i32'));
  checkpoint();

  // SCALE wants the shortest form of a length, and below 64 that would be one byte.
  const headLength = Math.max(64, 8 * steps);
  const result = 2 + headLength + 3 + 8;
  // A compact length of two bytes; then no code, no messages, and two numbers that stay zero.
  code.push(...i32Const(OUTPUT), ...i32Const((headLength << 2) | 1), 0x3b, 0, 0);
  code.push(...i64Const((BigInt(result) << 32n) | BigInt(OUTPUT)));
  const locals = vector([
    [1, 0x7e],
    [1, 0x7f],
  ]);
  return sized([...locals, ...code, 0x0b]);
}
