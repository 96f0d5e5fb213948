/**
 * The MVP instruction set as tables indexed by opcode. Anything not listed is refused, which is how the
 * reference keeps out later proposals: it parses with parity-wasm 0.45 and no optional feature.
 */

/** What follows the opcode, and how the stack-height analysis treats it. */
export const Shape = {
  unknown: 0,
  /** No immediate; `POPS` and `PUSHES` say it all. */
  plain: 1,
  /** One u32 index (local or global). */
  index: 2,
  /** Alignment and offset, both u32. */
  memory: 3,
  i32: 4,
  i64: 5,
  f32: 6,
  f64: 7,
  block: 8,
  loop: 9,
  if: 10,
  else: 11,
  end: 12,
  br: 13,
  brIf: 14,
  brTable: 15,
  return: 16,
  unreachable: 17,
  call: 18,
  callIndirect: 19,
  /** `memory.size`, `memory.grow`: one byte that must be zero. */
  memoryIndex: 20,
  select: 21,
} as const;

export const Op = {
  unreachable: 0x00,
  block: 0x02,
  if: 0x04,
  end: 0x0b,
  br: 0x0c,
  return: 0x0f,
  call: 0x10,
  callIndirect: 0x11,
  select: 0x1b,
  localGet: 0x20,
  localTee: 0x22,
  globalGet: 0x23,
  globalSet: 0x24,
  i32Const: 0x41,
  f32Const: 0x43,
  f64Const: 0x44,
  i32GtU: 0x4b,
  f32Eq: 0x5b,
  f64Eq: 0x61,
  i32Add: 0x6a,
  i32Sub: 0x6b,
} as const;

/** Value types as the binary format writes them. */
export const ValueType = { i32: 0x7f, i64: 0x7e, f32: 0x7d, f64: 0x7c } as const;

export const SHAPE = new Uint8Array(256);
export const POPS = new Uint8Array(256);
export const PUSHES = new Uint8Array(256);
/** Largest alignment exponent of a load or store. */
export const NATURAL_ALIGNMENT = new Uint8Array(256);
/** `ValueType.f32` or `.f64` for an instruction whose NaN results are canonicalised, else 0. */
export const CANONICAL_RESULT = new Uint8Array(256);
/** 1 for an instruction whose result does not depend on which NaN its operands are. */
export const IGNORES_NAN_BITS = new Uint8Array(256);

function define(first: number, last: number, shape: number, pops = 0, pushes = 0): void {
  for (let opcode = first; opcode <= last; opcode++) {
    SHAPE[opcode] = shape;
    POPS[opcode] = pops;
    PUSHES[opcode] = pushes;
  }
}

define(0x00, 0x00, Shape.unreachable);
define(0x01, 0x01, Shape.plain);
define(0x02, 0x02, Shape.block);
define(0x03, 0x03, Shape.loop);
define(0x04, 0x04, Shape.if);
define(0x05, 0x05, Shape.else);
define(0x0b, 0x0b, Shape.end);
define(0x0c, 0x0c, Shape.br);
define(0x0d, 0x0d, Shape.brIf);
define(0x0e, 0x0e, Shape.brTable);
define(0x0f, 0x0f, Shape.return);
define(0x10, 0x10, Shape.call);
define(0x11, 0x11, Shape.callIndirect);
define(0x1a, 0x1a, Shape.plain, 1); // drop
define(0x1b, 0x1b, Shape.select);
define(0x20, 0x20, Shape.index, 0, 1); // local.get
define(0x21, 0x21, Shape.index, 1); // local.set
define(0x22, 0x22, Shape.index, 1, 1); // local.tee
define(0x23, 0x23, Shape.index, 0, 1); // global.get
define(0x24, 0x24, Shape.index, 1); // global.set
define(0x28, 0x35, Shape.memory, 1, 1); // loads
define(0x36, 0x3e, Shape.memory, 2); // stores
define(0x3f, 0x3f, Shape.memoryIndex, 0, 1); // memory.size
define(0x40, 0x40, Shape.memoryIndex, 1, 1); // memory.grow
define(0x41, 0x41, Shape.i32, 0, 1);
define(0x42, 0x42, Shape.i64, 0, 1);
define(0x43, 0x43, Shape.f32, 0, 1);
define(0x44, 0x44, Shape.f64, 0, 1);
define(0x45, 0x45, Shape.plain, 1, 1); // i32.eqz
define(0x46, 0x4f, Shape.plain, 2, 1); // i32 comparisons
define(0x50, 0x50, Shape.plain, 1, 1); // i64.eqz
define(0x51, 0x66, Shape.plain, 2, 1); // i64, f32, f64 comparisons
define(0x67, 0x69, Shape.plain, 1, 1); // i32 clz ctz popcnt
define(0x6a, 0x78, Shape.plain, 2, 1); // i32 arithmetic
define(0x79, 0x7b, Shape.plain, 1, 1); // i64 clz ctz popcnt
define(0x7c, 0x8a, Shape.plain, 2, 1); // i64 arithmetic
define(0x8b, 0x91, Shape.plain, 1, 1); // f32 abs neg ceil floor trunc nearest sqrt
define(0x92, 0x98, Shape.plain, 2, 1); // f32 add sub mul div min max copysign
define(0x99, 0x9f, Shape.plain, 1, 1); // f64 unary
define(0xa0, 0xa6, Shape.plain, 2, 1); // f64 binary
define(0xa7, 0xbf, Shape.plain, 1, 1); // conversions

const alignments = [2, 3, 2, 3, 0, 0, 1, 1, 0, 0, 1, 1, 2, 2, 2, 3, 2, 3, 0, 1, 0, 1, 2];
alignments.forEach((exponent, i) => {
  NATURAL_ALIGNMENT[0x28 + i] = exponent;
});

for (const [first, last, type] of [
  [0x8d, 0x97, ValueType.f32], // ceil … max, without abs, neg and copysign
  [0x9b, 0xa5, ValueType.f64],
  [0xb6, 0xb6, ValueType.f32], // demote
  [0xbb, 0xbb, ValueType.f64], // promote
] as const) {
  CANONICAL_RESULT.fill(type, first, last + 1);
  IGNORES_NAN_BITS.fill(1, first, last + 1);
}
IGNORES_NAN_BITS[0x1a] = 1; // drop
IGNORES_NAN_BITS.fill(1, 0x5b, 0x67); // float comparisons
IGNORES_NAN_BITS.fill(1, 0xa8, 0xac); // i32.trunc_f*: a NaN traps
IGNORES_NAN_BITS.fill(1, 0xae, 0xb2); // i64.trunc_f*
