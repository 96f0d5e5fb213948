import { EINTR, ESRCH, SIGKILL, WNOHANG } from '../sys/constants.ts';
import { failed, lastErrno, sys3, sys6 } from '../sys/libc.ts';
import { readInt64, reserve } from '../sys/memory.ts';
import { NR } from '../sys/syscalls.ts';

/** What the kernel accounted to a reaped child (and the children that it reaped itself). */
export interface ResourceUsage {
  /** CPU time in user mode, microseconds. */
  readonly userMicros: number;
  /** CPU time in the kernel, microseconds. */
  readonly systemMicros: number;
  /** Largest resident set, bytes. A forked child starts with its parent's. */
  readonly maxRssBytes: number;
}

/** How a child ended: an exit status, or the number of the signal that killed it. */
export type ChildEnd =
  | {
      readonly pid: number;
      readonly exited: number;
      readonly signaled?: never;
      readonly usage: ResourceUsage;
    }
  | {
      readonly pid: number;
      readonly signaled: number;
      readonly exited?: never;
      readonly usage: ResourceUsage;
    };

const status = reserve(4);
// struct rusage: two struct timeval, then fourteen longs
const rusage = reserve(144);

function usage(): ResourceUsage {
  return {
    userMicros: readInt64(rusage.view, 0) * 1e6 + readInt64(rusage.view, 8),
    systemMicros: readInt64(rusage.view, 16) * 1e6 + readInt64(rusage.view, 24),
    maxRssBytes: readInt64(rusage.view, 32) * 1024,
  };
}

/**
 * Reaps a child (wait4).
 * @returns how it ended, or undefined with `noHang` while it still runs
 * @throws SandboxError SYSCALL_FAILED (ECHILD: not a child, or reaped before)
 */
export function waitForChild(pid: number, options: { readonly noHang: true }): ChildEnd | undefined;
export function waitForChild(pid: number, options?: { readonly noHang?: false }): ChildEnd;
export function waitForChild(pid: number, options?: { readonly noHang?: boolean }): ChildEnd | undefined {
  for (;;) {
    const reaped = sys6(
      NR.wait4,
      pid,
      status.address,
      options?.noHang === true ? WNOHANG : 0,
      rusage.address,
      0,
      0,
    );
    if (reaped === 0) return undefined;
    if (reaped > 0) {
      const word = status.view.getInt32(0, true);
      const signal = word & 0x7f;
      return signal === 0
        ? { pid: reaped, exited: (word >> 8) & 0xff, usage: usage() }
        : { pid: reaped, signaled: signal, usage: usage() };
    }
    const errno = lastErrno();
    if (errno !== EINTR) failed('wait4', errno, `pid ${pid}`);
  }
}

/**
 * A descriptor that becomes readable in `poll` when the process ends; close on exec.
 * @throws SandboxError SYSCALL_FAILED (ESRCH: gone)
 */
export function pidfdOpen(pid: number): number {
  const fd = sys3(NR.pidfd_open, pid, 0, 0);
  return fd >= 0 ? fd : failed('pidfd_open', lastErrno(), `pid ${pid}`);
}

/**
 * Sends a signal.
 * @returns false if there is no such process (an unreaped one still counts)
 * @throws SandboxError SYSCALL_FAILED (EPERM)
 */
export function killPid(pid: number, signal: number = SIGKILL): boolean {
  if (sys3(NR.kill, pid, signal, 0) === 0) return true;
  const errno = lastErrno();
  if (errno === ESRCH) return false;
  return failed('kill', errno, `pid ${pid}`);
}
