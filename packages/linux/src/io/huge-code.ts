import { readlinkSync } from 'node:fs';
import {
  MADV_HUGEPAGE,
  MAP_ANONYMOUS,
  MAP_PRIVATE,
  MREMAP_FIXED,
  MREMAP_MAYMOVE,
  O_CLOEXEC,
  PROT_EXEC,
  PROT_READ,
  PROT_WRITE,
} from '../sys/constants.ts';
import { sys3, sys6 } from '../sys/libc.ts';
import { NR } from '../sys/syscalls.ts';
import { closeDescriptor } from './descriptors.ts';
import { readSmallFile, tryOpen } from './files.ts';

const HUGE_PAGE_BYTES = 2 * 1024 * 1024;
const CODE = /^([0-9a-f]+)-([0-9a-f]+) r-xp ([0-9a-f]+) \S+ \d+ +(\/.*)$/gm;

/**
 * Replaces the code of this program, a mapping of its file, by a private copy in 2 MiB pages. A forked process inherits
 * these as they are, where it would otherwise meet the file's pages again, one fault at a time; the price is the memory
 * of one copy (about 40 MB for Node), which all forks share. Needs /proc and a process with one thread.
 *
 * @returns bytes that were replaced; 0 where the kernel has no huge pages or does not allow it: nothing is changed then
 */
export function useHugePagesForCode(): number {
  let program: string;
  let maps: string;
  try {
    program = readlinkSync('/proc/self/exe');
    maps = readSmallFile('/proc/self/maps');
  } catch {
    return 0;
  }
  const file = tryOpen('/proc/self/exe', O_CLOEXEC);
  if (file < 0) return 0;
  let replaced = 0;
  for (const [, low, high, offset, path] of maps.matchAll(CODE)) {
    if (path !== program) continue;
    const from = Number.parseInt(low as string, 16);
    const start = Math.ceil(from / HUGE_PAGE_BYTES) * HUGE_PAGE_BYTES;
    const end = Math.floor(Number.parseInt(high as string, 16) / HUGE_PAGE_BYTES) * HUGE_PAGE_BYTES;
    if (end <= start) continue;
    const at = Number.parseInt(offset as string, 16) + (start - from);
    if (replace(file, at, start, end - start)) replaced += end - start;
  }
  closeDescriptor(file);
  return replaced;
}

/** The copy is made elsewhere and then takes the place of the original in one step. */
function replace(file: number, offset: number, start: number, length: number): boolean {
  const whole = length + HUGE_PAGE_BYTES;
  const spare = sys6(NR.mmap, 0, whole, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (spare === -1) return false;
  const copy = Math.ceil(spare / HUGE_PAGE_BYTES) * HUGE_PAGE_BYTES;
  const moved =
    sys3(NR.madvise, copy, length, MADV_HUGEPAGE) === 0 &&
    fill(copy, length, file, offset) &&
    sys3(NR.mprotect, copy, length, PROT_READ | PROT_EXEC) === 0 &&
    sys6(NR.mremap, copy, length, length, MREMAP_MAYMOVE | MREMAP_FIXED, start, 0) === start;
  if (!moved) sys3(NR.munmap, spare, whole, 0);
  else {
    if (copy > spare) sys3(NR.munmap, spare, copy - spare, 0);
    if (spare + whole > copy + length) sys3(NR.munmap, copy + length, spare + whole - (copy + length), 0);
  }
  return moved;
}

function fill(address: number, length: number, file: number, offset: number): boolean {
  for (let done = 0; done < length; ) {
    const n = sys6(NR.pread64, file, address + done, length - done, offset + done, 0, 0);
    if (n <= 0) return false;
    done += n;
  }
  return true;
}
