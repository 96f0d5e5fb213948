import { compileWat } from './compile.ts';

/**
 * Accepts anything, and has `functions` functions of `operations` additions and multiplications each that nothing calls:
 * for preparations that take long or much memory. Bytes: about functions × operations × 8.
 */
export function slowToCompile(functions: number, operations = 500): Uint8Array {
  const body: string[] = [];
  for (let i = 0; i < operations; i++) {
    body.push(`local.get 0 i64.const ${(i * 7919) % 8191} i64.${i % 3 === 0 ? 'mul' : 'add'} local.set 0`);
  }
  const one = `(func (param i64) (result i64) ${body.join('\n')} local.get 0)`;
  return compileWat(`(module
    (memory (export "memory") 1)
    (global (export "__heap_base") i32 (i32.const 1024))
    (func (export "validate_block") (param i32 i32) (result i64) (i64.const 0xc00000000))
    ${Array.from({ length: functions }, () => one).join('\n')})`);
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
