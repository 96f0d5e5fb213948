/** The kernel interface: system call numbers, constants under the kernel's names, libc's `syscall`. */
export {
  POLLERR,
  POLLHUP,
  POLLIN,
  POLLNVAL,
  POLLOUT,
} from './constants.ts';
export {
  addressOf,
  avoidSystemCalls,
  errnoName,
  errnoNumber,
  failed,
  isAvoided,
  lastErrno,
  libcSigaction,
  PAGE_BYTES,
  sys3,
  sys6,
  sysBuffer,
  viewOf,
} from './libc.ts';
export { type Block, readInt64, reserve, writeInt64 } from './memory.ts';
export {
  type Architecture,
  isSyscallName,
  NATIVE_ARCHITECTURE,
  NR,
  type SyscallName,
  syscallName,
  syscallNumber,
  syscallTable,
} from './syscalls.ts';
