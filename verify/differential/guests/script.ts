import {
  encodeType,
  type FunctionType,
  i32Const,
  i64Const,
  MODULE_HEADER,
  name,
  section,
  sized,
  vector,
} from './encode.ts';

const ENTRY: FunctionType = { params: ['i32', 'i32'], result: 'i64' };
const MALLOC: FunctionType = { params: ['i32'], result: 'i32' };
const FREE: FunctionType = { params: ['i32'], result: undefined };
const PAGES = 17;

function guest(
  body: readonly number[],
  locals: number,
  heapBase: number,
  data: readonly number[][],
): Uint8Array {
  return Uint8Array.from([
    ...MODULE_HEADER,
    ...section(1, [ENTRY, MALLOC, FREE].map(encodeType)),
    ...section(2, [
      [...name('env'), ...name('ext_allocator_malloc_version_1'), 0, 1],
      [...name('env'), ...name('ext_allocator_free_version_1'), 0, 2],
    ]),
    ...section(3, [[0]]),
    ...section(5, [[0, PAGES]]),
    ...section(6, [[0x7f, 0, ...i32Const(heapBase), 0x0b]]),
    ...section(7, [
      [...name('memory'), 2, 0],
      [...name('__heap_base'), 3, 0],
      [...name('validate_block'), 0, 2],
    ]),
    ...section(10, [sized([...vector([[locals, 0x7f]]), ...body, 0x0b])]),
    ...section(11, data),
  ]);
}

/** Bytes behind the block data in the params: the relay parent's number and storage root. */
const AFTER_BLOCK_BYTES = 36;

/** Where the block data starts, pushed; the parent head must be empty and the block data shorter than 2^30 bytes. */
const BLOCK_START: readonly number[] = [
  // pointer + 1 + (1 << the two low bits of the compact length)
  ...[0x20, 0, ...i32Const(1), 0x6a],
  ...[...i32Const(1), 0x20, 0, 0x2d, 0, 1, ...i32Const(3), 0x71, 0x74, 0x6a],
];
/** Where it ends. */
const BLOCK_END: readonly number[] = [0x20, 0, 0x20, 1, 0x6a, ...i32Const(AFTER_BLOCK_BYTES), 0x6b];

/** Returns its block data as its `ValidationResult`. */
export const echoGuest = (): Uint8Array =>
  guest(
    [...[...BLOCK_END, ...BLOCK_START, 0x6b, 0xad, ...i64Const(32n), 0x86], ...[...BLOCK_START, 0xad, 0x84]],
    0,
    4096,
    [],
  );

/** What {@link allocatorGuest} can be told to do; `argument` is an u32. */
export const ALLOCATOR_STEPS = {
  /** Allocates `argument` bytes; the pointer is kept. */
  malloc: 0,
  /** Frees the pointer that was kept as number `argument`. */
  freeKept: 1,
  /** Frees the address `argument`. */
  freeAddress: 2,
  /** Writes a byte, the low one, into the header before kept pointer `argument >> 8`. */
  spoilHeader: 3,
  /** Grows the memory by `argument` pages; the result is kept. */
  grow: 4,
  /** Keeps the size of the memory in pages. */
  size: 5,
} as const;

const KEPT_AT = 1024;
/** Kept values are the head data of the result: 2,048 bytes. */
export const KEPT_VALUES = 512;
const HEADER_BYTES = 8;

/** Runs the steps in its block data, eight bytes each: step and argument. Returns all pointers that it was given. */
export function allocatorGuest(heapBase: number): Uint8Array {
  const at = 2;
  const end = 3;
  const kept = 4;
  const argument = [0x20, at, 0x28, 2, 4];
  const step = [0x20, at, 0x28, 2, 0];
  const keptPointer = (index: readonly number[]): number[] => [
    ...index,
    ...i32Const(2),
    0x74,
    0x28,
    2,
    ...[0x80, 8],
  ];
  const keep = (value: readonly number[]): number[] => [
    ...[0x20, kept, ...i32Const(2), 0x74, ...value, 0x36, 2, 0x80, 8],
    ...[0x20, kept, ...i32Const(1), 0x6a, 0x21, kept],
  ];
  const when = (code: number, body: readonly number[]): number[] => [
    ...[...step, ...i32Const(code), 0x46, 0x04, 0x40, ...body, 0x0b],
  ];
  const { malloc, freeKept, freeAddress, spoilHeader, grow, size } = ALLOCATOR_STEPS;
  return guest(
    [
      ...[...BLOCK_START, 0x21, at, ...BLOCK_END, 0x21, end],
      ...[0x02, 0x40, 0x03, 0x40, 0x20, at, 0x20, end, 0x4f, 0x0d, 1],
      ...when(malloc, keep([...argument, 0x10, 0])),
      ...when(freeKept, [...keptPointer(argument), 0x10, 1]),
      ...when(freeAddress, [...argument, 0x10, 1]),
      ...when(spoilHeader, [
        ...[...keptPointer([...argument, ...i32Const(8), 0x76]), ...i32Const(HEADER_BYTES), 0x6b],
        ...[...argument, 0x3a, 0, 0],
      ]),
      ...when(grow, keep([...argument, 0x40, 0])),
      ...when(size, keep([0x3f, 0])),
      ...[0x20, at, ...i32Const(8), 0x6a, 0x21, at, 0x0c, 0, 0x0b, 0x0b],
      ...i64Const((BigInt(2 + 4 * KEPT_VALUES + 11) << 32n) | BigInt(KEPT_AT - 2)),
    ],
    3,
    heapBase,
    // A compact length of two bytes, 2,048, in front of what is kept.
    [[0, ...i32Const(KEPT_AT - 2), 0x0b, ...sized([0x01, 0x20])]],
  );
}
