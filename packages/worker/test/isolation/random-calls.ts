/**
 * Programs of random system calls, each made of a seed alone: what the fuzzer of system calls runs inside jobs, templates
 * and sandboxes. Most of the arguments are such as mean something to some call.
 */
export interface Calls {
  /** Makes a system call; negative errno on failure. */
  readonly make: (number: number, args: readonly number[]) => number;
  /** Numbers of the calls that this place permits, which are made more often: a job dies of any other. */
  readonly permitted: readonly number[];
  /** Every number of this architecture's table. */
  readonly all: readonly number[];
  /** Calls that would wait for ever, and those that end the program. */
  readonly avoided: readonly number[];
  /** Addresses of paths, names, buffers and mappings that mean something. */
  readonly addresses: readonly number[];
  /** Descriptors and process ids. */
  readonly ids: readonly number[];
}

/** mulberry32: small, and the same everywhere. */
export function random(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 0x1_0000_0000) * below);
  };
}

const MEANINGFUL = [
  0,
  1,
  2,
  3,
  4,
  5,
  7,
  8,
  9,
  16,
  17,
  22,
  64,
  100,
  255,
  512,
  1024,
  4096,
  8192,
  65_536,
  1 << 20,
  1 << 29,
];
const FLAGS = Array.from({ length: 31 }, (_, bit) => 2 ** bit);
const NEGATIVE = [-1, -2, -9, -100];
const LARGEST = 2 ** 46;
/** Of a hundred calls, so many are among those that are permitted. */
const PERMITTED_PERCENT = 85;
const ARGUMENTS = 6;

/** @returns how many calls it made before it was through */
export function runRandomCalls(seed: number, count: number, calls: Calls): number {
  const next = random(seed);
  const pick = (list: readonly number[]): number => list[next(list.length)] as number;
  const argument = (): number => {
    switch (next(8)) {
      case 0:
      case 1:
        return pick(MEANINGFUL);
      case 2:
        return pick(FLAGS) + pick(FLAGS);
      case 3:
        return pick(NEGATIVE);
      case 4:
      case 5:
        return calls.addresses.length === 0 ? 0 : pick(calls.addresses) + (next(4) === 0 ? next(4096) : 0);
      case 6:
        return calls.ids.length === 0 ? next(16) : pick(calls.ids);
      default:
        return next(2) === 0 ? next(2 ** 31) : next(LARGEST);
    }
  };
  for (let made = 0; made < count; made++) {
    const among = calls.permitted.length > 0 && next(100) < PERMITTED_PERCENT ? calls.permitted : calls.all;
    const number = next(200) === 0 ? next(1100) : pick(among);
    const args = Array.from({ length: ARGUMENTS }, argument);
    if (!calls.avoided.includes(number)) calls.make(number, args);
  }
  return count;
}
