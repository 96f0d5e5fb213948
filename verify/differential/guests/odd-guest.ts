import type { Random } from '../random.ts';
import { i32Const, i64Const, MODULE_HEADER, name, sized, uleb } from './encode.ts';
import { type Oddities, oddBody } from './odd-body.ts';

const PAGE_BYTES = 65_536;
/** Chance of each choice to be an odd one: two or three in a module. */
const ODD = 0.03;

type Items = number[][];

/**
 * A small PVF with a few oddities of structure: imports of every kind, limits, segments, start functions, signatures,
 * exports, encodings. Its result shows where its params lie, how large its memory is and what its table calls.
 */
export function oddGuest(random: Random): Uint8Array {
  const odd = <T>(usual: T, others: readonly T[]): T => (random.chance(ODD) ? random.pick(others) : usual);
  // Types: 0 the entry, 1 malloc, 2 free, 3 nothing, 4 an odd entry.
  const types: Items = [
    [0x60, 2, 0x7f, 0x7f, 1, 0x7e],
    [0x60, 1, 0x7f, 1, 0x7f],
    [0x60, 1, 0x7f, 0],
    [0x60, 0, 0],
    random.pick<number[]>([
      [0x60, 2, 0x7f, 0x7f, 1, 0x7f],
      [0x60, 2, 0x7f, 0x7e, 1, 0x7e],
      [0x60, 3, 0x7f, 0x7f, 0x7f, 1, 0x7e],
      [0x60, 2, 0x7f, 0x7f, 2, 0x7e, 0x7e],
      [0x60, 2, 0x7f, 0x7f, 0],
      [0x60, 0, 1, 0x7e],
      [0x60, 1, 0x70, 1, 0x7e],
      [0x5f, 0],
    ]),
  ];
  if (random.chance(0.7)) types.pop();
  const imports = oddImports(random, odd);
  const memory = odd<Items>(imports.memory ? [] : [limits(random)], [
    [],
    [limits(random)],
    [limits(random), limits(random)],
    [[0, ...uleb(random.pick([0, 1, 2079, 2080, 2081, 65_536, 65_537]))]],
  ]);
  const table = odd<Items>(imports.table ? [] : [[0x70, 0, 8]], [
    [],
    [[0x70, 1, 8, 8]],
    [[0x70, 1, 9, 8]],
    [[0x6f, 0, 8]],
    [
      [0x70, 0, 8],
      [0x70, 0, 8],
    ],
    [[0x70, 0, ...uleb(random.pick([0, 5, 100_000, 10_000_001]))]],
    [[0x70, 1, 8, ...uleb(0xffff_ffff)]],
  ]);
  const globalBase = imports.globals;
  const heapBase = odd(4096, [
    0,
    8,
    4095,
    4099,
    PAGE_BYTES,
    2 * PAGE_BYTES + 1,
    2080 * PAGE_BYTES,
    -1,
    -8,
    0x7fff_ffff,
  ]);
  const globals = odd<Items>(
    [
      [0x7f, 0, ...i32Const(heapBase), 0x0b],
      [0x7f, 1, ...i32Const(7), 0x0b],
    ],
    [
      [
        [0x7e, 0, ...i64Const(4096n), 0x0b],
        [0x7f, 1, ...i32Const(7), 0x0b],
      ],
      [
        [0x7f, 1, ...i32Const(heapBase), 0x0b],
        [0x7f, 1, ...i32Const(7), 0x0b],
      ],
      [
        [0x7f, 0, 0x23, 0, 0x0b],
        [0x7f, 1, ...i32Const(7), 0x0b],
      ],
      [
        [0x7f, 0, ...i32Const(4096), ...i32Const(1), 0x6a, 0x0b],
        [0x7f, 1, ...i32Const(7), 0x0b],
      ],
      [],
    ],
  );
  const entryIndex = imports.functions;
  const entryType = odd(0, [4, 3, 1]);
  const exports: Items = [];
  const add = (label: string, kind: number, index: number) =>
    exports.push([...name(label), kind, ...uleb(index)]);
  if (odd(!imports.memory, [true, false])) add('memory', odd(2, [0, 3, 1]), 0);
  if (odd(true, [false])) add('__heap_base', odd(3, [0, 1]), globalBase + odd(0, [1, 2]));
  if (odd(true, [false])) add('validate_block', odd(0, [3, 2]), odd(entryIndex, [entryIndex + 1, 0, 99]));
  for (const [label, kind, index] of [
    ['also', 0, entryIndex],
    ['memory2', 2, 0],
    ['heap', 3, globalBase],
    ['table', 1, 0],
    ['__indirect_function_table', 1, 0],
    ['', 0, entryIndex + 1],
    ['memory', 2, 0],
    ['validate_block', 0, entryIndex],
    ['changed', 3, globalBase + 1],
    ['imported', 0, 0],
  ] as const)
    if (random.chance(ODD)) add(label, kind, index);
  if (random.chance(0.3)) exports.reverse();

  const options: Oddities = { entryIndex, globalBase, callMalloc: imports.malloc, pages: 1 };
  const bodies = [
    oddBody(random, options, 'entry'),
    oddBody(random, options, 'start'),
    oddBody(random, options, 'other'),
  ];
  const start = random.chance(0.15) ? [entryIndex + odd(1, [0, 2, -1, 50])] : [];
  const sections: [number, number[]][] = [
    [1, vectorOf(random, types)],
    [2, vectorOf(random, imports.items)],
    [3, vectorOf(random, [[entryType], [3], [1]])],
    [4, vectorOf(random, table)],
    [5, vectorOf(random, memory)],
    [6, vectorOf(random, globals)],
    [7, vectorOf(random, exports)],
    ...start.map((index): [number, number[]] => [8, uleb(Math.max(0, index))]),
    [9, vectorOf(random, segments(random, 'elem', entryIndex))],
    ...(random.chance(0.03) ? [[12, [2]] as [number, number[]]] : []),
    [10, vectorOf(random, bodies)],
    [11, vectorOf(random, segments(random, 'data', entryIndex))],
  ];
  return assemble(random, sections);
}

function oddImports(random: Random, odd: <T>(usual: T, others: readonly T[]) => T) {
  const items: Items = [];
  let functions = 0;
  let globals = 0;
  let memory = false;
  let table = false;
  const from = (): number[] => name(odd('env', ['', 'wasi', 'Env']));
  const malloc = random.chance(0.8);
  if (malloc) {
    items.push([...name('env'), ...name('ext_allocator_malloc_version_1'), 0, odd(1, [2, 0])]);
    items.push([...name('env'), ...name('ext_allocator_free_version_1'), 0, 2]);
    functions += 2;
  }
  if (random.chance(0.2)) {
    items.push([...name('env'), ...name('memory'), 2, ...limits(random)]);
    memory = true;
  }
  if (random.chance(ODD)) {
    items.push([...from(), ...name('g'), 3, random.pick([0x7f, 0x7e, 0x7c]), random.below(3)]);
    globals++;
  }
  if (random.chance(ODD / 2)) {
    items.push([...from(), ...name('table'), 1, 0x70, 0, 8]);
    table = true;
  }
  if (random.chance(ODD)) {
    items.push([
      ...from(),
      ...name(random.pick(['unknown', '', 'memory', 'ext_storage_get_version_1'])),
      0,
      odd(3, [0, 2, 9]),
    ]);
    functions++;
  }
  if (random.chance(ODD / 4)) items.push([...from(), ...name('tag'), 4, 0, 3]);
  if (random.chance(0.2)) items.reverse();
  return { items, functions, globals, memory, table, malloc };
}

function limits(random: Random): number[] {
  const minimum = random.pick([0, 1, 1, 2, 2, 17, 127, 128]);
  const maximum = random.pick([minimum, minimum + 1, 2080, 65_536, 65_537, 0]);
  if (random.chance(0.6)) return [0, ...uleb(minimum)];
  return [random.chance(0.95) ? 1 : random.pick([2, 3, 4, 5, 8]), ...uleb(minimum), ...uleb(maximum)];
}

function segments(random: Random, kind: 'data' | 'elem', functions: number): Items {
  return Array.from({ length: random.below(3) }, () => {
    const edge =
      kind === 'data' ? [0, 100, PAGE_BYTES - 4, PAGE_BYTES, 2 * PAGE_BYTES, -1] : [0, 1, 4, 7, 8, 9, -1];
    const offset = random.chance(0.9)
      ? [...i32Const(random.chance(0.7) ? edge[random.below(2)]! : random.pick(edge)), 0x0b]
      : random.pick([
          [0x23, 0, 0x0b],
          [0x23, 1, 0x0b],
          [...i64Const(0n), 0x0b],
          [0x0b],
          [0x41, 0, 0x41, 0, 0x6a, 0x0b],
        ]);
    const length = random.pick([0, 1, 4]);
    const content =
      kind === 'data'
        ? sized([...random.bytes(length)])
        : [length, ...Array.from({ length }, () => random.below(functions + 3))];
    const flags = random.chance(0.95) ? 0 : random.between(1, kind === 'data' ? 3 : 8);
    if (flags === 1 || flags === 3 || flags === 5)
      return [flags, ...(kind === 'data' ? [] : [0]), ...content];
    if (flags === 2) return [2, 0, ...offset, ...(kind === 'data' ? [] : [0]), ...content];
    return [flags, ...offset, ...content];
  });
}

/** A vector; rarely with a count in more bytes than needed, or a wrong one. */
function vectorOf(random: Random, items: readonly (readonly number[])[]): number[] {
  const count = items.length + (random.chance(0.003) ? random.pick([1, -1, 1000]) : 0);
  return [...padded(random, Math.max(0, count)), ...items.flat()];
}

/** LEB128 of an u32 in one to six bytes; six are too many. */
function padded(random: Random, value: number): number[] {
  const bytes = uleb(value);
  if (!random.chance(0.03)) return bytes;
  const length = random.between(bytes.length, random.chance(0.1) ? 6 : 5);
  while (bytes.length < length) {
    bytes[bytes.length - 1]! |= 0x80;
    bytes.push(0);
  }
  return bytes;
}

function assemble(random: Random, sections: [number, number[]][]): Uint8Array {
  const kept = sections.filter(([, bytes]) => bytes.length > 1 || bytes[0] !== 0 || random.chance(0.1));
  if (random.chance(0.01)) kept.push(random.pick(kept));
  if (random.chance(0.01))
    kept.splice(random.below(kept.length), 0, ...kept.splice(random.below(kept.length), 1));
  if (random.chance(0.01)) kept.splice(random.below(kept.length), 1);
  if (random.chance(0.1)) {
    const label = random.pick([
      'name',
      'producers',
      '',
      'target_features',
      'reloc.CODE',
      'linking',
      'dylink.0',
    ]);
    kept.splice(random.below(kept.length + 1), 0, [0, [...name(label), ...random.bytes(random.below(12))]]);
  }
  const body = kept.flatMap(([id, bytes]) => [id, ...padded(random, bytes.length), ...bytes]);
  return Uint8Array.from([...MODULE_HEADER, ...body]);
}
