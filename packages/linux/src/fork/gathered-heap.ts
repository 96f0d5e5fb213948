import { setFlagsFromString } from 'node:v8';
import { readSmallFile } from '../io/files.ts';
import {
  MAP_ANONYMOUS,
  MAP_FIXED_NOREPLACE,
  MAP_NORESERVE,
  MAP_PRIVATE,
  PROT_NONE,
} from '../sys/constants.ts';
import { sys3, sys6 } from '../sys/libc.ts';
import { NR } from '../sys/syscalls.ts';

const MAPPING = /^([0-9a-f]+)-([0-9a-f]+) /gm;
/** V8 asks for each page of its heap at a random address below the second (base/platform/platform-posix.cc). */
const HINTS_FROM = 2 ** 32;
const HINTS_TO = 2 ** 46;
/** With less of it, V8 would still find addresses of its own choice. */
const ENOUGH = 0.9 * HINTS_TO;

/** What `--expose-gc` gives. */
type CollectGarbage = (options: { type: 'major'; execution: 'sync'; flavor: 'last-resort' }) => void;

interface Reservation {
  readonly start: number;
  readonly length: number;
}

/**
 * Moves V8's heap together. V8 puts each page of 256 KiB at an address of its own choice, so that each needs page tables
 * and a mapping of its own, which every fork copies and every exit frees: half of them for a Node that has loaded a
 * program. This takes the addresses from which V8 chooses, so that the kernel puts new pages side by side, has V8 move
 * what lives to new pages, and keeps the addresses taken for all pages to come. They are reserved without memory
 * (PROT_NONE): the size of this process's address space grows by up to 64 TiB, nothing else does. Call it once, after
 * loading and before the first fork; Node must have been started with `--expose-gc`.
 *
 * @returns whether it was done: not without `gc`, nor under a limit of the address space (RLIMIT_AS)
 */
export function gatherHeap(): boolean {
  const { gc } = globalThis as { readonly gc?: CollectGarbage };
  if (gc === undefined) return false;
  const reserved = reserveHints();
  if (reserved.reduce((sum, { length }) => sum + length, 0) < ENOUGH) {
    release(reserved);
    return false;
  }
  // Every second page moves in each of the collections of a last resort, however well it is filled.
  setFlagsFromString('--stress-compaction');
  gc({ type: 'major', execution: 'sync', flavor: 'last-resort' });
  setFlagsFromString('--no-stress-compaction');
  // In as few pieces as it takes without the pages that are gone.
  release(reserved);
  reserveHints();
  return true;
}

/** Looked at so often at most: V8 may take a page between a look and what is done about it. */
const LOOKS = 8;

function reserveHints(): Reservation[] {
  const made: Reservation[] = [];
  for (let look = 0; look < LOOKS && !reserveGaps(made); look += 1);
  return made;
}

/** @returns whether all that was free is taken now */
function reserveGaps(made: Reservation[]): boolean {
  const flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE;
  let isWhole = true;
  const reserve = (start: number, end: number): void => {
    const length = end - start;
    if (length <= 0) return;
    const address = sys6(NR.mmap, start, length, PROT_NONE, flags, -1, 0);
    if (address === start) made.push({ start, length });
    else {
      isWhole = false;
      // A kernel that does not know MAP_FIXED_NOREPLACE took the address for a wish.
      if (address !== -1) sys3(NR.munmap, address, length, 0);
    }
  };
  let free = HINTS_FROM;
  for (const [, low, high] of readSmallFile('/proc/self/maps').matchAll(MAPPING)) {
    const start = Number.parseInt(low as string, 16);
    if (start >= HINTS_TO) break;
    reserve(free, start);
    free = Math.max(free, Number.parseInt(high as string, 16));
  }
  reserve(free, HINTS_TO);
  return isWhole;
}

function release(reservations: readonly Reservation[]): void {
  for (const { start, length } of reservations) sys3(NR.munmap, start, length, 0);
}
