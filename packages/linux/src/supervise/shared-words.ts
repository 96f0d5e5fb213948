import { MAP_ANONYMOUS, MAP_SHARED, PROT_READ, PROT_WRITE } from '../sys/constants.ts';
import { failed, lastErrno, PAGE_BYTES, sys6, viewOf } from '../sys/libc.ts';
import { NR } from '../sys/syscalls.ts';

/**
 * A zeroed page that this process shares with all it forks from now on: a way to say something where no system call
 * may be made. Whoever writes into it must be trusted, or the words be treated as untrusted.
 * @throws SandboxError SYSCALL_FAILED
 */
export function createSharedPage(): ArrayBuffer {
  const address = sys6(NR.mmap, 0, PAGE_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  return address === -1 ? failed('mmap', lastErrno()) : viewOf(address, PAGE_BYTES);
}
