import {
  type Bytes,
  body,
  build,
  dataSegment,
  END,
  element,
  exported,
  I32,
  I64,
  imported,
  limits,
  table,
  type,
} from './binary.ts';

/** Ways to make the code behind them unreachable; the label is that of the block around. */
const ENDINGS: Readonly<Record<string, Bytes>> = {
  nothing: [],
  unreachable: [0x00],
  br: [0x0c, 0],
  'br to the function': [0x0c, 1],
  br_table: [0x41, 0, 0x0e, 0, 0],
  'br_table of three': [0x41, 0, 0x0e, 2, 0, 0, 0],
  return: [0x0f],
};

/** What stands behind them: the operands that it takes, and how many values it leaves. */
const OPERATORS: Readonly<
  Record<string, { readonly code: Bytes; readonly takes: number; readonly leaves: number }>
> = {
  drop: { code: [0x1a], takes: 1, leaves: 0 },
  select: { code: [0x1b], takes: 3, leaves: 1 },
  'i32.add': { code: [0x6a], takes: 2, leaves: 1 },
  'i32.eqz': { code: [0x45], takes: 1, leaves: 1 },
  'i32.load': { code: [0x28, 2, 0], takes: 1, leaves: 1 },
  'i32.store': { code: [0x36, 2, 0], takes: 2, leaves: 0 },
  'local.set': { code: [0x21, 0], takes: 1, leaves: 0 },
  'local.tee': { code: [0x22, 0], takes: 1, leaves: 1 },
  'global.set': { code: [0x24, 0], takes: 1, leaves: 0 },
  'memory.grow': { code: [0x40, 0], takes: 1, leaves: 1 },
  if: { code: [0x04, 0x40, END], takes: 1, leaves: 0 },
  br: { code: [0x0c, 0], takes: 0, leaves: 0 },
  br_if: { code: [0x0d, 0], takes: 1, leaves: 0 },
  br_table: { code: [0x0e, 0, 0], takes: 1, leaves: 0 },
  return: { code: [0x0f], takes: 0, leaves: 0 },
  unreachable: { code: [0x00], takes: 0, leaves: 0 },
  call: { code: [0x10, 2], takes: 2, leaves: 1 },
  call_indirect: { code: [0x11, 2, 0], takes: 3, leaves: 1 },
};

/** The same within a block that has a result, as the last thing in it. */
const IN_BLOCKS: Readonly<Record<string, Bytes>> = {
  'the end of a block': [],
  'br with a value': [0x0c, 0],
  'br_if with a value': [0x0d, 0],
  'br_table with a value': [0x0e, 1, 0, 0],
  'the end of a dead block': [0x00],
};

const ONE: Bytes = [0x41, 1];
/** More values than stand anywhere else. */
const PILE = 12;
const times = (n: number, code: Bytes): number[] => Array.from({ length: n }, () => code).flat();

const pile = (): number[] => [...times(PILE, ONE), ...times(PILE, [0x1a])];

const TYPES = [type([I32, I32], [I64]), type([], []), type([I32, I32], [I32]), type([I32], [I32])];
const MIN_PAGES = 17;
const RESULT_AT = 1024;

/**
 * A guest whose `validate_block` calls one function and returns twelve zeros, a `ValidationResult`. The function holds
 * `dead` where it never comes by.
 */
function guest(dead: Bytes): Uint8Array {
  // Behind it the count goes on: three values, more than the condition before it.
  const never = [0x41, 0, 0x04, 0x40, ...dead, END, ...times(3, ONE), ...times(3, [0x1a])];
  return build({
    types: TYPES,
    imports: [imported('env', 'ext_allocator_malloc_version_1', [0, 3])],
    functions: [0, 2, 1],
    tables: [table(1)],
    memories: [limits(MIN_PAGES)],
    globals: [
      [I32, 1, 0x41, 0, END],
      [I32, 0, 0x41, ...[0x80, 0x80, 0x04], END],
    ],
    exports: [exported('memory', 2, 0), exported('__heap_base', 3, 1), exported('validate_block', 0, 1)],
    elements: [element(0, [2])],
    bodies: [
      // 12 << 32 | RESULT_AT
      body([0x10, 3, 0x42, ...leb64((12n << 32n) | BigInt(RESULT_AT))]),
      body([...ONE]),
      body(never, [[1, I32]]),
    ],
    data: [dataSegment(RESULT_AT, times(12, [0]))],
  });
}

function leb64(value: bigint): number[] {
  const bytes: number[] = [];
  for (let rest = value; ; rest >>= 7n) {
    const done = rest < 0x40n;
    bytes.push(Number(rest & 0x7fn) | (done ? 0 : 0x80));
    if (done) return bytes;
  }
}

export interface DeadCodeGuest {
  readonly name: string;
  readonly code: Uint8Array;
}

/** Every operator behind every ending, with none of its operands, some, all, and one too many. */
export function deadCodeGuests(): DeadCodeGuest[] {
  const guests: DeadCodeGuest[] = [];
  const add = (title: string, code: Bytes): void => void guests.push({ name: title, code: guest(code) });
  for (const [ending, end] of Object.entries(ENDINGS)) {
    add(`nothing behind ${ending}`, end);
    for (const [operator, { code, takes, leaves }] of Object.entries(OPERATORS)) {
      for (let given = 0; given <= takes + 1; given++) {
        const dead = [...end, ...times(given, ONE), ...code];
        add(`${operator} with ${given} of ${takes} behind ${ending}`, [...dead, ...times(leaves, [0x1a])]);
      }
    }
    add(`a pile behind ${ending}`, [...end, ...pile()]);
    add(`a pile in a block behind ${ending}`, [...end, 0x02, 0x40, ...pile(), END]);
    add(`a pile in a loop behind ${ending}`, [...end, 0x03, 0x40, ...pile(), END]);
    add(`a pile behind a block behind ${ending}`, [...end, 0x02, 0x40, END, ...pile()]);
    add(`a pile behind a dead block behind ${ending}`, [...end, 0x02, 0x40, 0x00, END, ...pile()]);
    for (let given = 0; given <= 2; given++) {
      const values = times(given, ONE);
      add(`drop behind a block behind ${ending}, with ${given}`, [...end, ...values, 0x02, 0x40, END, 0x1a]);
      add(`drop in a block behind ${ending}, with ${given}`, [...end, ...values, 0x02, 0x40, 0x1a, END]);
      for (const [branch, code] of Object.entries({ br: [0x0c, 0], br_if: [...ONE, 0x0d, 0] })) {
        const loop = [0x03, I32, ...values, ...code, END, 0x1a];
        add(`${branch} to a loop with a result behind ${ending}, with ${given}`, [...end, ...loop]);
      }
    }
    // A label more is around them than around the others.
    const inside = ending === 'br to the function' ? [0x0c, 2] : end;
    for (const [operator, code] of Object.entries(IN_BLOCKS)) {
      for (let given = 0; given <= 3; given++) {
        const dead = [0x02, I32, ...inside, ...times(given, ONE), ...code, END, 0x1a];
        add(`${operator} with ${given} behind ${ending}`, dead);
      }
    }
  }
  return guests;
}
