import { closeDescriptor } from '../io/descriptors.ts';
import { readSmallFile } from '../io/files.ts';
import { openFiles } from '../io/open-files.ts';
import { failed, lastErrno, sys3 } from '../sys/libc.ts';
import { NR } from '../sys/syscalls.ts';

/** A mapping whose pages a forked child has in common with its parent. */
export interface SharedMapping {
  readonly address: number;
  /** Bytes. */
  readonly length: number;
  /** As in /proc/self/maps, e.g. `rw-s`. */
  readonly permissions: string;
  /** What is mapped, e.g. `anon_inode:[io_uring]` or `/memfd:name`. */
  readonly name: string;
}

/** proc_pid_maps(5): range, permissions, offset, device, inode, name. */
const LINE = /^([0-9a-f]+)-([0-9a-f]+) (\S{4}) \S+ \S+ \S+ *(.*)$/;
const IO_URING = 'anon_inode:[io_uring]';
const MAPS_LIMIT_BYTES = 1 << 24;

/**
 * The shared mappings of this process: what a child could change, or see changing, after a fork.
 * @throws SandboxError SYSCALL_FAILED (no /proc)
 */
export function sharedMappings(): SharedMapping[] {
  const found: SharedMapping[] = [];
  for (const line of readSmallFile('/proc/self/maps', undefined, MAPS_LIMIT_BYTES).split('\n')) {
    const match = LINE.exec(line);
    if (match === null) continue;
    const [, start = '', end = '', permissions = '', name = ''] = match;
    if (permissions[3] !== 's') continue;
    const address = Number.parseInt(start, 16);
    found.push({ address, length: Number.parseInt(end, 16) - address, permissions, name });
  }
  return found;
}

/** Takes mappings out of this process. @throws SandboxError SYSCALL_FAILED */
export function unmapAll(mappings: readonly Pick<SharedMapping, 'address' | 'length'>[]): void {
  for (const { address, length } of mappings)
    if (sys3(NR.munmap, address, length, 0) !== 0) failed('munmap', lastErrno());
}

/**
 * Closes and unmaps the io_uring instances that libuv makes for each event loop, whatever UV_USE_IO_URING says (three
 * in Node 24). A forked child would share their queues with this process, and what it writes there the kernel does
 * in this process's name. For good, and only where no event loop runs any more: the next turn of one would crash.
 * @returns how many instances there were
 * @throws SandboxError SYSCALL_FAILED (no /proc)
 */
export function closeIoUrings(): number {
  const rings = openFiles().filter(({ link }) => link === IO_URING);
  unmapAll(sharedMappings().filter(({ name }) => name === IO_URING));
  for (const { fd } of rings) closeDescriptor(fd);
  return rings.length;
}
