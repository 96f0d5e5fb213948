import type { ValueType } from './encode.ts';

/** A numeric instruction: its code, what it takes and what it leaves. */
export interface Operation {
  code: number;
  params: readonly ValueType[];
  result: ValueType;
  /** Traps for some operands: used rarely, or with a guarded operand. */
  traps?: 'division' | 'truncation';
}

const range = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, index) => from + index);

function operations(
  codes: readonly number[],
  params: readonly ValueType[],
  result: ValueType,
  traps?: Operation['traps'],
): Operation[] {
  return codes.map((code) => ({ code, params, result, ...(traps ? { traps } : {}) }));
}

/** All numeric instructions of the MVP. */
export const OPERATIONS: readonly Operation[] = [
  ...operations([0x45], ['i32'], 'i32'),
  ...operations(range(0x46, 0x4f), ['i32', 'i32'], 'i32'),
  ...operations([0x50], ['i64'], 'i32'),
  ...operations(range(0x51, 0x5a), ['i64', 'i64'], 'i32'),
  ...operations(range(0x5b, 0x60), ['f32', 'f32'], 'i32'),
  ...operations(range(0x61, 0x66), ['f64', 'f64'], 'i32'),
  ...operations(range(0x67, 0x69), ['i32'], 'i32'),
  ...operations(range(0x6a, 0x6c), ['i32', 'i32'], 'i32'),
  ...operations(range(0x6d, 0x70), ['i32', 'i32'], 'i32', 'division'),
  ...operations(range(0x71, 0x78), ['i32', 'i32'], 'i32'),
  ...operations(range(0x79, 0x7b), ['i64'], 'i64'),
  ...operations(range(0x7c, 0x7e), ['i64', 'i64'], 'i64'),
  ...operations(range(0x7f, 0x82), ['i64', 'i64'], 'i64', 'division'),
  ...operations(range(0x83, 0x8a), ['i64', 'i64'], 'i64'),
  ...operations(range(0x8b, 0x91), ['f32'], 'f32'),
  ...operations(range(0x92, 0x98), ['f32', 'f32'], 'f32'),
  ...operations(range(0x99, 0x9f), ['f64'], 'f64'),
  ...operations(range(0xa0, 0xa6), ['f64', 'f64'], 'f64'),
  ...operations([0xa7], ['i64'], 'i32'),
  ...operations([0xa8, 0xa9], ['f32'], 'i32', 'truncation'),
  ...operations([0xaa, 0xab], ['f64'], 'i32', 'truncation'),
  ...operations([0xac, 0xad], ['i32'], 'i64'),
  ...operations([0xae, 0xaf], ['f32'], 'i64', 'truncation'),
  ...operations([0xb0, 0xb1], ['f64'], 'i64', 'truncation'),
  ...operations([0xb2, 0xb3], ['i32'], 'f32'),
  ...operations([0xb4, 0xb5], ['i64'], 'f32'),
  ...operations([0xb6], ['f64'], 'f32'),
  ...operations([0xb7, 0xb8], ['i32'], 'f64'),
  ...operations([0xb9, 0xba], ['i64'], 'f64'),
  ...operations([0xbb], ['f32'], 'f64'),
  ...operations([0xbc], ['f32'], 'i32'),
  ...operations([0xbd], ['f64'], 'i64'),
  ...operations([0xbe], ['i32'], 'f32'),
  ...operations([0xbf], ['i64'], 'f64'),
];

/** A load or store: its code, the type of the value and log2 of the bytes it touches (its natural alignment). */
export interface Access {
  code: number;
  type: ValueType;
  align: number;
}

const access = (code: number, type: ValueType, align: number): Access => ({ code, type, align });

export const LOADS: readonly Access[] = [
  access(0x28, 'i32', 2),
  access(0x29, 'i64', 3),
  access(0x2a, 'f32', 2),
  access(0x2b, 'f64', 3),
  access(0x2c, 'i32', 0),
  access(0x2d, 'i32', 0),
  access(0x2e, 'i32', 1),
  access(0x2f, 'i32', 1),
  access(0x30, 'i64', 0),
  access(0x31, 'i64', 0),
  access(0x32, 'i64', 1),
  access(0x33, 'i64', 1),
  access(0x34, 'i64', 2),
  access(0x35, 'i64', 2),
];

export const STORES: readonly Access[] = [
  access(0x36, 'i32', 2),
  access(0x37, 'i64', 3),
  access(0x38, 'f32', 2),
  access(0x39, 'f64', 3),
  access(0x3a, 'i32', 0),
  access(0x3b, 'i32', 1),
  access(0x3c, 'i64', 0),
  access(0x3d, 'i64', 1),
  access(0x3e, 'i64', 2),
];

/** Bit patterns where floats behave specially: zeros, infinities, subnormals, NaNs with payloads, limits of i32/i64. */
export const F32_BITS: readonly bigint[] = [
  0x0n,
  0x80000000n,
  0x3f800000n,
  0xbf800000n,
  0x7f800000n,
  0xff800000n,
  0x7fc00000n,
  0xffc00000n,
  0x7f800001n,
  0x7fa00000n,
  0xffffffffn,
  0x00000001n,
  0x007fffffn,
  0x4f000000n,
  0xcf000000n,
  0x5f000000n,
  0x40490fdbn,
  0x4b000001n,
  0x3effffffn,
  0x7f7fffffn,
];
export const F64_BITS: readonly bigint[] = [
  0x0n,
  0x8000000000000000n,
  0x3ff0000000000000n,
  0xbff0000000000000n,
  0x7ff0000000000000n,
  0xfff0000000000000n,
  0x7ff8000000000000n,
  0xfff8000000000000n,
  0x7ff0000000000001n,
  0x7ff4000000000000n,
  0xffffffffffffffffn,
  0x0000000000000001n,
  0x000fffffffffffffn,
  0x41e0000000000000n,
  0xc1e0000000000000n,
  0x43e0000000000000n,
  0x400921fb54442d18n,
  0x4330000000000001n,
  0x47efffffe0000000n,
  0x36a0000000000000n,
];
export const I32_VALUES: readonly number[] = [0, 1, -1, 2, 7, 31, 32, 0x7fffffff, -0x80000000, 255, 65535];
export const I64_VALUES: readonly bigint[] = [
  0n,
  1n,
  -1n,
  63n,
  64n,
  0x7fffffffffffffffn,
  -0x8000000000000000n,
  0xffffffffn,
  1n << 32n,
];
