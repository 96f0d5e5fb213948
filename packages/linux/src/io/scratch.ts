import { invalidArgument } from '../error.ts';
import {
  MADV_COLLAPSE,
  MADV_WIPEONFORK,
  MAP_ANONYMOUS,
  MAP_PRIVATE,
  PROT_READ,
  PROT_WRITE,
} from '../sys/constants.ts';
import { failed, lastErrno, sys3, sys6 } from '../sys/libc.ts';
import { NR } from '../sys/syscalls.ts';
import { readAt } from './descriptors.ts';
import { readSmallFile } from './files.ts';

const HUGE_PAGE_BYTES = 2 * 1024 * 1024;
/**
 * So much {@link useHugePages} moves into huge pages with one call, in bytes: the kernel looks for no signal until it is
 * done, so a filter should let a process do no more at once.
 */
export const HUGE_PAGES_AT_ONCE_BYTES = 16 * 1024 * 1024;
const PRIVATE_WRITABLE = /^([0-9a-f]+)-([0-9a-f]+) rw[x-]p 00000000 00:00 0\s*(?:\[heap\])?$/gm;
const PRIVATE_CODE = /^([0-9a-f]+)-([0-9a-f]+) rwxp 00000000 00:00 0\s*$/gm;

/**
 * Memory of this process that forked children find empty (MADV_WIPEONFORK): for data that is not theirs to see.
 * Only pages that are written take up memory. Look at parts of it with `viewOf`: V8 counts what is viewed as memory
 * in use, and collects garbage for large views. `munmap` removes it.
 * @param length bytes
 * @returns the address
 * @throws SandboxError SYSCALL_FAILED
 */
export function mapScratch(length: number): number {
  if (!(length > 0)) invalidArgument('length', length, 'a mapping has at least one byte');
  const address = sys6(NR.mmap, 0, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (address === -1) failed('mmap', lastErrno());
  if (sys3(NR.madvise, address, length, MADV_WIPEONFORK) !== 0)
    failed('madvise', lastErrno(), 'MADV_WIPEONFORK');
  return address;
}

/**
 * Puts the large private mappings that this process has by now into 2 MiB pages, where the kernel can: a fork then
 * copies a fraction of the page-table entries. Call it once, after loading and before the first fork.
 * @param mapsFd from `openOwnMaps`, where /proc itself is gone
 * @param which all of them, or only machine code: what a fork shares with its parent is copied by this
 * @returns bytes that are in huge pages now; 0 where the kernel cannot (before Linux 6.1, or switched off)
 */
export function useHugePages(mapsFd?: number, which: 'all' | 'code' = 'all'): number {
  const maps = mapsFd === undefined ? readSmallFile('/proc/self/maps') : readMaps(mapsFd);
  let collapsed = 0;
  for (const [, low, high] of maps.matchAll(which === 'code' ? PRIVATE_CODE : PRIVATE_WRITABLE)) {
    const start = Math.ceil(Number.parseInt(low as string, 16) / HUGE_PAGE_BYTES) * HUGE_PAGE_BYTES;
    const end = Math.floor(Number.parseInt(high as string, 16) / HUGE_PAGE_BYTES) * HUGE_PAGE_BYTES;
    // Reservations of V8 are larger than anything that is in use.
    if (end <= start || end - start > 128 * 1024 * 1024) continue;
    for (let at = start; at < end; at += HUGE_PAGES_AT_ONCE_BYTES) {
      const length = Math.min(HUGE_PAGES_AT_ONCE_BYTES, end - at);
      if (sys3(NR.madvise, at, length, MADV_COLLAPSE) === 0) collapsed += length;
    }
  }
  return collapsed;
}

function readMaps(mapsFd: number): string {
  const chunk = Buffer.alloc(65_536);
  let text = '';
  for (let n = readAt(mapsFd, chunk, 0); n > 0; n = readAt(mapsFd, chunk, text.length))
    text += chunk.toString('latin1', 0, n);
  return text;
}
