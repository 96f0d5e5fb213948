import { CLOCK_MONOTONIC, EINTR } from '../sys/constants.ts';
import { failed, lastErrno, sys3, sys6 } from '../sys/libc.ts';
import { type Block, readInt64, reserve, writeInt64 } from '../sys/memory.ts';
import { NR } from '../sys/syscalls.ts';

/** One descriptor to watch. `events` is a mask of POLLIN, POLLOUT; the kernel's answer is put in `revents`. */
export interface PollEntry {
  fd: number;
  events: number;
  revents: number;
}

const POLLFD_BYTES = 8;
const INLINE_ENTRIES = 16;
let table: Block = reserve(POLLFD_BYTES * INLINE_ENTRIES);
const timeout = reserve(16);
const now = reserve(16);

function monotonicMs(): number {
  sys3(NR.clock_gettime, CLOCK_MONOTONIC, now.address, 0);
  return readInt64(now.view, 0) * 1000 + readInt64(now.view, 8) / 1e6;
}

/**
 * Waits, blocking the thread, until one of the descriptors (pidfds too) is ready or the time is over.
 * @param timeoutMs wall time in milliseconds, fractions count; `Infinity` waits for ever
 * @returns how many entries are ready; 0 when the time is over
 * @throws SandboxError SYSCALL_FAILED
 */
export function poll(entries: readonly PollEntry[], timeoutMs: number): number {
  const count = entries.length;
  if (count * POLLFD_BYTES > table.bytes.length) table = reserve(POLLFD_BYTES * count * 2);
  for (let i = 0; i < count; i++) {
    const entry = entries[i] as PollEntry;
    table.view.setInt32(i * POLLFD_BYTES, entry.fd, true);
    table.view.setInt16(i * POLLFD_BYTES + 4, entry.events, true);
    table.view.setInt16(i * POLLFD_BYTES + 6, 0, true);
  }
  const ready = wait(count, timeoutMs);
  for (let i = 0; i < count; i++) {
    (entries[i] as PollEntry).revents = ready === 0 ? 0 : table.view.getInt16(i * POLLFD_BYTES + 6, true);
  }
  return ready;
}

function wait(count: number, timeoutMs: number): number {
  const forever = timeoutMs === Number.POSITIVE_INFINITY;
  let left = Math.max(0, timeoutMs);
  const deadline = forever || left === 0 ? 0 : monotonicMs() + left;
  for (;;) {
    const seconds = Math.floor(left / 1000);
    if (!forever) {
      writeInt64(timeout.view, 0, seconds);
      writeInt64(timeout.view, 8, Math.floor((left - seconds * 1000) * 1e6));
    }
    const ready = sys6(NR.ppoll, table.address, count, forever ? 0 : timeout.address, 0, 0, 0);
    if (ready >= 0) return ready;
    const errno = lastErrno();
    if (errno !== EINTR) failed('ppoll', errno);
    if (!forever) left = Math.max(0, deadline - monotonicMs());
  }
}

/** Blocks the thread for some milliseconds of wall time. */
export function sleep(ms: number): void {
  poll([], ms);
}
