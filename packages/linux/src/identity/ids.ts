import { failed, lastErrno, sys3 } from '../sys/libc.ts';
import { NR } from '../sys/syscalls.ts';

/** Real, effective (which file access and signals go by) and saved (which can be gone back to); -1 keeps one. */
export interface IdTriple {
  readonly real: number;
  readonly effective: number;
  readonly saved: number;
}

/** Real, effective and saved id in one. */
export const allIds = (id: number): IdTriple => ({ real: id, effective: id, saved: id });

/**
 * Changes the user of this thread: unlike `process.setuid`, which asks all threads, also in a process whose other
 * threads were ended. Another effective id clears the death signal and makes the process undumpable.
 * @throws SandboxError SYSCALL_FAILED (EINVAL: the user namespace has no such id)
 */
export function setUserIds({ real, effective, saved }: IdTriple): void {
  if (sys3(NR.setresuid, real, effective, saved) !== 0) failed('setresuid', lastErrno());
}

/** The same for its group. @throws SandboxError SYSCALL_FAILED */
export function setGroupIds({ real, effective, saved }: IdTriple): void {
  if (sys3(NR.setresgid, real, effective, saved) !== 0) failed('setresgid', lastErrno());
}

/** Leaves all supplementary groups. @throws SandboxError SYSCALL_FAILED (EPERM without CAP_SETGID) */
export function leaveGroups(): void {
  if (sys3(NR.setgroups, 0, 0, 0) !== 0) failed('setgroups', lastErrno());
}
