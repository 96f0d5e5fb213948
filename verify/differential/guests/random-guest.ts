import type { Random } from '../random.ts';
import { BodyGenerator } from './body.ts';
import { constant } from './constant.ts';
import {
  encodeType,
  type FunctionType,
  i32Const,
  MODULE_HEADER,
  name,
  section,
  sized,
  typeCode,
  uleb,
  VALUE_TYPES,
  type ValueType,
  vector,
} from './encode.ts';
import { entryBody } from './entry.ts';
import type { Scope } from './expressions.ts';
import {
  HOST_IMPORTS,
  type HostImport,
  type KnownData,
  SCRATCH_BYTES,
  UNKNOWN_IMPORTS,
} from './host-imports.ts';

const ENTRY: FunctionType = { params: ['i32', 'i32'], result: 'i64' };
const MALLOC: FunctionType = { params: ['i32'], result: 'i32' };
const FREE: FunctionType = { params: ['i32'], result: undefined };
const WASM_PAGE_BYTES = 65_536;

/**
 * A random PVF: valid WebAssembly of the MVP, bounded in time, that folds what its functions, globals and memory came
 * to into the head data it returns; `more` are imported besides a random choice. It may trap, overflow its stack, exhaust its memory or call what is not there.
 */
export function randomGuest(random: Random, more: readonly HostImport[] = []): Uint8Array {
  const types = signatures(random);
  const typeIndex = (type: FunctionType): number => {
    const key = JSON.stringify(type);
    const at = types.findIndex((candidate) => JSON.stringify(candidate) === key);
    return at >= 0 ? at : types.push(type) - 1;
  };

  const entryType = typeIndex(ENTRY);
  const imports = chooseImports(random, more);
  const importCount = imports.functions.length;
  const importItems = imports.functions.map((entry) => [
    ...name(entry.module),
    ...name(entry.name),
    0,
    ...uleb(typeIndex(entry.type)),
  ]);

  const memory = memoryLimits(random);
  const memoryImported = random.chance(0.15);
  if (memoryImported) importItems.push([...name('env'), ...name('memory'), 2, ...memory]);

  const functions = Array.from({ length: random.between(2, 9) }, () => random.pick(types));
  const entryIndex = importCount + functions.length;
  const tableSize = random.chance(0.8) ? random.between(1, 16) : 0;
  const globals = Array.from({ length: random.below(6) }, (_, index) => ({
    index,
    type: random.pick(VALUE_TYPES),
    mutable: random.chance(0.8),
  }));
  const fuelGlobal = globals.length;
  const pointerGlobal = globals.length + 1;
  const heapBaseGlobal = globals.length + 2;

  const allTypes = [...imports.functions.map((entry) => entry.type), ...functions, ENTRY];
  const table = elements(random, tableSize, allTypes);
  const data = knownData(random);
  const scope: Scope = {
    random,
    functions: functions.map((type, index) => ({ index: importCount + index, type })),
    hosts: imports.functions.flatMap((entry, index) => (entry.host ? [{ index, import: entry.host }] : [])),
    free: indexOf(imports.functions, 'ext_allocator_free_version_1'),
    types: types.slice(0, 8),
    globals,
    table: table.contents,
    data: data.at,
    fuelGlobal,
    pointerGlobal,
  };

  const bodies = functions.map((type) => functionBody(scope, type));
  bodies.push(entryBody(scope));
  const start = random.chance(0.06)
    ? functions.findIndex((type) => type.params.length === 0 && type.result === undefined)
    : -1;

  const heapBase =
    0x4000 + random.pick([0, 0x10, 0x123, 0x8000, memoryPages(memory) * WASM_PAGE_BYTES - 0x4000]);
  const globalItems = [
    ...globals.map((global) => [
      typeCode(global.type),
      global.mutable ? 1 : 0,
      ...constant(random, global.type),
      0x0b,
    ]),
    [typeCode('i32'), 1, ...i32Const(random.pick([60, 2_000, 2_000, 40_000])), 0x0b],
    [typeCode('i32'), 1, ...i32Const(0), 0x0b],
    [typeCode('i32'), 0, ...i32Const(heapBase), 0x0b],
  ];

  const exportItems = [
    // An imported memory is exported by the reference's pipeline; a second export of the name is refused.
    ...(memoryImported && random.chance(0.9) ? [] : [[...name('memory'), 2, 0]]),
    [...name('__heap_base'), 3, ...uleb(heapBaseGlobal)],
    [...name('validate_block'), 0, ...uleb(entryIndex)],
    ...functions
      .map((_, index) => index)
      .filter(() => random.chance(0.2))
      .map((index) => [...name(`f${index}`), 0, ...uleb(importCount + index)]),
  ];
  const dataItems = [
    [0, ...i32Const(0), 0x0b, ...sized([...random.bytes(random.between(16, 400))])],
    [0, ...i32Const(data.start), 0x0b, ...sized(data.bytes)],
    ...(random.chance(0.02) ? [[0, ...i32Const(random.u32()), 0x0b, ...sized([1, 2, 3])]] : []),
  ];

  return Uint8Array.from([
    ...MODULE_HEADER,
    ...custom(random),
    ...section(1, types.map(encodeType)),
    ...section(2, importItems),
    ...section(3, [...functions.map((type) => uleb(typeIndex(type))), uleb(entryType)]),
    ...section(4, tableSize > 0 ? [[0x70, 0, ...uleb(tableSize)]] : []),
    ...section(5, memoryImported ? [] : [memory]),
    ...section(6, globalItems),
    ...section(7, exportItems),
    ...(start >= 0 ? [8, ...sized(uleb(importCount + start))] : []),
    ...section(9, table.items),
    ...section(10, bodies),
    ...section(11, dataItems),
    ...custom(random),
  ]);
}

/** Element segments over all functions, imports too, and the types that the table then has. */
function elements(
  random: Random,
  tableSize: number,
  functions: readonly FunctionType[],
): { items: number[][]; contents: (FunctionType | undefined)[] } {
  const contents: (FunctionType | undefined)[] = Array.from({ length: tableSize }, () => undefined);
  if (tableSize === 0) return { items: [], contents };
  const items = Array.from({ length: random.between(1, 2) }, () => {
    const length = random.between(0, tableSize);
    // Rarely one past the end: the module cannot be instantiated.
    const offset = random.below(tableSize - length + 1) + (random.chance(0.01) ? 2 : 0);
    const entries = Array.from({ length }, () => random.below(functions.length));
    for (const [index, entry] of entries.entries())
      if (offset + index < tableSize) contents[offset + index] = functions[entry];
    return [0, ...i32Const(offset), 0x0b, ...vector(entries.map(uleb))];
  });
  return { items, contents };
}

interface ImportedFunction {
  module: string;
  name: string;
  type: FunctionType;
  host?: HostImport;
}

function chooseImports(random: Random, more: readonly HostImport[]): { functions: ImportedFunction[] } {
  const functions: ImportedFunction[] = [];
  const add = (host: HostImport) => functions.push({ module: 'env', name: host.name, type: host.type, host });
  if (random.chance(0.7)) {
    functions.push({ module: 'env', name: 'ext_allocator_free_version_1', type: FREE });
    add({ ...HOST_IMPORTS[0]!, type: MALLOC });
  }
  for (const host of more) add(host);
  for (let i = random.below(7); i > 0; i--) add(random.pick(HOST_IMPORTS));
  if (random.chance(0.15)) add(random.pick(UNKNOWN_IMPORTS));
  // Rare: what cannot be linked.
  if (random.chance(0.01)) functions.push({ module: 'other', name: 'f', type: FREE });
  if (random.chance(0.01))
    functions.push({ module: 'env', name: 'ext_hashing_twox_64_version_1', type: FREE });
  return { functions };
}

const indexOf = (functions: readonly ImportedFunction[], wanted: string): number | undefined => {
  const at = functions.findIndex((entry) => entry.name === wanted);
  return at < 0 ? undefined : at;
};

function signatures(random: Random): FunctionType[] {
  const types: FunctionType[] = [{ params: [], result: undefined }];
  for (let i = random.between(2, 7); i > 0; i--) {
    const count = random.weighted({ few: 8, some: 1 }) === 'few' ? random.below(4) : random.between(4, 9);
    types.push({
      params: Array.from({ length: count }, () => random.pick(VALUE_TYPES)),
      result: random.chance(0.8) ? random.pick(VALUE_TYPES) : undefined,
    });
  }
  return types;
}

function functionBody(scope: Scope, type: FunctionType): number[] {
  const { random } = scope;
  const groups: { count: number; type: ValueType }[] = Array.from({ length: random.below(4) }, () => ({
    count: random.pick([0, 1, 1, 2, 3, 20]),
    type: random.pick(VALUE_TYPES),
  }));
  const locals = groups.flatMap((group) => Array.from({ length: group.count }, () => group.type));
  const code = new BodyGenerator(scope, type, locals, random.pick([20, 60, 150])).body();
  return sized([
    ...vector(groups.map((group) => [...uleb(group.count), typeCode(group.type)])),
    ...code,
    0x0b,
  ]);
}

function memoryLimits(random: Random): number[] {
  const minimum = random.pick([1, 2, 17, 20, 40]);
  if (random.chance(0.6)) return [0, ...uleb(minimum)];
  return [1, ...uleb(minimum), ...uleb(minimum + random.pick([0, 0, 1, 30, 2000, 5000]))];
}

/** The minimum is below 128, so it is one byte. */
const memoryPages = (limits: readonly number[]): number => limits[1] ?? 0;

/** SCALE-encoded input for the trie functions, placed behind the random data. */
function knownData(random: Random): { start: number; bytes: number[]; at: KnownData } {
  const blob = (longest: number): number[] => {
    const bytes = random.bytes(random.below(longest));
    return [bytes.length << 2, ...bytes];
  };
  const start = SCRATCH_BYTES - 0x800;
  const pairCount = random.below(12);
  const pairs = [
    pairCount << 2,
    ...Array.from({ length: pairCount }, () => [...blob(9), ...blob(50)]).flat(),
  ];
  const listCount = random.below(20);
  const list = [listCount << 2, ...Array.from({ length: listCount }, () => blob(40)).flat()];
  const fat = (length: number, pointer: number): bigint => (BigInt(length) << 32n) | BigInt(pointer);
  return {
    start,
    bytes: [...pairs, ...list],
    at: { pairs: fat(pairs.length, start), list: fat(list.length, start + pairs.length) },
  };
}

function custom(random: Random): number[] {
  if (random.chance(0.85)) return [];
  return [
    0,
    ...sized([...name(random.pick(['x', 'producers', 'runtime_version', ''])), ...random.bytes(20)]),
  ];
}
