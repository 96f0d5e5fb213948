import { invalidArgument } from '../error.ts';
import {
  SECCOMP_RET_ALLOW,
  SECCOMP_RET_ERRNO,
  SECCOMP_RET_KILL_PROCESS,
  SECCOMP_RET_KILL_THREAD,
  SECCOMP_RET_LOG,
  SECCOMP_RET_TRACE,
  SECCOMP_RET_TRAP,
  SECCOMP_RET_USER_NOTIF,
} from '../sys/constants.ts';
import { errnoNumber } from '../sys/libc.ts';

const ACTIONS = {
  allow: SECCOMP_RET_ALLOW,
  'kill-process': SECCOMP_RET_KILL_PROCESS,
  'kill-thread': SECCOMP_RET_KILL_THREAD,
  trap: SECCOMP_RET_TRAP,
  log: SECCOMP_RET_LOG,
  trace: SECCOMP_RET_TRACE,
  notify: SECCOMP_RET_USER_NOTIF,
} as const;

/** What the kernel does with a call: SECCOMP_RET_…, or fails it with an errno. */
export type SeccompAction = keyof typeof ACTIONS | { readonly errno: string };

const MAX_ERRNO = 4095;

/** @throws SandboxError INVALID_ARGUMENT */
export function actionWord(action: SeccompAction): number {
  if (typeof action === 'string') {
    return ACTIONS[action] ?? invalidArgument('action', action, `one of ${Object.keys(ACTIONS).join(', ')}`);
  }
  const errno = errnoNumber(action.errno);
  if (errno === undefined || errno > MAX_ERRNO)
    invalidArgument('errno', action.errno, 'an errno name such as EPERM');
  return SECCOMP_RET_ERRNO | errno;
}
