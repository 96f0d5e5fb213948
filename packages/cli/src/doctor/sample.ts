/**
 * The module that tells how fast a machine compiles: bodies of what compilers make of Rust (loads, stores, arithmetic in
 * 32 and 64 bits, branches, loops, calls), 0.8 MB, no two alike. Made by a generator that begins with a
 * fixed number, so that it is the same bytes everywhere but for its last ones.
 */
const FUNCTIONS = 450;
const STEPS = 90;
const SEED = 0x9e3779b9;

/** @param nonce makes it another PVF to a host, in a custom section that nobody compiles */
export function sampleModule(nonce: Uint8Array): Uint8Array {
  const random = generator(SEED);
  const bodies = Array.from({ length: FUNCTIONS }, (_, index) => body(random, index));
  return Uint8Array.from(
    [
      [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
      // (i32, i32) -> i64 and (i32, i64) -> i64
      section(1, [2, 0x60, 2, I32, I32, 1, I64, 0x60, 2, I32, I64, 1, I64]),
      section(3, [...u32(FUNCTIONS + 1), 0, ...new Array<number>(FUNCTIONS).fill(1)]),
      section(5, [1, 0x00, 1]),
      section(6, [1, I32, 0x00, 0x41, ...signed(1024), END]),
      section(7, [3, ...name('memory'), 2, 0, ...name('__heap_base'), 3, 0, ...name('validate_block'), 0, 0]),
      section(10, [
        ...u32(FUNCTIONS + 1),
        ...sized([0, 0x42, ...signed(12 * 2 ** 32), END]),
        ...bodies.flat(),
      ]),
      section(0, [...name('nonce'), ...nonce]),
    ].flat(),
  );
}

const I32 = 0x7f;
const I64 = 0x7e;
const END = 0x0b;
const NOTHING = 0x40;
const GET = 0x20;
const SET = 0x21;

/** Locals: 0 an address, 1 a sum, 2 and 3 further values of 32 and 64 bits, 4 a counter. */
function body(random: (below: number) => number, index: number): number[] {
  const code: number[] = [];
  for (let step = 0; step < STEPS; step++) code.push(...stepOf(random, index));
  return sized([3, 1, I32, 1, I64, 1, I32, ...code, GET, 1, END]);
}

function stepOf(random: (below: number) => number, index: number): number[] {
  const constant = signed(random(1 << 20));
  switch (random(6)) {
    case 0:
      // sum = (sum * constant) ^ rotl(sum, n)
      return [GET, 1, 0x42, ...constant, 0x7e, GET, 1, 0x42, ...signed(1 + random(62)), 0x89, 0x85, SET, 1];
    case 1:
      // value = load(address) + constant; address = (address + value) & 0xfff8
      return [
        ...[GET, 0, 0x29, 3, ...u32(8 * random(512)), 0x42, ...constant, 0x7c, SET, 3],
        ...[GET, 0, GET, 3, 0xa7, 0x6a, 0x41, ...signed(0x7ff8), 0x71, SET, 0],
      ];
    case 2:
      // store(address, sum + value)
      return [GET, 0, GET, 1, GET, 3, 0x7c, 0x37, 3, ...u32(8 * random(512))];
    case 3:
      // if (sum < value) { other = address * constant } else { sum = sum - value }
      return [
        ...[GET, 1, GET, 3, 0x54, 0x04, NOTHING, GET, 0, 0x41, ...constant, 0x6c, SET, 2],
        ...[0x05, GET, 1, GET, 3, 0x7d, SET, 1, END],
      ];
    case 4:
      // for a few rounds: sum = sum + extend(load8(address + counter))
      return [
        ...[0x41, ...signed(1 + random(15)), SET, 4, 0x03, NOTHING],
        ...[GET, 0, GET, 4, 0x6a, 0x2d, 0, ...u32(random(256)), 0xad, GET, 1, 0x7c, SET, 1],
        ...[GET, 4, 0x41, ...signed(1), 0x6b, 0x22, 4, 0x0d, 0, END],
      ];
    default:
      // sum = sum ^ another function (address, value)
      return [GET, 1, GET, 0, GET, 3, 0x10, ...u32(1 + ((index + 1 + random(40)) % FUNCTIONS)), 0x85, SET, 1];
  }
}

/** Marsaglia's xorshift of 32 bits. */
function generator(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

function section(id: number, contents: readonly number[]): number[] {
  return [id, ...sized(contents)];
}

function sized(contents: readonly number[]): number[] {
  return [...u32(contents.length), ...contents];
}

function name(text: string): number[] {
  return sized([...new TextEncoder().encode(text)]);
}

/** LEB128 of a number from 0. */
function u32(value: number): number[] {
  const bytes: number[] = [];
  for (let left = value; ; left = Math.floor(left / 128)) {
    if (left < 128) return [...bytes, left];
    bytes.push((left % 128) | 0x80);
  }
}

/** Signed LEB128 of a number from 0: the last byte's sign bit must be clear. */
function signed(value: number): number[] {
  const bytes = u32(value);
  const last = bytes.at(-1) ?? 0;
  return last < 64 ? bytes : [...bytes.slice(0, -1), last | 0x80, 0];
}
