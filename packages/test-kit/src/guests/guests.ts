import { compileGuestFile } from './compile.ts';

/**
 * Each guest with the class of answer that the reference gives for it with default executor params and `GUEST_INPUT`.
 * `Ok`, `InvalidCandidate` and `RuntimeConstruction` are job responses, `TimedOut` is the worker's, `Prevalidation` is a
 * preparation error. Of those with RuntimeConstruction a precheck refuses `import-of-another-module` alone: it links a
 * module but does not instantiate it.
 */
export const GUEST_ANSWERS = {
  'accepts-anything': 'Ok',
  'allocates-gigabytes': 'InvalidCandidate',
  'bulk-memory': 'Prevalidation',
  'burns-cpu': 'Ok',
  'division-by-zero': 'InvalidCandidate',
  'double-free': 'InvalidCandidate',
  'huge-head': 'Ok',
  'huge-result': 'Ok',
  'import-of-another-module': 'RuntimeConstruction',
  'imported-memory': 'Ok',
  'infinite-loop': 'TimedOut',
  'initial-memory-above-limit': 'RuntimeConstruction',
  'log-flood': 'TimedOut',
  'memory-growth-until-refused': 'Ok',
  'missing-import-called': 'InvalidCandidate',
  'missing-import-uncalled': 'Ok',
  'mutual-recursion-through-table': 'InvalidCandidate',
  'no-entry-point': 'InvalidCandidate',
  'no-heap-base': 'InvalidCandidate',
  'no-memory': 'InvalidCandidate',
  'sign-extension': 'Prevalidation',
  'start-function': 'Ok',
  'start-function-loops': 'TimedOut',
  'start-function-traps': 'RuntimeConstruction',
  'touches-all-memory': 'Ok',
  trap: 'InvalidCandidate',
  'unbounded-recursion': 'InvalidCandidate',
  'undecodable-result': 'InvalidCandidate',
  'wrong-length': 'InvalidCandidate',
  'wrong-pointer': 'InvalidCandidate',
  'wrong-signature': 'InvalidCandidate',
} as const;

export type GuestName = keyof typeof GUEST_ANSWERS;
export type GuestAnswer = (typeof GUEST_ANSWERS)[GuestName];

export const GUEST_NAMES = Object.keys(GUEST_ANSWERS) as readonly GuestName[];

/** The module of a guest, uncompressed. Its source, `guests/<name>.wat`, says what it does. */
export function guest(name: GuestName): Uint8Array {
  return compileGuestFile(name);
}

/** Parent head and block data for a guest: `burns-cpu` takes the block as its number of rounds, the rest take anything. */
export const GUEST_INPUT = { parentHead: new Uint8Array(), blockData: new Uint8Array(8) };

/** Block data that makes `burns-cpu` run for `rounds` of its loop: about 10^9 take a second. */
export function burnsCpuBlock(rounds: bigint): Uint8Array {
  const block = new Uint8Array(8);
  new DataView(block.buffer).setBigUint64(0, rounds, true);
  return block;
}
