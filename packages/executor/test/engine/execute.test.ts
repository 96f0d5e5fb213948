// How a guest is instantiated and called, and what of it comes back: each bound from both sides.
import type { ExecutorParams } from '@pvf/protocol';
import { executorSemantics } from '@pvf/protocol';
import { describe, expect, it, test } from 'vitest';
import { instantiate } from '../../src/engine/execute.ts';
import { ConstructionError } from '../../src/engine/link.ts';
import { readShape } from '../../src/engine/shape.ts';
import { prepareHostFunctions } from '../../src/host-functions/index.ts';
import { rewriteModule } from '../../src/wasm/index.ts';
import { body, build, exported, I32, I64, i32, i64, imported, limits, type } from '../wasm/support/binary.ts';

const PAGE = 65_536;
const NONE = new Uint8Array();
prepareHostFunctions();

const ENTRY = type([I32, I32], [I64]);
const MEMORY = exported('memory', 2, 0);
const HEAP_BASE = exported('__heap_base', 3, 0);
const VALIDATE = exported('validate_block', 0, 0);
const global = (value: number): number[] => [I32, 0, 0x41, ...i32(value), 0x0b];
const fat = (pointer: number, length: number): bigint => (BigInt(length) << 32n) | BigInt(pointer);
const returns = (pointer: number, length: number): number[] => [0x42, ...i64(fat(pointer, length))];

interface Guest {
  readonly pages?: number;
  readonly code?: number[];
  readonly exports?: number[][];
}

/** Answers with twelve zeroes, which is a valid result, unless told otherwise. */
const guest = ({ pages = 2, code = returns(0, 12), exports = [MEMORY, HEAP_BASE, VALIDATE] }: Guest = {}) =>
  build({
    types: [ENTRY],
    functions: [0],
    memories: [limits(pages)],
    globals: [global(1_024)],
    exports,
    bodies: [body(code)],
  });

function instanceOf(raw: Uint8Array, params: ExecutorParams) {
  const semantics = executorSemantics(params);
  const { stackLogicalMax } = semantics;
  const wasm = rewriteModule(raw, { stackLogicalMax, target: 'engine', bulkMemory: false });
  const module = new WebAssembly.Module(wasm as BufferSource);
  return instantiate(
    { module, shape: readShape(wasm), source: undefined },
    { semantics, loggingMaxLevel: 1 },
  );
}

/** The bytes of the output, or why there is none. */
function run(raw: Uint8Array, params: ExecutorParams = [], input: Uint8Array = NONE): number[] | string {
  const outcome = instanceOf(raw, params).run(input);
  return outcome.type === 'output' ? [...outcome.bytes] : outcome.message;
}

const ZEROES = Array<number>(12).fill(0);

describe('an output', () => {
  const SIZE = 2 * PAGE;
  it.each<[number, number]>([
    [0, 0],
    [0, 12],
    [SIZE - 12, 12],
    [SIZE, 0],
  ])('at %i, %i bytes, lies in the memory', (pointer, length) => {
    expect(run(guest({ code: returns(pointer, length) }))).toEqual(Array(length).fill(0));
  });

  it.each<[number, number]>([
    [SIZE - 11, 12],
    [SIZE + 1, 0],
    [0, SIZE + 1],
    [0, 2 ** 31],
    [2 ** 31, 0],
    [0, 2 ** 32 - 1],
    [2 ** 32 - 1, 1],
    [2 ** 32 - 1, 2 ** 32 - 1],
  ])('at %i, %i bytes, does not', (pointer, length) => {
    expect(run(guest({ code: returns(pointer, length) }))).toBe(
      `the output at ${pointer}, ${length} bytes, exceeds the memory of ${SIZE} bytes`,
    );
  });
});

describe('the limit of memory', () => {
  const pages = (value: number): ExecutorParams => [{ type: 'MaxMemoryPages', value }];
  it.each([
    [0, 32],
    [8, 40],
  ])('of %i pages lets a memory begin with %i, and no more', (value, most) => {
    expect(run(guest({ pages: most }), pages(value))).toEqual(ZEROES);
    expect(() => run(guest({ pages: most + 1 }), pages(value))).toThrow(
      new ConstructionError(`the memory's minimum of ${most + 1} pages exceeds the limit of ${most} pages`),
    );
  });

  it.each([65_504, 65_505, 2 ** 32 - 1])('may be more than there can be: %i pages', (value) => {
    expect(run(guest(), pages(value))).toEqual(ZEROES);
  });
});

describe('what a guest must export is looked for one after the other', () => {
  const FUNCTION = exported('__heap_base', 0, 0);
  it.each<[string, number[][], string]>([
    ['nothing', [], "the export 'memory' is missing"],
    ['no memory', [HEAP_BASE, VALIDATE], "the export 'memory' is missing"],
    ['no heap base', [MEMORY, VALIDATE], "the export '__heap_base' is missing"],
    ['memory alone', [MEMORY], "the export '__heap_base' is missing"],
    ['no entry', [MEMORY, HEAP_BASE], "the export 'validate_block' is missing"],
    ['another memory', [exported('memory', 3, 0), VALIDATE], "the export 'memory' is not a memory"],
    ['another heap base', [MEMORY, FUNCTION], "the export '__heap_base' is not a global"],
    [
      'another entry',
      [MEMORY, HEAP_BASE, exported('validate_block', 3, 0)],
      "the export 'validate_block' is not a function",
    ],
  ])('%s', (_, exports, message) => {
    expect(run(guest({ exports }))).toBe(message);
  });

  test('an entry of another type', () => {
    const raw = build({
      types: [type([I32], [I64])],
      functions: [0],
      memories: [limits(1)],
      globals: [global(0)],
      exports: [MEMORY, HEAP_BASE, VALIDATE],
      bodies: [body(returns(0, 12))],
    });
    expect(run(raw)).toBe("the export 'validate_block' is wrong signature");
  });
});

describe('the native stack', () => {
  const native = (value: number, logical = 65_536): ExecutorParams => [
    { type: 'StackNativeMax', value },
    { type: 'StackLogicalMax', value: logical },
  ];

  it('that no call fits into is exhausted', () => {
    expect(run(guest(), native(4_096))).toEqual(ZEROES);
    for (const value of [1, 4_095]) expect(run(guest(), native(value))).toBe('trap: call stack exhausted');
  });

  /** Calls itself that often before it answers. */
  const recursive = (levels: number): Uint8Array =>
    build({
      types: [ENTRY, type([I32], [I32])],
      functions: [0, 1],
      memories: [limits(1)],
      globals: [global(1_024)],
      exports: [MEMORY, HEAP_BASE, VALIDATE],
      bodies: [
        body([0x41, ...i32(levels), 0x10, 1, 0x1a, ...returns(0, 12)]),
        // if n = 0 then 0 else f(n - 1)
        body([0x20, 0, 0x45, 0x04, I32, 0x41, 0, 0x05, 0x20, 0, 0x41, 1, 0x6b, 0x10, 1, 0x0b]),
      ],
    });
  function deepest(params: ExecutorParams): number {
    let [reached, refused] = [0, 65_536];
    while (refused - reached > 1) {
      const middle = (reached + refused) >> 1;
      if (typeof run(recursive(middle), params) === 'string') refused = middle;
      else reached = middle;
    }
    return reached;
  }

  it('has eight bytes for each value of the logical one, which the smaller of both bounds', () => {
    const thousand = deepest([{ type: 'StackLogicalMax', value: 1_000 }]);
    expect(thousand).toBeGreaterThan(100);
    expect(thousand).toBeLessThan(1_000);
    expect(deepest(native(8_000))).toBe(thousand);
    expect(deepest(native(8_007))).toBe(thousand);
    expect(deepest(native(16_000, 1_000))).toBe(thousand);
    expect(deepest(native(8_000, 1_001))).toBe(thousand);
    expect(deepest(native(16_000))).toBeGreaterThan(thousand);
  });
});

describe('a trap is the guest’s doing', () => {
  it('where it calls what nobody provides', () => {
    const raw = build({
      types: [ENTRY, type([], [])],
      imports: [imported('env', 'nobody_has_it', [0, 1])],
      functions: [0],
      memories: [limits(1)],
      globals: [global(1_024)],
      exports: [MEMORY, HEAP_BASE, exported('validate_block', 0, 1)],
      bodies: [body([0x10, 0, ...returns(0, 12)])],
    });
    expect(run(raw)).toBe('trap: call to a missing function env:nobody_has_it');
  });

  it('where its params do not fit into its memory', () => {
    const params: ExecutorParams = [{ type: 'MaxMemoryPages', value: 0 }];
    const fits = new Uint8Array(PAGE);
    expect(run(guest(), params, fits)).toEqual(ZEROES);
    expect(run(guest(), params, new Uint8Array(33 * PAGE))).toMatch(/^trap: the allocator /);
  });

  it('where it says so', () => {
    expect(run(guest({ code: [0x00] }))).toBe('trap: unreachable');
  });
});
