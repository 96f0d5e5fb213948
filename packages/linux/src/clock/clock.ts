import { CLOCK_PROCESS_CPUTIME_ID, EINVAL, ESRCH } from '../sys/constants.ts';
import { failed, lastErrno, sys3 } from '../sys/libc.ts';
import { readInt64, reserve } from '../sys/memory.ts';
import { NR } from '../sys/syscalls.ts';

const timespec = reserve(16);
// The kernel's id of another process's CPU clock: ~pid << 3 | CPUCLOCK_SCHED (linux/posix-timers_types.h)
const CPUCLOCK_SCHED = 2;

function read(clock: number): number {
  if (sys3(NR.clock_gettime, clock, timespec.address, 0) !== 0) return -1;
  return readInt64(timespec.view, 0) * 1e9 + readInt64(timespec.view, 8);
}

/**
 * CPU time that a process has used so far, all threads, user and system.
 * @returns nanoseconds, or undefined if there is no such process (an unreaped one still counts)
 * @throws SandboxError SYSCALL_FAILED
 */
export function processCpuTimeNs(pid: number): number | undefined {
  const ns = read((~pid << 3) | CPUCLOCK_SCHED);
  if (ns >= 0) return ns;
  const errno = lastErrno();
  if (errno === EINVAL || errno === ESRCH) return undefined;
  return failed('clock_gettime', errno, `pid ${pid}`);
}

/** CPU time that this process has used so far, nanoseconds. @throws SandboxError SYSCALL_FAILED */
export function ownCpuTimeNs(): number {
  const ns = read(CLOCK_PROCESS_CPUTIME_ID);
  return ns >= 0 ? ns : failed('clock_gettime', lastErrno());
}
