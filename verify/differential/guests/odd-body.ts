import type { Random } from '../random.ts';
import { i32Const, i64Const, sized, uleb } from './encode.ts';

/** What a body may refer to. */
export interface Oddities {
  readonly entryIndex: number;
  readonly globalBase: number;
  readonly callMalloc: boolean;
  /** Pages of memory that are surely there. */
  readonly pages: number;
}

const OUTPUT = 512;
/** A compact length of two bytes: 64. */
const HEAD_LENGTH = (64 << 2) | 1;
const RESULT_BYTES = 2 + 64 + 11;
const EMPTY_BLOCK = 0x40;

/** Kinds of strange code that are valid, and such as are not always. */
const USUAL = [0, 1, 2, 3, 4, 5, 6, 7, 8, 11, 13, 14];
const RARE = [7, 9, 9, 9, 10, 12, 14, 14];

/** A function body of the odd guest: of the entry (two params), of a function without, or of one from i32 to i32. */
export function oddBody(random: Random, options: Oddities, role: 'entry' | 'start' | 'other'): number[] {
  const localsBefore = { entry: 2, start: 0, other: 1 }[role];
  const value = localsBefore;
  const code: number[] = [];
  for (let i = random.below(4); i > 0; i--) code.push(...strangeCode(random, options, value));
  if (role === 'entry') code.push(...observe(random, options, value));
  if (role === 'other') code.push(0x20, 0, ...i32Const(random.below(1000)), 0x6a);
  if (random.chance(0.01)) code.push(random.pick([0x0b, 0x05, 0x1a, 0x00, 0xc0, 0xd0, 0xfc]));
  const locals = random.chance(0.97)
    ? [1, 1, 0x7f]
    : [
        2,
        1,
        0x7f,
        ...uleb(random.pick([0, 1000, 49_990, 49_999, 50_000, 0xffff_ffff])),
        random.pick([0x7f, 0x7e, 0x7b, 0x70]),
      ];
  return sized([...locals, ...code, 0x0b]);
}

/** Writes what can be seen from inside into the result. */
function observe(random: Random, { entryIndex, globalBase, callMalloc }: Oddities, value: number): number[] {
  const code: number[] = [];
  let at = OUTPUT + 2;
  const store = (...pushed: number[]): void => {
    code.push(...i32Const(at), ...pushed, 0x36, 2, 0);
    at += 4;
  };
  store(0x20, 0);
  store(0x20, 1);
  store(0x3f, 0);
  if (random.chance(0.9)) store(0x23, ...uleb(globalBase));
  store(0x20, value);
  store(...i32Const(100), 0x28, 2, 0);
  if (callMalloc && random.chance(0.7))
    store(...i32Const(random.pick([0, 1, 100, 65_536, 1 << 20])), 0x10, 0);
  if (random.chance(0.5)) store(...i32Const(random.pick([0, 1, 30, 2063, 2064, 65_535, -1])), 0x40, 0);
  store(0x3f, 0);
  if (random.chance(0.3)) store(...i32Const(5), ...i32Const(random.below(9)), 0x11, 1, 0);
  if (random.chance(0.2)) store(...i32Const(5), 0x10, ...uleb(entryIndex + 2));
  if (random.chance(0.2)) code.push(0x10, ...uleb(entryIndex + 1));
  code.push(...i32Const(OUTPUT), ...i32Const(HEAD_LENGTH), 0x3b, 0, 0);
  const pointer = random.chance(0.95) ? OUTPUT : random.pick([65_536 - RESULT_BYTES, 65_536, -1, 0]);
  return [...code, ...i64Const((BigInt(RESULT_BYTES) << 32n) | BigInt(pointer >>> 0))];
}

/** Something that leaves the stack as it was; `value` is an i32 local. */
function strangeCode(random: Random, { globalBase }: Oddities, value: number): number[] {
  const deep = random.pick([3, 50, 400, 3000]);
  const many = random.pick([1, 100, 5000, 60_000]);
  const count = <T>(length: number, item: readonly T[]): T[] => Array.from({ length }, () => item).flat();
  switch (random.chance(0.93) ? random.pick(USUAL) : random.pick(RARE)) {
    case 0: // Nested blocks.
      return [...count(deep, [0x02, EMPTY_BLOCK]), ...count(deep, [0x0b])];
    case 1: // Nested conditions.
      return [...count(deep, [0x20, value, 0x04, EMPTY_BLOCK]), ...count(deep, [0x0b])];
    case 2: // Nested loops; V8's compiler takes long over many.
      return [...count(Math.min(deep, 50), [0x03, EMPTY_BLOCK]), ...count(Math.min(deep, 50), [0x0b])];
    case 3: // A large table of branches.
      return [
        0x02,
        EMPTY_BLOCK,
        0x02,
        EMPTY_BLOCK,
        0x20,
        value,
        0x0e,
        ...uleb(many),
        ...count(many, [0, 1]).slice(0, many),
        1,
        0x0b,
        0x0b,
      ];
    case 4: // A tall operand stack.
      return [...count(deep, [0x41, 1]), ...count(deep, [0x1a])];
    case 5: // The same with values that are used.
      return [...count(deep, [0x20, value]), ...count(deep - 1, [0x6a]), 0x21, value];
    case 6:
      return [...i32Const(random.pick([0, 1, 100, 3000])), 0x40, 0, 0x1a];
    case 7: // Dead code of a kind that only a validator minds.
      return [
        0x02,
        EMPTY_BLOCK,
        0x0c,
        0,
        random.pick([0x1a, 0x6a, 0x6b, 0x92, 0x01]),
        ...random.pick([[], [0x1a]]),
        0x0b,
      ];
    case 8:
      return [0x23, ...uleb(globalBase + 1), ...i32Const(1), 0x6a, 0x24, ...uleb(globalBase + 1)];
    case 9: // Bulk memory: in the feature set only by executor params.
      return random.pick([
        [...i32Const(600), ...i32Const(9), ...i32Const(random.pick([0, 8, 70_000])), 0xfc, 11, 0],
        [...i32Const(600), ...i32Const(0), ...i32Const(random.pick([0, 8, -1])), 0xfc, 10, 0, 0],
        [...i32Const(600), ...i32Const(0), ...i32Const(0), 0xfc, 8, 0, 0],
        [0xfc, 9, 0],
      ]);
    case 10: // Features beyond the accepted ones.
      return random.pick([
        [0x20, value, 0xc0, 0x21, value],
        [0x43, 0, 0, 0, 0, 0xfc, 0, 0x21, value],
        [0xd0, 0x70, 0x1a],
        [0xfe, 3, 0],
        [0x20, value, 0x20, value, 0x20, value, 0x1c, 1, 0x7f, 0x21, value],
      ]);
    case 11: // Memory accesses with offsets and alignments at the edge.
      return [
        ...i32Const(random.pick([0, 65_532, 65_533, -4])),
        ...[
          0x28,
          random.pick([0, 1, 2, 2, 2, 3, 64]),
          ...uleb(random.pick([0, 1, 65_532, 0xffff_ffff])),
          0x21,
          value,
        ],
      ];
    case 12: // Constants in other forms than the shortest; some of them are wrong.
      return [
        0x41,
        ...random.pick([
          [0x80, 0],
          [0xff, 0x7f],
          [0x80, 0x80, 0x80, 0x80, 0x08],
          [0x80, 0x80, 0x80, 0x80, 0x78],
          [0xff, 0xff, 0xff, 0xff, 0x0f],
        ]),
        0x1a,
      ];
    case 14: // Variables behind the module's own; metering adds a global there.
      return random.pick([
        [0x23, ...uleb(globalBase + 2), 0x21, value],
        [0x23, ...uleb(globalBase + 2), 0x21, value],
        [0x20, value, 0x24, ...uleb(globalBase + 2)],
        [0x23, ...uleb(globalBase + 3), 0x1a],
        [0x20, value + 1, 0x1a, 0x43, 0, 0, 0, 0, 0x43, 0, 0, 0, 0, 0x92, 0x1a],
      ]);
    default: // A loop with a way out that branches to the function's own label are left alone.
      return [0x02, EMPTY_BLOCK, 0x20, value, 0x45, 0x0d, 0, 0x01, 0x0b];
  }
}
