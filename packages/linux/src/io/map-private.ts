import { readSync } from 'node:fs';
import { invalidArgument } from '../error.ts';
import { MADV_POPULATE_READ, MAP_ANONYMOUS, MAP_PRIVATE, PROT_READ, PROT_WRITE } from '../sys/constants.ts';
import { errnoNumber, failed, lastErrno, sys3, sys6, viewOf } from '../sys/libc.ts';
import { NR } from '../sys/syscalls.ts';
import type { MappedMemory } from './memfd.ts';
import { unmapMemory } from './memfd.ts';

/**
 * Maps a file's first `length` bytes, privately and to be read only, with all its pages in memory: what cannot be read
 * is an error here, not a signal later. Before Linux 5.14 the bytes are a copy.
 *
 * @returns the mapping; `unmapMemory` removes it
 * @throws SandboxError SYSCALL_FAILED; Error of node:fs (EIO)
 */
export function mapPrivateFile(fd: number, length: number): MappedMemory {
  if (!(length > 0)) invalidArgument('length', length, 'a mapping has at least one byte');
  const address = sys6(NR.mmap, 0, length, PROT_READ, MAP_PRIVATE, fd, 0);
  if (address === -1) failed('mmap', lastErrno());
  const memory = { address, bytes: new Uint8Array(viewOf(address, length)) };
  if (sys3(NR.madvise, address, length, MADV_POPULATE_READ) === 0) return memory;
  const errno = lastErrno();
  unmapMemory(memory);
  return errno === errnoNumber('EINVAL')
    ? readIntoMapping(fd, length)
    : failed('madvise', errno, 'MADV_POPULATE_READ');
}

function readIntoMapping(fd: number, length: number): MappedMemory {
  const address = sys6(NR.mmap, 0, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (address === -1) failed('mmap', lastErrno());
  const memory = { address, bytes: new Uint8Array(viewOf(address, length)) };
  try {
    for (let at = 0; at < length; ) {
      const n = readSync(fd, memory.bytes, at, length - at, at);
      if (n === 0) break;
      at += n;
    }
    return memory;
  } catch (error) {
    unmapMemory(memory);
    throw error;
  }
}
