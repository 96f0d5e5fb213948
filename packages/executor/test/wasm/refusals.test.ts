import { describe, expect, test } from 'vitest';
import { RewriteError, rewriteModule } from '../../src/wasm/index.ts';
import {
  body,
  build,
  custom,
  END,
  element,
  exported,
  F32,
  I32,
  I64,
  imported,
  limits,
  module,
  name,
  type Parts,
  section,
  table,
  type,
  u32,
  vector,
} from './support/binary.ts';
import { compile, expectRefused, LIMIT, refusal, toEngine, toReference } from './support/run.ts';

const NOTHING = type([], []);
const functionWith = (code: number[], parts: Parts = {}): Uint8Array =>
  build({ types: [NOTHING], functions: [0], bodies: [body(code)], ...parts });

describe('prevalidation', () => {
  test.each<[string, Uint8Array, object?]>([
    ['nothing at all', new Uint8Array(0)],
    ['half a header', new Uint8Array([0, 0x61, 0x73, 0x6d])],
    ['another magic number', new Uint8Array([0x7f, 0x45, 0x4c, 0x46, 1, 0, 0, 0]), { offset: 0 }],
    ['a component', new Uint8Array([0, 0x61, 0x73, 0x6d, 0x0d, 0, 1, 0]), { offset: 4 }],
    ['an unknown section', module(section(13, [0])), { offset: 8 }],
    ['a section that ends early', module([1, 5, 0]), { section: 'type' }],
    ['a section with trailing bytes', module(section(1, [0, 0])), { section: 'type', offset: 11 }],
    ['a section twice', module(section(1, [0]), section(1, [0])), { section: 'type' }],
    ['sections out of order', module(section(2, [0]), section(1, [0])), { section: 'type' }],
    ['a data count behind the code', module(section(10, [0]), section(12, [0])), { section: 'data count' }],
    ['a code section without functions', module(section(10, [1, 2, 0, END])), { section: 'code' }],
    ['functions without code', module(section(1, [1, 0x60, 0, 0]), section(3, [1, 0]))],
    ['two results', build({ types: [[0x60, 0, 2, I32, I32]] }), { section: 'type' }],
    ['a type of another form', build({ types: [[0x5f, 0]] }), { section: 'type' }],
    ['a vector parameter', build({ types: [type([0x7b], [])] }), { section: 'type' }],
    ['a table of external references', build({ tables: [[0x6f, 0, 1]] }), { section: 'table' }],
    ['a 64-bit memory', build({ memories: [[4, 1]] }), { section: 'memory' }],
    ['a shared memory', build({ memories: [[3, 1, 1]] }), { section: 'memory' }],
    ['an imported tag', build({ imports: [imported('a', 'b', [4, 0, 0])] }), { section: 'import' }],
    ['an unknown export kind', build({ exports: [exported('a', 4, 0)] }), { section: 'export' }],
    ['a name that is not UTF-8', module(section(7, [1, 2, 0xc3, 0x28, 0, 0])), { section: 'export' }],
    ['a custom section without a name', module([0, 0]), { section: 'custom' }],
    ['a name with a surrogate', module([0, 4, 3, 0xed, 0xa0, 0x80]), { section: 'custom' }],
    ['an initialiser without end', build({ globals: [[I32, 0, 0x41, 0]] }), { section: 'global' }],
    ['a padded 6-byte number', module(section(1, [0x80, 0x80, 0x80, 0x80, 0x80, 0])), { section: 'type' }],
    ['a number above 32 bits', module(section(1, [0xff, 0xff, 0xff, 0xff, 0x1f])), { section: 'type' }],
  ])('refuses %s', (_, code, meta) => expectRefused(code, 'PREVALIDATION', meta));

  test.each<[string, number[]]>([
    ['sign extension', [0x41, 0, 0xc0, 0x1a]],
    ['memory.copy', [0x41, 0, 0x41, 0, 0x41, 0, 0xfc, 0x0a, 0, 0]],
    ['saturating conversion', [0x43, 0, 0, 0, 0, 0xfc, 0, 0x1a]],
    ['return_call', [0x12, 0]],
    ['ref.null', [0xd0, 0x70, 0x1a]],
    ['typed select', [0x41, 0, 0x41, 0, 0x41, 0, 0x1c, 1, I32, 0x1a]],
    ['v128.const', [0xfd, 0x0c]],
    ['atomic fence', [0xfe, 0x03, 0]],
    ['a block with a type index', [0x02, 0, END]],
    ['memory.size of memory 1', [0x3f, 1, 0x1a]],
    ['call_indirect on table 1', [0x41, 0, 0x11, 0, 1]],
    ['a number that is too long', [0x41, 0x80, 0x80, 0x80, 0x80, 0x40, 0x1a]],
    ['code after the end', [END, 0x01]],
  ])('refuses %s and says where', (_, code) => {
    const error = refusal(functionWith(code));
    expect(error).toMatchObject({ code: 'PREVALIDATION', meta: { section: 'code', functionIndex: 0 } });
    expect(error.meta.offset).toBeGreaterThan(20);
  });

  test('the function index counts imports and names the function that is wrong', () => {
    const code = build({
      types: [NOTHING],
      imports: [imported('env', 'f', [0, 0])],
      functions: [0, 0],
      bodies: [body([]), body([0xc1])],
    });
    expectRefused(code, 'PREVALIDATION', { functionIndex: 2, offset: code.length - 2 });
  });

  test('a format error behind a preparation error wins', () => {
    const unknownCall = { types: [NOTHING], functions: [0], bodies: [body([0x10, 9])] };
    expect(refusal(build(unknownCall)).code).toBe('PREPARATION');
    expect(refusal(build(unknownCall, section(11, [1]))).code).toBe('PREVALIDATION');
  });

  test('every cut of a valid module is refused or is a valid module', () => {
    const whole = functionWith([0x41, 0x80, 0x80, 0x04, 0x1a, 0x02, 0x40, END], {
      exports: [exported('f', 0, 0)],
    });
    for (let length = 0; length < whole.length; length++) {
      try {
        toReference(whole.subarray(0, length));
      } catch (error) {
        expect(error).toBeInstanceOf(RewriteError);
      }
    }
  });
});

describe('the stack limiter', () => {
  test.each<[string, Uint8Array]>([
    ['a missing operand in a block', functionWith([0x02, 0x40, 0x1a, END])],
    ['operands from before the frame', functionWith([0x1a, 0x1a, 0x1a])],
    ['dead code that its count cannot follow', functionWith([0x00, 0x41, 0, 0x6a, 0x6a, 0x6a, 0x1a])],
    ['an unknown label', functionWith([0x0c, 9])],
    [
      'branch targets of different arity',
      functionWith([0x02, I32, 0x41, 0, 0x41, 0, 0x0e, 1, 0, 1, END, 0x1a]),
    ],
    ['an unknown callee', functionWith([0x10, 9])],
    ['an unknown indirect type', functionWith([0x41, 0, 0x11, 9, 0])],
    ['an unknown exported function', functionWith([], { exports: [exported('f', 0, 9)] })],
    ['an unknown start function', functionWith([], { start: 9 })],
    ['an unknown table member', functionWith([], { tables: [table(1)], elements: [element(0, [9])] })],
    ['a function of unknown type', functionWith([], { functions: [9] })],
    ['no types at all', build({ functions: [0], bodies: [body([])] })],
    [
      'a cost above 32 bits',
      build({ types: [NOTHING], functions: [0], bodies: [body([], [[2 ** 32 - 1, I32]])] }),
    ],
    [
      'an imported memory beside an own one',
      build({ imports: [imported('env', 'memory', [2, ...limits(1)])], memories: [limits(1)] }),
    ],
  ])('refuses %s', (_, code) => expectRefused(code, 'PREPARATION'));

  test('four billion locals are too many for the format', () => {
    const groups: [number, number][] = [
      [2 ** 32 - 1, I32],
      [1, I32],
    ];
    expectRefused(build({ types: [NOTHING], functions: [0], bodies: [body([], groups)] }), 'PREVALIDATION');
  });
});

describe('what wasmtime refuses and V8 takes', () => {
  const engineOnly = (code: Uint8Array): void => {
    compile(code);
    expect(() => toReference(code)).not.toThrow();
    expect(refusal(code, ['engine']).code).toBe('PREPARATION');
  };

  test('two memories', () => engineOnly(build({ memories: [limits(1), limits(1)] })));
  test('two tables', () => engineOnly(build({ tables: [table(1), table(1)] })));
  test('a sum as initialiser', () => engineOnly(build({ globals: [[I32, 0, 0x41, 1, 0x41, 2, 0x6a, END]] })));
  test('a global of the module itself as initialiser', () =>
    engineOnly(
      build({
        globals: [
          [I32, 0, 0x41, 1, END],
          [I32, 0, 0x23, 0, END],
        ],
      }),
    ));
  test('a passive data segment', () => {
    // For the reference's parser: memory 1, an offset that does nothing, no bytes; and the next segment.
    const code = module(section(5, [1, 0, 1]), section(11, [2, 1, 1, END, 0, 0x41, 0, END, 0]));
    engineOnly(code);
    const bulk = rewriteModule(code, { stackLogicalMax: LIMIT, target: 'engine', bulkMemory: true });
    expect(() => compile(bulk)).not.toThrow();
  });
  test('an element segment behind one with an explicit table', () => {
    // For the reference's parser the zero bytes are instructions of the offsets; engines read on in step again.
    const first = [2, 0, 0x41, 7, END, 0, 0];
    const withSecond = (offset: number[]): Uint8Array =>
      module(
        section(1, [1, ...NOTHING]),
        section(3, [1, 0]),
        section(4, [1, ...table(8)]),
        section(6, [1, I32, 0, 0x41, 0, END]),
        section(9, [2, ...first, 0, ...offset, END, 1, 0]),
        section(10, [1, ...body([])]),
      );
    const good = withSecond([0x41, 1]);
    expect(() => compile(toReference(good))).not.toThrow();
    expect(() => compile(toEngine(good))).not.toThrow();
    // V8 would take a global of the module itself.
    expect(refusal(withSecond([0x23, 0]), ['engine']).code).toBe('PREPARATION');
  });
  test('many parameters, long names', () => {
    const parameters = type(Array(1001).fill(F32), []);
    expect(refusal(build({ types: [parameters] }), ['engine']).code).toBe('PREPARATION');
    const long = build({ memories: [limits(1)], exports: [exported('x'.repeat(100_001), 2, 0)] });
    expect(refusal(long, ['engine']).code).toBe('PREPARATION');
    expect(() => toReference(long)).not.toThrow();
    expect(refusal(module(custom('y'.repeat(100_001))), ['engine']).code).toBe('PREPARATION');
  });
  test('sections of a former proposal', () => {
    engineOnly(module(custom('wasm-interface-types')));
    engineOnly(module(custom('webidl-bindings')));
    expect(() => toEngine(module(custom('wasm-interface-typeS')))).not.toThrow();
  });
  test('an alignment with a memory index in it', () => {
    // i32.load with flag 64: for V8 "memory index follows", then offset 0 and drop.
    const code = functionWith([0x41, 0, 0x28, 0x42, 0x00, 0x00, 0x1a], { memories: [limits(1)] });
    expect(refusal(code, ['engine'])).toMatchObject({ code: 'PREPARATION', meta: { functionIndex: 0 } });
  });
  // Loads from 0x28 on, then stores from 0x36 on; log2 of their bytes.
  const NATURAL = [2, 3, 2, 3, 0, 0, 1, 1, 0, 0, 1, 1, 2, 2, 2, 3, 2, 3, 0, 1, 0, 1, 2];
  test.each(NATURAL.map((natural, i) => [`0x${(0x28 + i).toString(16)}`, 0x28 + i, natural] as const))(
    'an alignment one above the natural one, of %s',
    (_, opcode, natural) => {
      // In dead code, where operands of any type are there.
      const aligned = (alignment: number) =>
        functionWith([0x00, opcode, alignment, 0, ...(opcode < 0x36 ? [0x1a] : [])], {
          memories: [limits(1)],
        });
      compile(toEngine(aligned(natural)));
      expect(refusal(aligned(natural + 1), ['engine'])).toMatchObject({ code: 'PREPARATION' });
    },
  );
  test.each<[string, number[]]>([
    ['reachable', []],
    ['dead', [0x00]],
  ])('more than 65,520 branch targets in %s code', (_, before) => {
    const withTargets = (count: number) =>
      functionWith([...before, 0x41, 0, 0x0e, ...vector(Array<number[]>(count).fill([0])), 0]);
    compile(toEngine(withTargets(65_520)));
    for (const count of [65_521, 131_072, 131_073]) {
      expect(refusal(withTargets(count), ['engine']).code).toBe('PREPARATION');
      expect(() => toReference(withTargets(count))).not.toThrow();
    }
  });
  test('locals: 50,000 with the parameters', () => {
    const locals = (count: number) =>
      build({ types: [type([I64, I64], [])], functions: [0], bodies: [body([], [[count, I32]])] });
    compile(toEngine(locals(49_998)));
    expect(refusal(locals(49_999), ['engine']).code).toBe('PREPARATION');
  });
  test('an explicit table index is no index but a flag', () => {
    const code = module(
      section(1, [1, ...NOTHING]),
      section(4, [1, ...table(1)]),
      // Flags 2, table 0, offset 0, kind 0, no members: for the reference an index and a strange offset.
      section(9, [1, 2, 0, 0x41, 0, END, 0]),
    );
    expect(refusal(code, ['engine']).code).toBe('PREPARATION');
    const data = module(section(5, [1, 0, 1]), section(11, [1, 2, 0, 0x41, 0, END, 1, 9]));
    compile(toEngine(data));
  });
});

test('an error is plain to read and to serialise', () => {
  const error = refusal(functionWith([0xc0]));
  expect(error.message).toContain('sign extension');
  expect(JSON.parse(JSON.stringify(error.meta))).toEqual(error.meta);
  expect(refusal(build({ types: [[0x5f]] })).meta).not.toHaveProperty('functionIndex');
  expect(name('é')).toEqual([...u32(2), 0xc3, 0xa9]);
});
