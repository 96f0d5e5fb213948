import { describe, expect, test } from 'vitest';
import { readInterface, rewriteModule, rewriteUpTo, stackCosts } from '../../src/wasm/index.ts';
import {
  body,
  build,
  custom,
  dataSegment,
  END,
  element,
  exported,
  F64,
  I32,
  I64,
  imported,
  limits,
  module,
  section,
  table,
  type,
  u32,
} from './support/binary.ts';
import { call, compile, instantiate, LIMIT, toEngine, toReference } from './support/run.ts';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const NOTHING = type([], []);

describe('stack costs', () => {
  const cost = (
    code: number[],
    locals: [number, number][] = [],
    params: number[] = [],
    results: number[] = [],
  ) =>
    [
      ...stackCosts(build({ types: [type(params, results)], functions: [0], bodies: [body(code, locals)] })),
    ][0];

  test('an empty function costs the activation', () => expect(cost([])).toBe(2));
  test('declared locals count, parameters do not', () => {
    expect(
      cost(
        [],
        [
          [3, I32],
          [2, F64],
        ],
      ),
    ).toBe(7);
    expect(cost([], [], [I32, I32, I64])).toBe(2);
  });
  test('the highest operand stack counts', () => expect(cost([0x41, 1, 0x41, 2, 0x6a, 0x1a])).toBe(4));
  test('a value of the last instruction before the end counts', () => {
    expect(cost([0x41, 1], [], [], [I32])).toBe(3);
  });
  test('unreachable code does not raise the cost', () => {
    expect(cost([0x00, 0x41, 1, 0x41, 2, 0x1a, 0x1a])).toBe(2);
  });
  test('else keeps the height that the first arm left', () => {
    expect(cost([0x41, 1, 0x04, I32, 0x41, 1, 0x05, 0x41, 2, END, 0x1a])).toBe(4);
  });
  /** Operands that an instruction takes, and values that it leaves; what stands behind it shows both. */
  test.each<[string, number, number[], number]>([
    ['drop', 1, [0x1a], 0],
    ['select', 3, [0x1b], 1],
    ['local.get', 0, [0x20, 0], 1],
    ['local.set', 1, [0x21, 0], 0],
    ['local.tee', 1, [0x22, 0], 1],
    ['global.get', 0, [0x23, 0], 1],
    ['global.set', 1, [0x24, 0], 0],
    ['i32.load', 1, [0x28, 2, 0], 1],
    ['i32.store', 2, [0x36, 2, 0], 0],
    ['memory.size', 0, [0x3f, 0], 1],
    ['memory.grow', 1, [0x40, 0], 1],
    ['i32.eqz', 1, [0x45], 1],
    ['i32.lt_s', 2, [0x48], 1],
    ['i32.add', 2, [0x6a], 1],
    ['call', 2, [0x10, 0], 1],
    ['call without a result', 0, [0x10, 1], 0],
    ['call_indirect', 3, [0x11, 0, 0], 1],
    ['call_indirect without a result', 1, [0x11, 1, 0], 0],
    ['br_if', 1, [0x0d, 0], 0],
    ['if', 1, [0x04, 0x40, END], 0],
    ['if with a result', 1, [0x04, I32, 0x41, 0, 0x05, 0x41, 0, END], 1],
    ['block', 0, [0x02, 0x40, END], 0],
    ['block with a result', 0, [0x02, I32, 0x41, 0, END], 1],
    ['loop with a result', 0, [0x03, I32, 0x41, 0, END], 1],
    ['br out of a block with a result', 0, [0x02, I32, 0x41, 0, 0x0c, 0, END], 1],
    ['br_if out of a block with a result', 0, [0x02, I32, 0x41, 0, 0x41, 0, 0x0d, 0, END], 1],
    ['br_table out of a block with a result', 0, [0x02, I32, 0x41, 0, 0x41, 0, 0x0e, 0, 0, END], 1],
    ['nop', 0, [0x01], 0],
  ])('%s takes %i values', (_, takes, instruction, leaves) => {
    const values = (count: number): number[] => Array(count).fill([0x41, 0]).flat();
    const drops = (count: number): number[] => Array(count).fill(0x1a);
    const PILE = 9;
    const costOf = (given: number, piled: number): number | undefined => {
      const code = [
        ...values(given + takes),
        ...instruction,
        ...values(piled),
        ...drops(piled + leaves + given),
      ];
      const module = build({
        types: [type([I32, I32], [I32]), NOTHING],
        functions: [0, 1, 1],
        tables: [table(1)],
        memories: [limits(1)],
        globals: [[I32, 1, 0x41, 0, END]],
        bodies: [body([0x41, 0]), body([]), body(code, [[1, I32]])],
      });
      compile(toEngine(module));
      return stackCosts(module)[2];
    };
    // Two for the activation, one for the local.
    for (const given of [0, 1, 5]) expect(costOf(given, PILE)).toBe(3 + given + leaves + PILE);
    // With nothing behind it, what it takes may be the most.
    expect(costOf(20, 0)).toBeGreaterThanOrEqual(3 + 20 + Math.max(takes, leaves));
  });
  test('imported functions cost nothing', () => {
    const code = build({
      types: [NOTHING],
      imports: [imported('env', 'f', [0, 0])],
      functions: [0],
      bodies: [body([0x10, 0])],
    });
    expect([...stackCosts(code)]).toEqual([0, 2]);
  });
});

describe('metering', () => {
  const recursion = build({
    types: [type([I32], [I32])],
    functions: [0],
    exports: [exported('down', 0, 0)],
    // down(n) = n == 0 ? 0 : down(n - 1)
    bodies: [body([0x20, 0, 0x45, 0x04, I32, 0x41, 0, 0x05, 0x20, 0, 0x41, 1, 0x6b, 0x10, 0, END])],
  });
  // Every activation costs 2 and at most three operands.
  const costOfCall = [...stackCosts(recursion)][0]!;

  test.each(['reference', 'engine'] as const)('the limit is exact (%s)', (target) => {
    for (const limit of [1024, 1025, 1026, 4096]) {
      const guest = instantiate(rewriteModule(recursion, { stackLogicalMax: limit, target }));
      const deepest = Math.floor(limit / costOfCall) - 1;
      expect(call(guest, 'down', deepest)).toBe(0);
      const fresh = instantiate(rewriteModule(recursion, { stackLogicalMax: limit, target }));
      expect(() => call(fresh, 'down', deepest + 1)).toThrow(WebAssembly.RuntimeError);
    }
  });

  test('the height is back to zero after a call that returns', () => {
    const guest = instantiate(toEngine(recursion, 1024));
    for (let i = 0; i < 50; i++) expect(call(guest, 'down', 200)).toBe(0);
  });

  test.each([0, costOfCall - 1])('with a limit of %i nothing can be called', (limit) => {
    const guest = instantiate(toEngine(recursion, limit));
    expect(() => call(guest, 'down', 0)).toThrow(WebAssembly.RuntimeError);
  });

  test('the largest limit is unsigned', () => {
    expect(call(instantiate(toEngine(recursion, 2 ** 32 - 1)), 'down', 3000)).toBe(0);
  });

  test('thunks are appended in ascending order of their functions and use the first equal type', () => {
    const code = build({
      types: [NOTHING, type([I32], []), NOTHING],
      functions: [2, 1, 2],
      exports: [exported('c', 0, 2), exported('a', 0, 0), exported('a2', 0, 0)],
      bodies: [body([]), body([]), body([])],
    });
    const { exports, functions } = readInterface(toReference(code));
    expect(functions.defined).toBe(5);
    expect(exports.map(({ name, index }) => [name, index])).toEqual([
      ['c', 4],
      ['a', 3],
      ['a2', 3],
    ]);
    expect(hex(toReference(code))).toContain(hex(new Uint8Array(section(3, [5, 2, 1, 2, 0, 0]))));
  });

  test('an exported or tabled import is entered directly', () => {
    const code = build({
      types: [NOTHING],
      imports: [imported('env', 'f', [0, 0])],
      tables: [table(1)],
      exports: [exported('f', 0, 0)],
      elements: [element(0, [0])],
    });
    expect(readInterface(toReference(code))).toMatchObject({ functions: { imported: 1, defined: 0 } });
  });
});

describe('reserialising', () => {
  const reserialised = (code: Uint8Array): string => hex(rewriteUpTo(code, 'deserialize', LIMIT));

  test('numbers get their shortest form', () => {
    const padded = [
      ...[0x80, 0x00], // no locals
      ...[0x02, 0xc0, 0x7f], // block
      ...[0x41, 0xff, 0xff, 0x7f, 0x1a], // i32.const -1
      ...[0x42, 0x80, 0x80, 0x80, 0x00, 0x1a], // i64.const 0
      ...[0x42, 0xc0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f, 0x1a], // i64.const -64
      ...[0x41, 0x00, 0x0e, 0x81, 0x00, 0x80, 0x00, 0x81, 0x00], // br_table
      ...[END, END],
    ];
    const code = module(
      section(1, [0x81, 0x80, 0x00, 0x60, 0x80, 0x00, 0x00]),
      section(3, [0x01, 0x80, 0x80, 0x80, 0x80, 0x00]),
      section(10, [0x01, padded.length | 0x80, 0x00, ...padded]),
    );
    expect(reserialised(code)).toBe(
      hex(
        build({
          types: [NOTHING],
          functions: [0],
          bodies: [
            body([
              0x02,
              0x40,
              0x41,
              0x7f,
              0x1a,
              0x42,
              0x00,
              0x1a,
              0x42,
              0x40,
              0x1a,
              0x41,
              0,
              0x0e,
              1,
              0,
              1,
              END,
            ]),
          ],
        }),
      ),
    );
  });

  test('without metering, sections stay where they are, empty and custom ones too', () => {
    const code = module(custom('a', [1]), section(1, [0]), custom('b'), section(12, [0]), custom('a', [2]));
    expect(reserialised(code)).toBe(hex(code));
  });

  test('metering drops empty sections and puts custom ones last, backwards', () => {
    const code = module(custom('a'), section(1, [0]), custom('b'), section(12, [0]), custom('c'));
    const metering = section(6, [1, I32, 1, 0x41, 0, END]);
    expect(hex(toReference(code))).toBe(
      hex(module(metering, custom('c'), section(12, [0]), custom('b'), custom('a'))),
    );
  });
});

describe('memory', () => {
  const withImport = build({
    types: [NOTHING],
    imports: [
      imported('env', 'f', [0, 0]),
      imported('x', 'mem', [2, ...limits(3, 9)]),
      imported('env', 'g', [0, 0]),
    ],
    exports: [exported('f', 0, 1)],
  });

  test('an imported memory becomes an export under the import’s name, without a maximum', () => {
    expect(readInterface(toReference(withImport))).toMatchObject({
      imports: [{ name: 'f' }, { name: 'g' }],
      exports: [
        { name: 'f', index: 1 },
        { name: 'mem', kind: 'memory' },
      ],
      memory: { minimum: 3, imported: false },
    });
  });

  test('lowered, the memory comes from the host and its exports stay', () => {
    const { imports, exports, memory } = readInterface(toEngine(withImport));
    expect(imports.map((entry) => `${entry.module}.${entry.name}`)).toEqual(['env.f', 'env.g', 'pvf.memory']);
    expect(exports.map((entry) => entry.name)).toEqual(['f', 'mem', 'pvf stack height']);
    expect(memory).toEqual({ minimum: 3, imported: true });
  });

  test('lowered, data lands in the host’s memory', () => {
    const code = build({
      memories: [limits(1, 1)],
      exports: [exported('memory', 2, 0)],
      data: [dataSegment(5, [7, 8, 9])],
    });
    const guest = instantiate(toEngine(code));
    expect([...new Uint8Array(guest.memory.buffer, 4, 5)]).toEqual([0, 7, 8, 9, 0]);
    expect(guest.exports.memory).toBe(guest.memory);
  });

  test('a module without memory stays without', () => {
    expect(readInterface(toEngine(module())).memory).toBeUndefined();
  });

  test('an export section is made where it belongs if there is none', () => {
    const parts = { imports: [imported('env', 'memory', [2, ...limits(1)])] };
    const before = [...section(2, [0]), ...section(5, [1, 0, 1]), ...section(6, [1, I32, 1, 0x41, 0, END])];
    const made = section(7, [1, ...exported('memory', 2, 0)]);
    expect(hex(toReference(build(parts, custom('a'))))).toBe(hex(module(before, custom('a'), made)));
    const data = section(11, [1, ...dataSegment(0, [])]);
    expect(hex(toReference(module(section(2, [1, ...parts.imports[0]!]), data, custom('a'))))).toBe(
      hex(module(before, made, data, custom('a'))),
    );
  });
});

describe('metering at function entry', () => {
  // f(n): leaves in the way `exit` says, having called the leaf g; two operands at most.
  const leaving = (exit: number[], result: number[] = [I32]): Uint8Array =>
    build({
      types: [type([I32], result), NOTHING],
      functions: [0, 1],
      tables: [table(2)],
      exports: [exported('f', 0, 0), exported('g', 0, 1)],
      elements: [element(0, [0, 1])],
      bodies: [body([0x10, 1, ...exit]), body([])],
    });

  test.each<[string, number[], number[]]>([
    ['the end', [0x20, 0], [I32]],
    ['return', [0x20, 0, 0x0f], [I32]],
    ['return in blocks', [0x02, 0x40, 0x03, 0x40, 0x20, 0, 0x0f, END, END, 0x41, 7], [I32]],
    ['br to the function', [0x02, 0x40, 0x20, 0, 0x0c, 1, END, 0x41, 7], [I32]],
    ['br_if to the function', [0x20, 0, 0x41, 1, 0x0d, 0], [I32]],
    ['br_table to the function', [0x02, I32, 0x20, 0, 0x41, 0, 0x0e, 1, 1, 0, END, 0x1a, 0x41, 7], [I32]],
    ['return without value', [0x41, 3, 0x0f], []],
    ['an arm that returns', [0x20, 0, 0x04, I32, 0x20, 0, 0x0f, 0x05, 0x41, 7, END], [I32]],
  ])('a function left by %s gives its cost back', (_, exit, result) => {
    const code = leaving(exit, result);
    const guest = instantiate(toEngine(code, 60));
    for (let i = 0; i < 100; i++) expect(call(guest, 'f', 5)).toBe(result.length === 0 ? undefined : 5);
  });

  test('no function is added, entry points are the functions themselves', () => {
    const { functions, exports } = readInterface(toEngine(leaving([0x20, 0])));
    expect(functions).toEqual({ imported: 0, defined: 2 });
    expect(exports.filter(({ kind }) => kind === 'function').map(({ index }) => index)).toEqual([0, 1]);
  });

  test('the height is exported behind the module’s own exports, under a name of its own', () => {
    const guest = build({
      types: [NOTHING],
      functions: [0],
      exports: [exported('pvf stack height', 0, 0), exported('pvf stack height\0', 0, 0)],
      bodies: [body([])],
    });
    const { exports } = readInterface(toEngine(guest));
    expect(exports.at(-1)).toMatchObject({ name: 'pvf stack height\0\0', kind: 'global', mutable: true });
  });

  test('a leaf is charged: the limit counts the caller and the leaf', () => {
    const code = leaving([0x20, 0]);
    const [f, g] = [...stackCosts(code)];
    expect(call(instantiate(toEngine(code, f! + g!)), 'f', 1)).toBe(1);
    expect(() => call(instantiate(toEngine(code, f! + g! - 1)), 'f', 1)).toThrow(WebAssembly.RuntimeError);
    call(instantiate(toEngine(code, g!)), 'g');
    expect(() => call(instantiate(toEngine(code, g! - 1)), 'g')).toThrow(WebAssembly.RuntimeError);
  });

  test.each([2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1])('a limit of %i is never reached here', (limit) => {
    expect(call(instantiate(toEngine(leaving([0x20, 0]), limit)), 'f', 1)).toBe(1);
  });
});

describe('lowering', () => {
  test('custom sections are gone', () => {
    const code = build({ types: [NOTHING] }, custom('name', [1, 2, 3]));
    expect(WebAssembly.Module.customSections(compile(toEngine(code)), 'name')).toEqual([]);
    expect(WebAssembly.Module.customSections(compile(toReference(code)), 'name')).toHaveLength(1);
  });

  test('code that imports globals keeps the reference’s metering, right or wrong', () => {
    const parts = {
      types: [NOTHING],
      imports: [imported('env', 'g', [3, I32, 1])],
      functions: [0],
      exports: [exported('f', 0, 0)],
      bodies: [body([])],
    };
    // Global 0, which the metering uses, is the imported one: valid here, though it can never be linked.
    compile(toEngine(build(parts)));
    const constant = build({ ...parts, imports: [imported('env', 'g', [3, I32, 0])] });
    expect(WebAssembly.validate(toEngine(constant) as BufferSource)).toBe(false);
    expect(WebAssembly.validate(toReference(constant) as BufferSource)).toBe(false);
  });

  test('a large table is cut behind its last entry', () => {
    const large = (minimum: number, at: number) =>
      build({
        types: [NOTHING],
        functions: [0],
        tables: [table(minimum)],
        exports: [exported('t', 1, 0)],
        elements: [element(at, [0])],
        bodies: [body([])],
      });
    const size = (minimum: number, at: number): number | undefined =>
      readInterface(toEngine(large(minimum, at))).table?.minimum;
    expect(size(1000, 0)).toBe(1000);
    expect(size(20_000_000, 5)).toBe(100_000);
    expect(size(20_000_000, 3_000_000)).toBe(3_000_001);
    expect(instantiate(toEngine(large(1_000_000_000, 5)))).toBeDefined();
    // Beyond the table's own size: cannot be instantiated, before and after.
    expect(() => instantiate(toEngine(large(200_000, 200_000)))).toThrow(WebAssembly.RuntimeError);
  });

  test('a table too large to allocate makes instantiation fail, not preparation', () => {
    const code = toEngine(build({ tables: [table(2 ** 32 - 1)] }));
    compile(code);
    expect(() => instantiate(code)).toThrow(WebAssembly.RuntimeError);
  });

  test.each(['reference', 'engine'] as const)('the start function is charged (%s)', (target) => {
    const code = build({
      types: [NOTHING],
      functions: [0],
      start: 0,
      bodies: [body([...Array(8).fill([0x41, 0]).flat(), ...Array(8).fill(0x1a)])],
    });
    const started = (stackLogicalMax: number) =>
      instantiate(rewriteModule(code, { stackLogicalMax, target }));
    // Two for the activation, eight operands.
    expect(() => started(9)).toThrow(WebAssembly.RuntimeError);
    started(10);
  });

  test('start functions and indirect calls go through thunks', () => {
    const code = build({
      types: [NOTHING, type([], [I32])],
      functions: [0, 1],
      tables: [table(1)],
      globals: [[I32, 1, 0x41, 0, END]],
      exports: [exported('get', 0, 1)],
      start: 0,
      elements: [element(0, [0])],
      bodies: [body([0x23, 0, 0x41, 1, 0x6a, 0x24, 0]), body([0x41, 0, 0x11, ...u32(0), 0, 0x23, 0])],
    });
    expect(call(instantiate(toEngine(code)), 'get')).toBe(2);
  });
});
