import { describe, expect, test } from 'vitest';
import {
  type Bytes,
  body,
  build,
  element,
  exported,
  F32,
  f32,
  I32,
  I64,
  i32,
  type Parts,
  table,
  type,
} from './support/binary.ts';
import { compile, expectRefused, refusal, toEngine, toReference } from './support/run.ts';

/**
 * The reference validates a module only after metering has added a global to it, so a module may use that global. What
 * only our rewriting adds must stay out of reach.
 */

const OWN_GLOBALS = 2;
const HEIGHT = OWN_GLOBALS;
const READ: Bytes = [0x23, HEIGHT];
const GLOBALS = [7, 8].map((value) => [I32, 1, 0x41, ...i32(value), 0x0b]);

/** Functions `f0`, `f1` … of type [] -> [i32], the last ones first to be called, all in the table. */
function observer(codes: readonly Bytes[], parts: Parts = {}): Uint8Array {
  return build({
    types: [type([], [I32])],
    functions: codes.map(() => 0),
    tables: [table(codes.length)],
    globals: GLOBALS,
    exports: codes.map((_, index) => exported(`f${index}`, 0, index)),
    elements: [
      element(
        0,
        codes.map((_, index) => index),
      ),
    ],
    bodies: codes.map((code) => body(code, [[3, I64]])),
    ...parts,
  });
}

/** What every exported function returns, traps included, and the exported globals' values. */
function run(code: Uint8Array): Record<string, unknown> {
  const { exports } = new WebAssembly.Instance(compile(code));
  const results = Object.entries(exports).map(([name, value]) => {
    if (value instanceof WebAssembly.Global) return [name, value.value];
    try {
      return [name, (value as () => number)()];
    } catch (error) {
      return [name, (error as Error).message];
    }
  });
  return Object.fromEntries(results);
}

describe('the height of the logical stack', () => {
  const add: Bytes = [0x41, ...i32(1000), 0x6c, ...READ, 0x6a];
  const cases: [string, Bytes[], Parts?][] = [
    ['in a function that calls nothing', [READ]],
    ['in a function that is called', [[0x10, 1, ...add], READ]],
    ['in a function that is called through the table', [[0x41, 1, 0x11, 0, 0, ...add], READ]],
    ['before, in and after a call', [[...READ, 0x10, 1, 0x6a, ...add], [0x10, 2, ...add], READ]],
    ['with operands on the stack', [[...READ, ...READ, ...READ, 0x10, 1, 0x6a, 0x6a, 0x6a], READ]],
    [
      'after an early return',
      [
        [0x10, 1, ...add],
        [...READ, 0x0f, 0x00],
      ],
    ],
    [
      'set by the module',
      [
        [0x10, 1, ...add],
        [0x41, 5, 0x24, HEIGHT, ...READ],
      ],
    ],
    [
      'set above the limit',
      [
        [0x10, 1],
        [0x41, 0x7f, 0x24, HEIGHT, 0x10, 2],
        [0x41, 1],
      ],
    ],
    ['exported', [[0x41, 1]], { exports: [exported('height', 3, HEIGHT), exported('f', 0, 0)] }],
  ];
  test.each(cases)('is as with the reference: %s', (_, codes, parts) => {
    const code = observer(codes, parts);
    expect(run(toEngine(code))).toEqual(run(toReference(code)));
  });

  test('costs nothing where nobody looks', () => {
    const code = observer([[0x23, OWN_GLOBALS - 1]]);
    expect(Object.keys(run(toEngine(code)))).toContain('pvf stack height');
  });
});

describe('what the rewriting for V8 adds', () => {
  /** More locals than leave room for another: a scratch variable becomes a global then. */
  const MANY = 49_999;
  const float: Bytes = [0x43, ...f32(1), 0x43, ...f32(2), 0x92, 0x1a];
  const withLocals = (locals: number, code: Bytes, parts: Parts = {}): Uint8Array =>
    observer([[]], { bodies: [body([...float, ...code, 0x41, 0], [[locals, F32]])], ...parts });

  test.each<[string, Uint8Array]>([
    ['a local behind its own', withLocals(3, [0x20, 3, 0x1a])],
    ['a local behind its own that is set', withLocals(3, [0x43, ...f32(1), 0x21, 3])],
    ['a second global behind its own', withLocals(MANY, [0x23, HEIGHT + 1, 0x1a])],
    ['the same, set', withLocals(MANY, [0x43, ...f32(1), 0x24, HEIGHT + 1])],
    ['the same, exported', withLocals(MANY, [], { exports: [exported('g', 3, HEIGHT + 1)] })],
  ])('cannot be used by a module: %s', (_, code) => {
    expect(refusal(code, ['engine']).code).toBe('PREPARATION');
    expect(() => compile(toReference(code))).toThrow(WebAssembly.CompileError);
  });

  test('is not mistaken for a format error', () => {
    expect(() => toReference(withLocals(3, [0x20, 3, 0x1a]))).not.toThrow();
    expectRefused(withLocals(3, [0x20, 3, 0xfb]), 'PREVALIDATION');
  });
});
