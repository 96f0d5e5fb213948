import { expect, test } from 'vitest';
import {
  ConstructionError,
  checkImports,
  importObject,
  MissingFunctionError,
} from '../../src/engine/link.ts';
import type { ImportShape } from '../../src/engine/shape.ts';

const MALLOC = 'ext_allocator_malloc_version_1';
const PAIRING = 'ext_host_calls_bls12_381_final_exponentiation_version_1';
const fn = (name: string, signature: string, module = 'env'): ImportShape => ({
  module,
  name,
  kind: 'function',
  signature,
});

test.each<[string, ImportShape[], string[]]>([
  ['nothing', [], []],
  ['a host function', [fn(MALLOC, 'i32->i32')], [MALLOC]],
  ['the same twice', [fn(MALLOC, 'i32->i32'), fn(MALLOC, 'i32->i32')], [MALLOC]],
  ['an unknown function', [fn('f', '->i64')], []],
  ['an unknown function twice', [fn('f', '->i64'), fn('f', '->i64')], []],
  ['a function of ECC, which is unknown', [fn(PAIRING, '->f32')], []],
])('%s can be linked', (_, imports, used) => {
  expect([...checkImports(imports, false)]).toEqual(used);
});

test.each<[string, ImportShape[]]>([
  ['a function of another module', [fn(MALLOC, 'i32->i32', 'host')]],
  ['a function of a module without a name', [fn(MALLOC, 'i32->i32', '')]],
  ['a memory', [{ module: 'env', name: 'memory', kind: 'memory' }]],
  ['a global', [{ module: 'env', name: 'g', kind: 'global' }]],
  ['a table', [{ module: 'env', name: 't', kind: 'table' }]],
  ['a host function with another type', [fn(MALLOC, 'i64->i32')]],
  ['a host function without its result', [fn(MALLOC, 'i32->')]],
  ['a host function with two types', [fn(MALLOC, 'i32->i32'), fn(MALLOC, 'i32->i64')]],
  ['an unknown function with two types', [fn('f', '->i64'), fn('f', '->i32')]],
])('%s cannot', (_, imports) => {
  expect(() => checkImports(imports, false)).toThrow(ConstructionError);
});

test('functions of ECC are known with their param only', () => {
  expect([...checkImports([fn(PAIRING, 'i64->i32')], true)]).toEqual([PAIRING]);
  expect([...checkImports([fn(PAIRING, 'i64->i32')], false)]).toEqual([]);
  expect(() => checkImports([fn(PAIRING, '->f32')], true)).toThrow(ConstructionError);
});

test('what nobody provides traps when it is called, whatever its name', () => {
  const names = ['f', 'toString', '__proto__', 'constructor'];
  const object = importObject(
    [...names, MALLOC].map((name) => fn(name, '->')),
    { [MALLOC]: () => 7 },
  );
  for (const name of names) expect(() => (object[name] as () => void)()).toThrow(MissingFunctionError);
  expect((object[MALLOC] as () => number)()).toBe(7);
});
