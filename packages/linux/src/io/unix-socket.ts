import { invalidArgument } from '../error.ts';
import { AF_UNIX, AT_FDCWD, EINTR, ENOENT, SOCK_CLOEXEC, SOCK_STREAM } from '../sys/constants.ts';
import { failed, lastErrno, sys3 } from '../sys/libc.ts';
import { cString, reserve } from '../sys/memory.ts';
import { NR } from '../sys/syscalls.ts';
import { closeDescriptor } from './descriptors.ts';

// sizeof(struct sockaddr_un); the last byte of the path stays NUL
const SOCKADDR_UN_BYTES = 110;
const SUN_PATH_BYTES = 107;
const sockaddr = reserve(SOCKADDR_UN_BYTES);
const encoder = new TextEncoder();

/**
 * Connects to a Unix stream socket and returns a blocking descriptor (close on exec): read it with
 * `readInto`, write it with `writeAll`.
 * @throws SandboxError INVALID_ARGUMENT if the path has more than 107 bytes; SYSCALL_FAILED
 */
export function connectUnixStream(path: string): number {
  sockaddr.bytes.fill(0);
  sockaddr.view.setUint16(0, AF_UNIX, true);
  const { read, written } = encoder.encodeInto(path, sockaddr.bytes.subarray(2, 2 + SUN_PATH_BYTES));
  if (read < path.length)
    invalidArgument('path', path, 'a Unix socket path has at most 107 bytes; use a shorter directory');
  const fd = sys3(NR.socket, AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) failed('socket', lastErrno());
  while (sys3(NR.connect, fd, sockaddr.address, 2 + written + 1) !== 0) {
    const errno = lastErrno();
    if (errno === EINTR) continue;
    closeDescriptor(fd);
    failed('connect', errno, path);
  }
  return fd;
}

/**
 * Removes a file or socket from its directory.
 * @returns false if there was none
 * @throws SandboxError SYSCALL_FAILED
 */
export function unlink(path: string): boolean {
  if (sys3(NR.unlinkat, AT_FDCWD, cString(path), 0) === 0) return true;
  const errno = lastErrno();
  if (errno === ENOENT) return false;
  return failed('unlink', errno, path);
}
