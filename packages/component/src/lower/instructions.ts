/** What `lower` does with an instruction after the MVP. */
export type Lowering =
  /** Calls the function of the adapter of that name: same operands, same results. */
  | { readonly call: string }
  /** Writes these bytes instead. */
  | { readonly bytes: readonly number[] };

const I32 = { const: 0x41, shl: 0x74, shr: 0x75 };
const I64 = { const: 0x42, shl: 0x86, shr: 0x87 };

/** Shifts the sign bit to the top and back: `extend` by definition. */
function extension(width: typeof I32, shift: number): Lowering {
  return { bytes: [width.const, shift, width.shl, width.const, shift, width.shr] };
}

/** By opcode: sign extension, and what concerns the size of the memory. */
export const SINGLE: Readonly<Record<number, Lowering>> = {
  63: { call: 'memory_size' },
  64: { call: 'memory_grow' },
  192: extension(I32, 24),
  193: extension(I32, 16),
  194: extension(I64, 56),
  195: extension(I64, 48),
  196: extension(I64, 32),
};

/** By the number behind the prefix 0xfc. */
export const PREFIXED: Readonly<Record<number, Lowering>> = {
  0: { call: 'i32_trunc_sat_f32_s' },
  1: { call: 'i32_trunc_sat_f32_u' },
  2: { call: 'i32_trunc_sat_f64_s' },
  3: { call: 'i32_trunc_sat_f64_u' },
  4: { call: 'i64_trunc_sat_f32_s' },
  5: { call: 'i64_trunc_sat_f32_u' },
  6: { call: 'i64_trunc_sat_f64_s' },
  7: { call: 'i64_trunc_sat_f64_u' },
  10: { call: 'memory_copy' },
  11: { call: 'memory_fill' },
};

/** Functions of the adapter that lowered code calls. */
export const HELPERS: readonly string[] = [SINGLE, PREFIXED].flatMap((table) =>
  Object.values(table).flatMap((lowering) => ('call' in lowering ? [lowering.call] : [])),
);

/** Memory indices behind the prefixed instruction. */
export const MEMORY_OPERANDS: Readonly<Record<number, number>> = { 10: 2, 11: 1 };

/** What nothing is lowered to, by the first opcode, for the message. */
export const REFUSED: readonly (readonly [first: number, last: number, what: string])[] = [
  [0x06, 0x0a, 'exception handling'],
  [0x12, 0x13, 'tail calls'],
  [0x14, 0x15, 'function references'],
  [0x18, 0x1f, 'exception handling'],
  [0x25, 0x26, 'reference types'],
  [0xd0, 0xd6, 'reference types'],
  [0xfb, 0xfb, 'garbage collection'],
  [0xfd, 0xfd, 'SIMD'],
  [0xfe, 0xfe, 'threads'],
];

export const REFUSED_PREFIXED: Readonly<Record<number, string>> = {
  8: 'memory.init (passive data segments)',
  9: 'data.drop (passive data segments)',
  12: 'table.init',
  13: 'elem.drop',
  14: 'table.copy',
  15: 'table.grow',
  16: 'table.size',
  17: 'table.fill',
};
