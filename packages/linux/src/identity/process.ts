import {
  ADDR_NO_RANDOMIZE,
  PERSONALITY_QUERY,
  PR_GET_DUMPABLE,
  PR_GET_NO_NEW_PRIVS,
  PR_SET_DUMPABLE,
  PR_SET_NAME,
  PR_SET_NO_NEW_PRIVS,
  PR_SET_PDEATHSIG,
} from '../sys/constants.ts';
import { failed, lastErrno, sys3, sys6 } from '../sys/libc.ts';
import { cString } from '../sys/memory.ts';
import { NR } from '../sys/syscalls.ts';

/** prctl(2) with zeroes where no argument is given. @throws SandboxError SYSCALL_FAILED */
export function prctl(name: string, option: number, a = 0, b = 0): number {
  const result = sys6(NR.prctl, option, a, b, 0, 0, 0);
  return result >= 0 ? result : failed('prctl', lastErrno(), name);
}

/** No exec gains privileges any more; Landlock and seccomp need it. For good. */
export function setNoNewPrivileges(): void {
  prctl('PR_SET_NO_NEW_PRIVS', PR_SET_NO_NEW_PRIVS, 1);
}

/** Whether this thread can gain no privilege by execve (prctl(2), PR_GET_NO_NEW_PRIVS). */
export function hasNoNewPrivileges(): boolean {
  return prctl('PR_GET_NO_NEW_PRIVS', PR_GET_NO_NEW_PRIVS) === 1;
}

/**
 * Whether other processes of the same user may ptrace this one and read its /proc files, and whether it
 * dumps core. Not dumpable also makes its own /proc/self files root's: write uid maps before.
 */
export function setDumpable(on: boolean): void {
  prctl('PR_SET_DUMPABLE', PR_SET_DUMPABLE, on ? 1 : 0);
}

/** Whether this process dumps core and can be traced (prctl(2), PR_GET_DUMPABLE). */
export function isDumpable(): boolean {
  return prctl('PR_GET_DUMPABLE', PR_GET_DUMPABLE) === 1;
}

/** The signal (0: none) that this process gets when the thread that made it ends. Not kept by fork. */
export function setParentDeathSignal(signal: number): void {
  prctl('PR_SET_PDEATHSIG', PR_SET_PDEATHSIG, signal);
}

/** The thread's name in process lists; 15 bytes count. */
export function setThreadName(name: string): void {
  prctl('PR_SET_NAME', PR_SET_NAME, cString(name));
}

/**
 * A new session: no controlling terminal, own process group.
 * @returns false if this process already leads its process group
 */
export function setsid(): boolean {
  return sys3(NR.setsid, 0, 0, 0) >= 0;
}

/**
 * Has this process lead a process group, a new one if it does not yet.
 * @returns the group's id
 * @throws SandboxError SYSCALL_FAILED
 */
export function leadProcessGroup(): number {
  const pid = currentPid();
  if (sys3(NR.getpgid, 0, 0, 0) !== pid && sys3(NR.setpgid, 0, 0, 0) !== 0) failed('setpgid', lastErrno());
  return pid;
}

/** The pid as the kernel sees it in this process's own namespace; `process.pid` is the parent's after a fork. */
export function currentPid(): number {
  return sys3(NR.getpid, 0, 0, 0);
}

/** getppid(2): 0 if the parent is in another pid namespace. */
export function parentPid(): number {
  return sys3(NR.getppid, 0, 0, 0);
}

/** Mode bits that new files do not get. @returns the mask before */
export function setUmask(mask: number): number {
  return sys3(NR.umask, mask, 0, 0);
}

/** Lowers (or with privileges raises) the priority: −20 (first) … 19 (last). @throws SandboxError SYSCALL_FAILED */
export function setNiceness(niceness: number): void {
  if (sys3(NR.setpriority, 0, 0, niceness) !== 0) failed('setpriority', lastErrno());
}

/** Whether the kernel puts this process's mappings at random addresses. Changing it takes effect at exec. */
export function isAddressSpaceRandomised(): boolean {
  return (sys3(NR.personality, PERSONALITY_QUERY, 0, 0) & ADDR_NO_RANDOMIZE) === 0;
}

/** For programs that are executed from here on (personality(2), ADDR_NO_RANDOMIZE). */
export function setAddressSpaceRandomised(on: boolean): void {
  const now = sys3(NR.personality, PERSONALITY_QUERY, 0, 0);
  const next = on ? now & ~ADDR_NO_RANDOMIZE : now | ADDR_NO_RANDOMIZE;
  if (sys3(NR.personality, next, 0, 0) < 0) failed('personality', lastErrno());
}
