import { type ChildEnd, errnoName } from '@pvf/linux';
import { SIGSYS, SIGXCPU, SIGXFSZ } from '@pvf/linux/constants';
import type { Plan } from '../policy/plan.ts';
import type { EndReason } from './protocol.ts';
import type { SharedState } from './shared-state.ts';

const HINTS: Readonly<Record<string, string>> = {
  EACCES: 'it may not be executed: give its directory (and its interpreter’s) in files.execute',
  ENOENT:
    'it does not exist, or its interpreter does not; inside there is only what the policy gives: name its directory (and its interpreter’s) in files.execute',
  ENOEXEC: 'it is neither a program for this machine nor a script with an interpreter line',
};

/** Why the program ended, from its wait status and from what it said before it became the program. */
export function endReason(
  end: ChildEnd,
  shared: SharedState,
  options: { readonly program: string; readonly plan: Plan },
): EndReason {
  if (shared.failure !== '') {
    const { code, message } = JSON.parse(shared.failure) as { code: string; message: string };
    return { type: 'sandbox-failed', code, message };
  }
  if (shared.execErrno !== 0) {
    const errno = errnoName(shared.execErrno);
    return {
      type: 'not-started',
      errno,
      message: `${options.program}: ${errno}; ${HINTS[errno] ?? 'it could not be executed'}`,
    };
  }
  if (end.exited !== undefined) return { type: 'exited', code: end.exited };
  if (end.signaled === SIGXCPU && options.plan.limits.cpuMs !== undefined)
    return { type: 'limit', limit: 'cpu' };
  if (end.signaled === SIGXFSZ && options.plan.limits.fileBytes !== undefined)
    return { type: 'limit', limit: 'file-size' };
  if (end.signaled === SIGSYS && options.plan.filter !== undefined) {
    return { type: 'syscall-violation', syscall: undefined, number: undefined };
  }
  return { type: 'signaled', signal: end.signaled };
}
