import type { CompiledFilter } from '../seccomp/compile.ts';
import {
  SECCOMP_FILTER_FLAG_NEW_LISTENER,
  SECCOMP_IOCTL_NOTIF_RECV,
  SECCOMP_IOCTL_NOTIF_SEND,
  SECCOMP_SET_MODE_FILTER,
  SECCOMP_USER_NOTIF_FLAG_CONTINUE,
} from '../sys/constants.ts';
import { lastErrno, sys3 } from '../sys/libc.ts';
import { reserve } from '../sys/memory.ts';
import { NR } from '../sys/syscalls.ts';

// struct seccomp_notif: id 0, pid 8, flags 12, data (nr 16, arch 20, ip 24, args 32); struct seccomp_notif_resp
const NOTIF_BYTES = 80;
const RESPONSE_BYTES = 24;
const notification = reserve(NOTIF_BYTES);
const response = reserve(RESPONSE_BYTES);

/** A call that a filter handed to its supervisor; the caller waits for the answer. */
export interface Notification {
  /** Of the calling thread, in the supervisor's pid namespace. */
  readonly pid: number;
  readonly number: number;
}

/**
 * Installs a filter whose violations go to a supervisor.
 * @returns the listener's descriptor (close on exec), or `-errno` (EBUSY: the process is supervised already)
 */
export function installSupervisedFilter(filter: CompiledFilter): number {
  const fd = sys3(NR.seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, filter.fprogAddress);
  return fd >= 0 ? fd : -lastErrno();
}

/** Takes the next notification; undefined if the caller has died meanwhile. */
export function receiveNotification(listener: number): Notification | undefined {
  notification.bytes.fill(0);
  if (sys3(NR.ioctl, listener, SECCOMP_IOCTL_NOTIF_RECV, notification.address) !== 0) return undefined;
  return { pid: notification.view.getUint32(8, true), number: notification.view.getInt32(16, true) };
}

/** Answers the notification that was received last: fails the call, or lets it happen. */
export function answerNotification(listener: number, answer: { readonly errno: number } | 'continue'): void {
  response.bytes.fill(0);
  response.view.setBigUint64(0, notification.view.getBigUint64(0, true), true);
  if (answer === 'continue') response.view.setUint32(20, SECCOMP_USER_NOTIF_FLAG_CONTINUE, true);
  else response.view.setInt32(16, -answer.errno, true);
  // fails only if the caller has died meanwhile
  sys3(NR.ioctl, listener, SECCOMP_IOCTL_NOTIF_SEND, response.address);
}
