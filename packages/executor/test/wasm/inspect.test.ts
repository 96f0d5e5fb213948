import { describe, expect, test } from 'vitest';
import { inspectModule, readInterface } from '../../src/wasm/index.ts';
import {
  body,
  build,
  custom,
  END,
  exported,
  F64,
  I32,
  I64,
  imported,
  limits,
  name,
  table,
  type,
  vector,
} from './support/binary.ts';
import { toEngine } from './support/run.ts';

const MODULE = build(
  {
    types: [type([I32, I32], [I64]), type([F64], [])],
    imports: [
      imported('env', 'ext_known', [0, 0]),
      imported('env', 'memory', [2, ...limits(17, 20)]),
      imported('x', 'g', [3, F64, 1]),
    ],
    functions: [0, 1],
    tables: [table(4, 9)],
    globals: [[I32, 0, 0x41, 0x10, END]],
    exports: [exported('validate_block', 0, 1), exported('__heap_base', 3, 1), exported('t', 1, 0)],
    start: 0,
    bodies: [body([0x42, 0], [[9, I32]]), body([0x20, 0, 0x20, 0, 0xa0, 0x1a])],
  },
  custom('name', [1, 15, 2, 1, ...name('main'), 2, ...name('other')]),
  custom(
    'target_features',
    vector([
      [0x2b, ...name('sign-ext')],
      [0x2d, ...name('atomics')],
    ]),
  ),
);

test('the interface, with types', () => {
  expect(readInterface(MODULE)).toEqual({
    imports: [
      {
        module: 'env',
        name: 'ext_known',
        kind: 'function',
        type: { params: ['i32', 'i32'], results: ['i64'] },
      },
      { module: 'env', name: 'memory', kind: 'memory', size: { minimum: 17, maximum: 20 } },
      { module: 'x', name: 'g', kind: 'global', valueType: 'f64', mutable: true },
    ],
    exports: [
      {
        name: 'validate_block',
        index: 1,
        kind: 'function',
        type: { params: ['i32', 'i32'], results: ['i64'] },
      },
      { name: '__heap_base', index: 1, kind: 'global', valueType: 'i32', mutable: false },
      { name: 't', index: 0, kind: 'table', size: { minimum: 4, maximum: 9 } },
    ],
    memory: { minimum: 17, maximum: 20, imported: true },
    table: { minimum: 4, maximum: 9, imported: false },
    start: 0,
    functions: { imported: 1, defined: 2 },
  });
});

describe('the report', () => {
  const report = inspectModule(MODULE, {
    top: 1,
    stackLogicalMax: 10,
    classify: ({ name: field }) => (field.startsWith('ext_') ? 'known' : 'unknown'),
  });

  test('is plain data', () => {
    const { rejection, ...rest } = report;
    expect(rejection).toBeUndefined();
    expect(JSON.parse(JSON.stringify(rest))).toEqual(rest);
  });
  test('classifies imports as the caller says', () => {
    expect(report.imports.map((entry) => entry.class)).toEqual(['known', 'unknown', 'unknown']);
  });
  test('lists the costliest functions with their names', () => {
    expect(report.stackCosts).toEqual({
      limit: 10,
      total: 16,
      top: [{ functionIndex: 1, name: 'main', cost: 12, exceedsLimit: true }],
    });
    expect(inspectModule(MODULE, { top: 5 }).stackCosts.top.map((entry) => entry.cost)).toEqual([12, 4]);
    expect(inspectModule(MODULE, { top: 0 }).stackCosts.top).toEqual([]);
  });
  test('says what is used and what is only declared', () => {
    expect(report.features).toEqual([
      'floating-point',
      'mutable-globals',
      'table',
      'start-function',
      'imported-memory',
    ]);
    expect(report.declaredFeatures).toEqual(['sign-ext']);
  });
  test('lists sections in order with their places', () => {
    expect(report.sections.map(({ section, name: title }) => title ?? section)).toEqual([
      ...['type', 'import', 'function', 'table', 'global', 'export', 'start', 'code'],
      ...['name', 'target_features'],
    ]);
    expect(report.sections.at(-1)!.offset + report.sections.at(-1)!.bytes).toBe(MODULE.length);
  });
});

describe('a module that is refused', () => {
  test('is reported as far as it was read', () => {
    const broken = build(
      {
        types: [type([], [])],
        imports: [imported('env', 'f', [0, 0])],
        functions: [0],
        bodies: [body([0xc0])],
      },
      custom('unreached'),
    );
    const report = inspectModule(broken);
    expect(report.rejection).toMatchObject({
      code: 'PREVALIDATION',
      meta: { section: 'code', functionIndex: 1 },
    });
    expect(report.rejection?.reason).toContain('sign extension');
    expect(report.imports).toHaveLength(1);
    expect(report.sections.map(({ section }) => section)).toEqual(['type', 'import', 'function']);
  });
  test('has the engine’s own rules applied', () => {
    expect(inspectModule(build({ memories: [limits(1), limits(1)] })).rejection?.code).toBe('PREPARATION');
  });
  test('may be anything', () => {
    expect(inspectModule(new Uint8Array([1, 2, 3])).rejection?.code).toBe('PREVALIDATION');
  });
});

test('a malformed name section only loses names', () => {
  const parts = { types: [type([], [])], functions: [0], bodies: [body([])] };
  for (const contents of [
    [1, 0xff],
    [1, 3, 1, 0, 200],
    [0x80, 0x80],
    [1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
  ]) {
    const report = inspectModule(build(parts, custom('name', contents), custom('target_features', contents)));
    expect(report.rejection).toBeUndefined();
    expect(report.stackCosts.top).toEqual([{ functionIndex: 0, cost: 2, exceedsLimit: false }]);
  }
});

test('the interface of a rewritten module shows the host’s memory', () => {
  const lowered = readInterface(
    toEngine(build({ memories: [limits(3, 5)], exports: [exported('memory', 2, 0)] })),
  );
  expect(lowered.memory).toEqual({ minimum: 3, imported: true });
  expect(lowered.imports).toEqual([{ module: 'pvf', name: 'memory', kind: 'memory', size: { minimum: 3 } }]);
});
