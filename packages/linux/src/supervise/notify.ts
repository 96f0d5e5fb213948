import type { CompiledFilter } from '../seccomp/compile.ts';
import {
  EBUSY,
  ENOENT,
  SECCOMP_FILTER_FLAG_NEW_LISTENER,
  SECCOMP_IOCTL_NOTIF_RECV,
  SECCOMP_IOCTL_NOTIF_SEND,
  SECCOMP_SET_MODE_FILTER,
  SECCOMP_USER_NOTIF_FLAG_CONTINUE,
} from '../sys/constants.ts';
import { failed, lastErrno, sys3 } from '../sys/libc.ts';
import { reserve } from '../sys/memory.ts';
import { NR, type SyscallName, syscallName } from '../sys/syscalls.ts';

// struct seccomp_notif: id 0, pid 8, flags 12, data (nr 16, arch 20, ip 24, args 32); struct seccomp_notif_resp
const NOTIF_BYTES = 80;
const RESPONSE_BYTES = 24;
const ARGUMENTS = 6;
const notification = reserve(NOTIF_BYTES);
const response = reserve(RESPONSE_BYTES);

/** A call that a filter handed to its supervisor (action `notify`); the caller waits for the answer. */
export interface SupervisedCall {
  /** Identifies the call in {@link answerCall}. */
  readonly id: bigint;
  /** Of the calling thread, in the supervisor's pid namespace; 0 if it is not in there. */
  readonly pid: number;
  readonly number: number;
  /** undefined for a number that the table does not know. */
  readonly name: SyscallName | undefined;
  /** As they are in the registers. What they point to may change while one looks. */
  readonly args: readonly bigint[];
}

/**
 * Installs a filter whose `notify` decisions go to a supervisor: whoever holds the descriptor. It must not stay with
 * the process that is judged. `setNoNewPrivileges` first.
 * @returns the listener's descriptor, close on exec
 * @throws SandboxError SYSCALL_FAILED (EBUSY: the process is supervised already; EINVAL: before Linux 5.0)
 */
export function installSupervisedFilter(filter: CompiledFilter): number {
  const fd = sys3(NR.seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, filter.fprogAddress);
  if (fd >= 0) return fd;
  const errno = lastErrno();
  return failed(
    'seccomp',
    errno,
    'listener',
    errno === EBUSY ? 'this process has a supervisor already' : undefined,
  );
}

/**
 * Takes the next call from a listener that `poll` says is readable.
 * @returns undefined if the caller has died meanwhile
 * @throws SandboxError SYSCALL_FAILED
 */
export function receiveCall(listener: number): SupervisedCall | undefined {
  notification.bytes.fill(0);
  if (sys3(NR.ioctl, listener, SECCOMP_IOCTL_NOTIF_RECV, notification.address) !== 0) {
    const errno = lastErrno();
    return errno === ENOENT ? undefined : failed('ioctl', errno, 'SECCOMP_IOCTL_NOTIF_RECV');
  }
  const { view } = notification;
  const number = view.getInt32(16, true);
  return {
    id: view.getBigUint64(0, true),
    pid: view.getUint32(8, true),
    number,
    name: syscallName(number),
    args: Array.from({ length: ARGUMENTS }, (_, i) => view.getBigUint64(32 + 8 * i, true)),
  };
}

/**
 * Answers a call: fails it with an errno number, or lets the kernel go on with it. Letting it go on is no decision
 * about its arguments: another thread can change what they point to. The arguments themselves stay as they are.
 * @returns false if the caller has died meanwhile, or `continue` is unknown here (before Linux 5.5)
 */
export function answerCall(
  listener: number,
  call: SupervisedCall,
  answer: { readonly errno: number } | 'continue',
): boolean {
  response.bytes.fill(0);
  response.view.setBigUint64(0, call.id, true);
  if (answer === 'continue') response.view.setUint32(20, SECCOMP_USER_NOTIF_FLAG_CONTINUE, true);
  else response.view.setInt32(16, -answer.errno, true);
  return sys3(NR.ioctl, listener, SECCOMP_IOCTL_NOTIF_SEND, response.address) === 0;
}
