import {
  CLONE_FILES,
  EAGAIN,
  EBUSY,
  EINTR,
  F_DUPFD,
  F_GETFL,
  F_SETFD,
  F_SETFL,
  FD_CLOEXEC,
  FIONREAD,
  O_CLOEXEC,
  O_NONBLOCK,
  POLLOUT,
  RLIMIT,
} from '../sys/constants.ts';
import { failed, isRefusal, lastErrno, sys3, sysBuffer } from '../sys/libc.ts';
import { readInt64, reserve } from '../sys/memory.ts';
import { NR } from '../sys/syscalls.ts';
import { openDescriptors } from './open-descriptors.ts';
import { poll } from './poll.ts';

/** What {@link readInto} returns when a non-blocking descriptor has nothing yet. */
export const WOULD_BLOCK = -1;

const pair = reserve(8);
const limit = reserve(16);

/**
 * A pipe whose two ends close on exec.
 * @throws SandboxError SYSCALL_FAILED (EMFILE: out of descriptors)
 */
export function pipe(): { readFd: number; writeFd: number } {
  if (sys3(NR.pipe2, pair.address, O_CLOEXEC, 0) !== 0) failed('pipe2', lastErrno());
  return { readFd: pair.view.getInt32(0, true), writeFd: pair.view.getInt32(4, true) };
}

/** Closes a descriptor; one that is not open is no error. */
export function closeDescriptor(fd: number): void {
  sys3(NR.close, fd, 0, 0);
}

/**
 * Closes every descriptor of this process but the ones given: with close_range between them, or one by one where the
 * kernel or its policy has no such call.
 * @param options.procFd a kept /proc directory, which says what is open where there is no close_range; without one /proc
 * itself does, or the limit of descriptors
 * @param options.unshare first leaves the table that is shared with the parent (`forkChild({ shareDescriptors })`)
 * @throws SandboxError SYSCALL_FAILED
 */
export function closeAllDescriptorsExcept(
  keep: readonly number[],
  options: { readonly unshare?: boolean; readonly procFd?: number | undefined } = {},
): void {
  if (options.unshare === true && sys3(NR.unshare, CLONE_FILES, 0, 0) !== 0)
    failed('unshare', lastErrno(), 'descriptors');
  if (!closeBetween(keep)) closeOneByOne(keep, options.procFd);
}

function closeBetween(keep: readonly number[]): boolean {
  let from = 0;
  for (const fd of [...keep].sort((a, b) => a - b)) {
    if (fd > from && !closeRange(from, fd - 1)) return false;
    if (fd >= from) from = fd + 1;
  }
  return closeRange(from, 0xffff_ffff);
}

/** False: there is no such call here (Linux before 5.9, or a filter that refuses it). */
function closeRange(first: number, last: number): boolean {
  if (sys3(NR.close_range, first, last, 0) === 0) return true;
  const errno = lastErrno();
  return isRefusal(errno) ? false : failed('close_range', errno);
}

function closeOneByOne(keep: readonly number[], procFd: number | undefined): void {
  const kept = new Set(keep);
  const listed = openDescriptors(procFd);
  if (listed !== undefined) {
    for (const fd of listed) if (!kept.has(fd)) closeDescriptor(fd);
    return;
  }
  sys3(NR.getrlimit, RLIMIT.NOFILE, limit.address, 0);
  const end = readInt64(limit.view, 0);
  for (let fd = 0; fd < end; fd++) if (!kept.has(fd)) closeDescriptor(fd);
}

/**
 * Reads at most `buffer.length` bytes.
 * @returns the number of bytes; 0 at the end of the stream; {@link WOULD_BLOCK} for a non-blocking
 * descriptor without data
 * @throws SandboxError SYSCALL_FAILED
 */
export function readInto(fd: number, buffer: Uint8Array): number {
  for (;;) {
    const n = sysBuffer(NR.read, fd, buffer, buffer.length, 0);
    if (n >= 0) return n;
    const errno = lastErrno();
    if (errno === EAGAIN) return WOULD_BLOCK;
    if (errno !== EINTR) failed('read', errno);
  }
}

/**
 * How many bytes of a pipe nobody has read yet; either end will do.
 * @throws SandboxError SYSCALL_FAILED
 */
export function unreadBytes(fd: number): number {
  if (sys3(NR.ioctl, fd, FIONREAD, pair.address) !== 0) failed('ioctl', lastErrno(), 'FIONREAD');
  return pair.view.getInt32(0, true);
}

/**
 * Fills `buffer` from the stream.
 * @returns the number of bytes read: less than `buffer.length` only if the stream ended
 * @throws SandboxError SYSCALL_FAILED
 */
export function readFully(fd: number, buffer: Uint8Array): number {
  let done = 0;
  while (done < buffer.length) {
    const n = readInto(fd, done === 0 ? buffer : buffer.subarray(done));
    if (n === 0) break;
    if (n === WOULD_BLOCK) failed('read', EAGAIN, undefined, 'readFully needs a blocking descriptor');
    done += n;
  }
  return done;
}

/** Like {@link readInto}, from `offset` bytes into the file, without moving its position. */
export function readAt(fd: number, buffer: Uint8Array, offset: number): number {
  for (;;) {
    const n = sysBuffer(NR.pread64, fd, buffer, buffer.length, offset);
    if (n >= 0) return n;
    const errno = lastErrno();
    if (errno !== EINTR) failed('pread64', errno);
  }
}

/**
 * Writes all of `buffer`, waiting where a non-blocking descriptor is full.
 * @throws SandboxError SYSCALL_FAILED (EPIPE: the reader has gone)
 */
export function writeAll(fd: number, buffer: Uint8Array): void {
  let done = 0;
  while (done < buffer.length) {
    const rest = done === 0 ? buffer : buffer.subarray(done);
    const n = sysBuffer(NR.write, fd, rest, rest.length, 0);
    if (n >= 0) {
      done += n;
      continue;
    }
    const errno = lastErrno();
    if (errno === EAGAIN) poll([{ fd, events: POLLOUT, revents: 0 }], Number.POSITIVE_INFINITY);
    else if (errno !== EINTR) failed('write', errno);
  }
}

/** @throws SandboxError SYSCALL_FAILED (EBADF) */
export function setNonBlocking(fd: number, on = true): void {
  const flags = sys3(NR.fcntl, fd, F_GETFL, 0);
  if (flags < 0) failed('fcntl', lastErrno());
  const wanted = on ? flags | O_NONBLOCK : flags & ~O_NONBLOCK;
  if (sys3(NR.fcntl, fd, F_SETFL, wanted) < 0) failed('fcntl', lastErrno());
}

/** @throws SandboxError SYSCALL_FAILED (EBADF) */
export function setCloseOnExec(fd: number, on = true): void {
  if (sys3(NR.fcntl, fd, F_SETFD, on ? FD_CLOEXEC : 0) < 0) failed('fcntl', lastErrno());
}

/**
 * Makes `to` a copy of `from` that survives exec: dup3 without flags or, where that is refused, closing `to` first, which
 * only a process with one thread may rely on.
 * @throws SandboxError SYSCALL_FAILED
 */
export function duplicateTo(from: number, to: number): void {
  if (from === to) {
    setCloseOnExec(from, false);
    return;
  }
  if (sys3(NR.dup3, from, to, 0) >= 0) return;
  const refusal = lastErrno();
  if (!isRefusal(refusal)) failed('dup3', refusal);
  closeDescriptor(to);
  const copy = sys3(NR.fcntl, from, F_DUPFD, to);
  if (copy === to) return;
  const errno = lastErrno();
  if (copy >= 0) closeDescriptor(copy);
  failed('fcntl', copy >= 0 ? EBUSY : errno, 'F_DUPFD');
}
