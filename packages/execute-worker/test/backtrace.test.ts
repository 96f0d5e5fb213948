import { instantiate, loadArtifact, openCodeCache, prepareArtifact, splitArtifact } from '@pvf/executor';
import { executorSemantics, MAX_GUEST_FRAMES } from '@pvf/protocol';
import { compileWat } from '@pvf/test-kit';
import { describe, expect, it } from 'vitest';
import { named } from './support/names.ts';

const codeCache = openCodeCache();
const engine = 'test';
/** Tests run on less native stack than workers have. */
const STACK_VALUES = 1_024;
const semantics = executorSemantics([{ type: 'StackLogicalMax', value: STACK_VALUES }]);

/** What a module's `validate_block` ends with; of a trap, how and where. */
function trapOf(code: Uint8Array, onLog?: (level: number, target: Uint8Array, text: Uint8Array) => void) {
  const options = { bombLimit: 1 << 20, semantics, precheck: false, engine, codeCache };
  const { artifact } = prepareArtifact(code, options);
  const loaded = loadArtifact(splitArtifact(artifact), codeCache, engine);
  const guest = instantiate(loaded, { semantics, loggingMaxLevel: 1, ...(onLog && { onLog }) });
  const outcome = guest.run(new Uint8Array(4));
  if (outcome.type !== 'invalid-candidate' || outcome.trap === undefined) throw new Error('no trap');
  return {
    message: outcome.message,
    ...outcome.trap,
    codeBytes: guest.codeBytes,
    pages: guest.memoryPages(),
  };
}

const memory = '(memory (export "memory") 1) (global (export "__heap_base") i32 (i32.const 4096))';
const DEEP = compileWat(`(module
  (import "env" "ext_allocator_free_version_1" (func $free (param i32)))
  (import "env" "ext_panic_handler_abort_on_panic_version_1" (func $panic (param i64)))
  ${memory} (data (i32.const 64) "the reason")
  (table funcref (elem $inner))
  (func $inner (param i32) (if (local.get 0) (then (call $free (i32.const 4097)))) unreachable)
  (func $middle (param i32) (call_indirect (param i32) (local.get 0) (i32.const 0)))
  (func (export "validate_block") (param i32 i32) (result i64) (call $middle (i32.const 0)) (i64.const 0))
  (func (export "other") (call $panic (i64.const 0x0a00000040))))`);
const NAMES: [number, string][] = [
  [2, 'core::panicking::panic_fmt'],
  [3, 'größer 溢出 (with) parentheses'],
  [4, 'validate_block'],
];

describe('a trap', () => {
  it('has the functions’ names, the innermost first', () => {
    const { message, backtrace, codeBytes, pages } = trapOf(named(DEEP, NAMES));
    expect(message).toBe('trap: unreachable');
    expect(backtrace).toEqual(NAMES.map(([index, name]) => ({ type: 'function', index, name })));
    expect({ codeBytes, pages }).toEqual({ codeBytes: named(DEEP, NAMES).length, pages: 1 });
  });

  it('has indexes where there are no names', () => {
    const indexes = [2, 3, 4].map((index) => ({ type: 'function', index, name: undefined }));
    expect(trapOf(DEEP).backtrace).toEqual(indexes);
  });

  it.each([
    [1, 'POINTER', 'freed a pointer'],
    [0, 'unreachable', 'unreachable'],
  ])('in a host function says which one and why (%i)', (flag, _, reason) => {
    const code = compileWat(`(module
      (import "env" "ext_hashing_twox_64_version_1" (func (param i64) (result i32)))
      (import "env" "ext_allocator_free_version_1" (func $free (param i32)))
      ${memory}
      (func $f (if (i32.const ${flag}) (then (call $free (i32.const 4100)))) unreachable)
      (func (export "validate_block") (param i32 i32) (result i64) (call $f) (i64.const 0)))`);
    const { message, backtrace } = trapOf(code);
    expect(message).toContain(reason);
    const functions = [2, 3].map((index) => ({ type: 'function', index, name: undefined }));
    const called = { type: 'host-function', name: 'ext_allocator_free_version_1' };
    expect(backtrace).toEqual(flag === 1 ? [called, ...functions] : functions);
    expect(message.includes('ext_allocator_free_version_1')).toBe(flag === 1);
  });

  it('for want of logical stack says so, and shows the innermost calls', () => {
    const code = compileWat(`(module ${memory}
      (func $f (param i32) (result i32) (i32.add (local.get 0) (call $f (local.get 0))))
      (func (export "validate_block") (param i32 i32) (result i64) (drop (call $f (i32.const 1))) (i64.const 0)))`);
    const { message, backtrace } = trapOf(code);
    expect(message).toContain(`more than ${STACK_VALUES} values (StackLogicalMax)`);
    expect(backtrace.length).toBe(MAX_GUEST_FRAMES);
  });

  it('in a panic handler, which the reference has not, tells the panic', () => {
    const code = compileWat(`(module
      (import "env" "ext_panic_handler_abort_on_panic_version_1" (func $panic (param i64)))
      ${memory} (data (i32.const 64) "the reason")
      (func (export "validate_block") (param i32 i32) (result i64)
        (call $panic (i64.const 0x0a00000040)) (i64.const 0)))`);
    const { message, panic, backtrace } = trapOf(code);
    expect(message).toBe('trap: call to a missing function env:ext_panic_handler_abort_on_panic_version_1');
    expect(Buffer.from(panic ?? []).toString()).toBe('the reason');
    expect(backtrace).toEqual([{ type: 'function', index: 1, name: undefined }]);
  });

  it.each(['0xffffffffffffffff', '0x7fffffff00000040', '0x000000010000fffff'])(
    'in a panic handler with the argument %s is an ordinary one',
    (argument) => {
      const code = compileWat(`(module
        (import "env" "ext_panic_handler_abort_on_panic_version_1" (func $panic (param i64))) ${memory}
        (func (export "validate_block") (param i32 i32) (result i64)
          (call $panic (i64.const ${argument})) (i64.const 0)))`);
      expect(trapOf(code).panic?.length).toBeLessThanOrEqual(2_048);
    },
  );
});
