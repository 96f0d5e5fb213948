import { readAt } from '../io/descriptors.ts';
import { open } from '../io/files.ts';
import {
  AT_FDCWD,
  ENOENT,
  PROCMAP_QUERY,
  PROCMAP_QUERY_COVERING_OR_NEXT_VMA,
  PROCMAP_QUERY_VMA_EXECUTABLE,
  PROCMAP_QUERY_VMA_WRITABLE,
  PROT_EXEC,
  PROT_READ,
} from '../sys/constants.ts';
import { failed, lastErrno, sys3 } from '../sys/libc.ts';
import { readInt64, reserve, writeInt64 } from '../sys/memory.ts';
import { NR } from '../sys/syscalls.ts';

// struct procmap_query (linux/fs.h)
const QUERY_BYTES = 104;
const query = reserve(QUERY_BYTES);
const WRITABLE_AND_EXECUTABLE = /^([0-9a-f]+)-([0-9a-f]+) [r-]wx/gm;

/** What {@link lockExecutableMemory} changed. */
export interface LockedMemory {
  readonly regions: number;
  readonly bytes: number;
}

/**
 * A descriptor of this process's own memory map, to be opened after the fork (it stays tied to the memory of
 * whoever opened it) and before /proc is dropped; `self` works in a new pid namespace too.
 * @param procFd a kept /proc directory, where /proc itself is gone
 * @throws SandboxError SYSCALL_FAILED
 */
export function openOwnMaps(procFd?: number): number {
  return open(procFd === undefined ? '/proc/self/maps' : 'self/maps', 0, procFd ?? AT_FDCWD);
}

/**
 * Makes every mapping of this process that is writable and executable read-only and executable; closing
 * the descriptor is left to the caller. Afterwards V8 can compile nothing (no JIT, no new wasm). Install
 * `compileNoNewCode()` next, so that it stays that way. Needs ioctl or pread64 on the descriptor, and mprotect.
 * @param mapsFd from {@link openOwnMaps}, opened by this very process
 * @throws SandboxError SYSCALL_FAILED
 */
export function lockExecutableMemory(mapsFd: number): LockedMemory {
  return lockByQuery(mapsFd) ?? lockByText(mapsFd);
}

/** PROCMAP_QUERY (Linux 6.11) finds the regions without the kernel formatting every line. */
function lockByQuery(mapsFd: number): LockedMemory | undefined {
  let regions = 0;
  let bytes = 0;
  let from = 0;
  for (;;) {
    query.bytes.fill(0);
    writeInt64(query.view, 0, QUERY_BYTES);
    query.view.setUint32(
      8,
      PROCMAP_QUERY_VMA_WRITABLE | PROCMAP_QUERY_VMA_EXECUTABLE | PROCMAP_QUERY_COVERING_OR_NEXT_VMA,
      true,
    );
    writeInt64(query.view, 16, from);
    if (sys3(NR.ioctl, mapsFd, PROCMAP_QUERY, query.address) !== 0) {
      return lastErrno() === ENOENT ? { regions, bytes } : undefined;
    }
    const start = readInt64(query.view, 24);
    from = readInt64(query.view, 32);
    protect(start, from - start);
    regions++;
    bytes += from - start;
  }
}

function lockByText(mapsFd: number): LockedMemory {
  const chunk = Buffer.alloc(65_536);
  let text = '';
  for (let n = readAt(mapsFd, chunk, 0); n > 0; n = readAt(mapsFd, chunk, text.length))
    text += chunk.toString('latin1', 0, n);
  let regions = 0;
  let bytes = 0;
  for (const [, low, high] of text.matchAll(WRITABLE_AND_EXECUTABLE)) {
    const start = Number.parseInt(low as string, 16);
    const length = Number.parseInt(high as string, 16) - start;
    protect(start, length);
    regions++;
    bytes += length;
  }
  return { regions, bytes };
}

function protect(start: number, length: number): void {
  if (sys3(NR.mprotect, start, length, PROT_READ | PROT_EXEC) !== 0) failed('mprotect', lastErrno());
}
