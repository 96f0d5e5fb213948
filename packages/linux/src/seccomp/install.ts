import { SandboxError } from '../error.ts';
import {
  SECCOMP_FILTER_FLAG_LOG,
  SECCOMP_FILTER_FLAG_TSYNC,
  SECCOMP_GET_ACTION_AVAIL,
  SECCOMP_RET_ACTION_FULL,
  SECCOMP_SET_MODE_FILTER,
} from '../sys/constants.ts';
import { errnoName, failed, lastErrno, sys3 } from '../sys/libc.ts';
import { reserve } from '../sys/memory.ts';
import { NATIVE_ARCHITECTURE, NR } from '../sys/syscalls.ts';
import { actionWord, type SeccompAction } from './actions.ts';
import type { CompiledFilter } from './compile.ts';

const action = reserve(4);

/**
 * Puts a filter on this thread, and on all it starts from now on, for good; it comes on top of those already
 * there, and of all their answers the strictest counts. `setNoNewPrivileges` first (or be privileged).
 * @param options.allThreads on every thread of the process at once (TSYNC)
 * @param options.log the kernel logs what the filter does, where its sysctls allow
 * @throws SandboxError SYSCALL_FAILED, UNSUPPORTED_ARCHITECTURE (compiled for another one)
 */
export function installFilter(
  filter: CompiledFilter,
  options: { readonly allThreads?: boolean; readonly log?: boolean } = {},
): void {
  if (filter.arch !== NATIVE_ARCHITECTURE) {
    throw new SandboxError(
      'UNSUPPORTED_ARCHITECTURE',
      { arch: process.arch, supported: [filter.arch] },
      `the filter is for ${filter.arch}, this process runs on ${process.arch}`,
    );
  }
  const flags =
    (options.allThreads === true ? SECCOMP_FILTER_FLAG_TSYNC : 0) |
    (options.log === true ? SECCOMP_FILTER_FLAG_LOG : 0);
  const result = sys3(NR.seccomp, SECCOMP_SET_MODE_FILTER, flags, filter.fprogAddress);
  if (result === 0) return;
  if (result > 0) {
    throw new SandboxError(
      'NOT_SINGLE_THREADED',
      { threads: result },
      `thread ${result} has other filters and cannot be synchronised`,
    );
  }
  const errno = lastErrno();
  const name = errnoName(errno);
  failed('seccomp', errno, undefined, name === 'EACCES' ? 'call setNoNewPrivileges first' : undefined);
}

/** True if the kernel has seccomp filters and knows the action. */
export function isActionAvailable(name: SeccompAction): boolean {
  // with an errno the word carries data, which the kernel does not take here
  action.view.setUint32(0, (actionWord(name) & SECCOMP_RET_ACTION_FULL) >>> 0, true);
  return sys3(NR.seccomp, SECCOMP_GET_ACTION_AVAIL, 0, action.address) === 0;
}
