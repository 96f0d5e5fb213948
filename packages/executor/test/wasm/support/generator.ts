import {
  body,
  build,
  dataSegment,
  END,
  element,
  exported,
  F32,
  F64,
  I32,
  I64,
  i32,
  imported,
  limits,
  type Parts,
  table,
  type,
  u32,
} from './binary.ts';
import { type Context, type Signature, zero } from './context.ts';
import { FunctionWriter } from './function-writer.ts';
import type { Random } from './random.ts';

export interface GeneratedModule {
  readonly code: Uint8Array;
  /** Exported functions: all the module defines. */
  readonly functions: readonly { readonly name: string; readonly signature: Signature }[];
}

export interface GeneratorOptions {
  readonly floats: boolean;
  /** Write the NaN canonicalisation into the module itself, after every instruction that needs it. */
  readonly canonical: boolean;
}

const IMPORTS: readonly Signature[] = [
  { params: [I32], results: [] },
  { params: [I64], results: [I64] },
];

/** Calls and loop turns that one instance may make; far below what reaches the stack limit. */
const FUEL = 300;

/**
 * A random valid module that always terminates: structured, typed, with calls, indirect calls, loops,
 * branches with and without values, memory, globals, a table and dead code. Both settings of `canonical`
 * draw the same random numbers, so they give the same program.
 */
export function generateModule(random: Random, options: GeneratorOptions): GeneratedModule {
  const valueTypes = options.floats ? [I32, I64, F32, F64] : [I32, I64];
  const list = (max: number): number[] =>
    Array.from({ length: random.below(max + 1) }, () => random.pick(valueTypes));
  const types: Signature[] = [...IMPORTS];
  for (let i = 2 + random.below(5); i > 0; i--) types.push({ params: list(4), results: list(1) });
  // A duplicate now and then: thunks must take the first equal type.
  if (random.chance(50)) types.unshift(random.pick(types));
  const importTypes = IMPORTS.map((signature) => types.indexOf(signature));

  const functions = Array.from({ length: 1 + random.below(7) }, () => random.below(types.length));
  const globals = [I32, ...list(4)];
  const memoryImported = random.chance(30);
  const tableSize = random.chance(70) ? 1 + random.below(8) : 0;
  const start = functions.findIndex(
    (index) => types[index]!.params.length + types[index]!.results.length === 0,
  );
  const context: Context = {
    signatures: [...IMPORTS, ...functions.map((index) => types[index]!)],
    types,
    globals,
    tableSize,
  };

  const parts: Parts = {
    types: types.map(({ params, results }) => type(params, results)),
    imports: [
      imported('env', 'log', [0, ...u32(importTypes[0]!)]),
      ...(memoryImported ? [imported('env', 'memory', [2, ...limits(1)])] : []),
      imported('env', 'mix', [0, ...u32(importTypes[1]!)]),
    ],
    functions,
    ...(tableSize > 0 && {
      tables: [table(tableSize, random.chance(50) ? tableSize : undefined)],
      elements: [
        element(random.below(tableSize), random.chance(90) ? [random.below(2 + functions.length)] : []),
        element(0, random.chance(80) ? [2 + random.below(functions.length)] : []),
      ],
    }),
    ...(!memoryImported && { memories: [limits(1)] }),
    globals: globals.map((kind, i) => [kind, 1, ...(i === 0 ? [0x41, ...i32(FUEL)] : zero(kind)), END]),
    exports: [
      ...functions.map((_, i) => exported(`f${i}`, 0, IMPORTS.length + i)),
      ...(memoryImported ? [] : [exported('memory', 2, 0)]),
      ...globals.map((_, i) => exported(`g${i}`, 3, i)),
    ],
    ...(start >= 0 && random.chance(50) && { start: IMPORTS.length + start }),
    bodies: functions.map((index) => {
      const writer = new FunctionWriter(random, context, types[index]!, valueTypes, options.canonical);
      const code = writer.write();
      return body(code, writer.locals);
    }),
    data: [
      dataSegment(
        random.below(200),
        Array.from({ length: random.below(40) }, () => random.below(256)),
      ),
    ],
  };
  return {
    code: build(parts),
    functions: functions.map((index, i) => ({ name: `f${i}`, signature: types[index]! })),
  };
}
