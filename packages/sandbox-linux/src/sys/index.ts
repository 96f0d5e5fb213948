/** The kernel interface: system call numbers, constants under the kernel's names, libc's `syscall`. */
export { avoidSystemCalls } from './avoided.ts';
export {
  POLLERR,
  POLLHUP,
  POLLIN,
  POLLNVAL,
  POLLOUT,
} from './constants.ts';
export { addressOf, errnoName, errnoNumber, lastErrno, sys3, sys6, sysBuffer, viewOf } from './libc.ts';
export {
  type Architecture,
  isSyscallName,
  NATIVE_ARCHITECTURE,
  type SyscallName,
  syscallName,
  syscallNumber,
  syscallTable,
} from './syscalls.ts';
