import { compileWat } from './compile.ts';

/**
 * Accepts anything, and has `functions` functions of `steps` multiplications and rotations each that nothing calls: for
 * preparations that take long or much memory. About 15 bytes per step; no step can be folded into another, so that
 * 1,000 functions take seconds. Assembled by hand: the text format would take longer than the compilation.
 */
export function slowToCompile(functions: number, steps = 500): Uint8Array {
  const body: number[] = [0x00];
  for (let i = 1; i <= steps; i++) {
    // local = (local * odd constant) ^ rotl(local, constant)
    body.push(0x20, 0x00, 0x42, ...signed(2 * ((i * 7919) % 8191) + 3), 0x7e);
    body.push(0x20, 0x00, 0x42, ...signed((i % 61) + 1), 0x89, 0x85, 0x21, 0x00);
  }
  body.push(0x20, 0x00, 0x0b);
  const validateBlock = [0x00, 0x42, ...signed(12 * 2 ** 32), 0x0b];
  const one = Uint8Array.from([...unsigned(body.length), ...body]);
  const code = new Uint8Array(functions * one.length);
  for (let at = 0; at < code.length; at += one.length) code.set(one, at);
  const parts: Uint8Array[] = [
    Uint8Array.of(0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0),
    // (i32, i32) -> i64 and i64 -> i64
    section(1, [2, 0x60, 2, 0x7f, 0x7f, 1, 0x7e, 0x60, 1, 0x7e, 1, 0x7e]),
    section(3, [...unsigned(functions + 1), 0], new Uint8Array(functions).fill(1)),
    section(5, [1, 0x00, 1]),
    section(6, [1, 0x7f, 0x00, 0x41, ...signed(1024), 0x0b]),
    section(7, [3, ...name('memory'), 2, 0, ...name('__heap_base'), 3, 0, ...name('validate_block'), 0, 0]),
    section(10, [...unsigned(functions + 1), validateBlock.length, ...validateBlock], code),
  ];
  return new Uint8Array(Buffer.concat(parts));
}

/** Accepts anything with `watermark` in the answer: modules that differ in one constant, so that each is another PVF. */
export function acceptsWithWatermark(watermark: number): Uint8Array {
  return compileWat(`(module
    (memory (export "memory") 1)
    (global (export "__heap_base") i32 (i32.const 1024))
    (func (export "validate_block") (param i32 i32) (result i64)
      (i32.store (i32.const 8) (i32.const ${watermark}))
      (i64.const 0xc00000000)))`);
}

/** Accepts anything with the weight of all bytes that it was called with as the watermark: see {@link weightOf}. */
export function weighsItsInput(): Uint8Array {
  return compileWat(`(module
    (memory (export "memory") 1)
    (global (export "__heap_base") i32 (i32.const 1024))
    (func (export "validate_block") (param $at i32) (param $length i32) (result i64) (local $weight i32)
      (local.set $length (i32.add (local.get $at) (local.get $length)))
      (loop $next
        (local.set $weight (i32.add
          (i32.mul (local.get $weight) (i32.const ${WEIGHT_FACTOR})) (i32.load8_u (local.get $at))))
        (local.set $at (i32.add (local.get $at) (i32.const 1)))
        (br_if $next (i32.lt_u (local.get $at) (local.get $length))))
      (i32.store (i32.const 8) (local.get $weight))
      (i64.const 0xc00000000)))`);
}

/** What {@link weighsItsInput} makes of these bytes: other for other bytes, or another order of them, u32. */
export function weightOf(bytes: Uint8Array): number {
  let weight = 0;
  for (const byte of bytes) weight = (Math.imul(weight, WEIGHT_FACTOR) + byte) | 0;
  return weight >>> 0;
}

const WEIGHT_FACTOR = 31;

function section(id: number, start: readonly number[], rest: Uint8Array = new Uint8Array()): Uint8Array {
  const head = [id, ...unsigned(start.length + rest.length), ...start];
  const bytes = new Uint8Array(head.length + rest.length);
  bytes.set(head);
  bytes.set(rest, head.length);
  return bytes;
}

function name(text: string): number[] {
  return [text.length, ...new TextEncoder().encode(text)];
}

/** LEB128 of a number from 0. */
function unsigned(value: number): number[] {
  const bytes: number[] = [];
  for (let left = value; ; left = Math.floor(left / 128)) {
    if (left < 128) return [...bytes, left];
    bytes.push((left % 128) | 0x80);
  }
}

/** Signed LEB128 of a number from 0: the last byte's sign bit must be clear. */
function signed(value: number): number[] {
  const bytes = unsigned(value);
  const last = bytes.at(-1)!;
  return last < 64 ? bytes : [...bytes.slice(0, -1), last | 0x80, 0];
}
