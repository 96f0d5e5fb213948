import {
  CLONE_FILES,
  CLONE_PARENT,
  EAGAIN,
  EINVAL,
  ENOMEM,
  ENOSPC,
  EPERM,
  SIGCHLD,
  SIGKILL,
} from '../sys/constants.ts';
import { failed, lastErrno, sys3, sys6 } from '../sys/libc.ts';
import { NR } from '../sys/syscalls.ts';
import { prepareForkableMemory } from './forkable-memory.ts';
import { type Namespace, namespaceFlags } from './namespaces.ts';

/** Exit status of a forked child whose body threw (and had no `onError`). */
export const CHILD_EXCEPTION_STATUS = 113;
/** Exit status of a forked child whose body returned something that is no exit status. */
export const CHILD_BAD_STATUS = 114;

export interface ForkOptions {
  /** New namespaces for the child; with `pid` it is pid 1 of its own. */
  readonly namespaces?: readonly Namespace[];
  /**
   * The child's parent is this process's own parent, who watches and reaps it; this process cannot. Not for the first
   * process of a pid namespace.
   */
  readonly sibling?: boolean;
  /** The child shares this process's table of descriptors until it execs (CLONE_FILES). */
  readonly shareDescriptors?: boolean;
  /** Runs in the child; its result (0..255) is the exit status. It must not wait for the event loop. */
  readonly body: () => number;
  /** Runs in the child when `body` threw; its result is the exit status. */
  readonly onError?: (error: unknown) => number;
}

export const NAMESPACES_FORBIDDEN =
  'the kernel or its policy forbids new namespaces here (user.max_user_namespaces, kernel.apparmor_restrict_unprivileged_userns, a container seccomp profile)';

const REMEDIES: Readonly<Record<number, string>> = {
  [EPERM]: NAMESPACES_FORBIDDEN,
  [ENOSPC]: 'the limit of namespaces is reached (user.max_*_namespaces, or 32 levels of nesting)',
  [EAGAIN]: 'the limit of processes is reached (RLIMIT_NPROC or the pids cgroup)',
  [ENOMEM]: 'not enough memory, or the pid namespace of the process has lost its init',
  [EINVAL]: 'a user namespace cannot be made by a chrooted or multi-threaded process',
};

/**
 * Forks this process, which must be single-threaded (see `endSiblingThreads`), into new namespaces.
 * The child runs `body` and ends by `_exit` on every path; nothing of Node's own exit handling runs.
 * @returns the child's pid, in the caller's pid namespace
 * @throws SandboxError SYSCALL_FAILED (`clone`), NOT_INITIALISED
 */
export function forkChild(options: ForkOptions): number {
  const flags = forkFlags(options);
  prepareForkableMemory();
  const pid = sys6(NR.clone, flags, 0, 0, 0, 0, 0);
  if (pid === 0) runChild(options);
  if (pid < 0) {
    const errno = lastErrno();
    failed('clone', errno, options.namespaces?.join(', '), REMEDIES[errno]);
  }
  return pid;
}

/** What `forkChild` passes as clone's first argument: for a seccomp filter that allows just this fork. */
export function forkFlags(options: Pick<ForkOptions, 'namespaces' | 'sibling' | 'shareDescriptors'>): number {
  return (
    namespaceFlags(options.namespaces ?? []) |
    (options.sibling === true ? CLONE_PARENT : 0) |
    (options.shareDescriptors === true ? CLONE_FILES : 0) |
    SIGCHLD
  );
}

function runChild(options: ForkOptions): never {
  let status = CHILD_EXCEPTION_STATUS;
  try {
    status = options.body();
  } catch (error) {
    if (options.onError !== undefined) {
      try {
        status = options.onError(error);
      } catch {}
    }
  }
  exitNow(status);
}

/**
 * Ends the process at once (exit_group): no handlers, no flushing. Where a filter from outside refuses that call, by
 * SIGKILL; the first process of a namespace, which its own signals do not reach, by the end of its only thread.
 */
export function exitNow(status: number): never {
  const code = Number.isInteger(status) && status >= 0 && status <= 255 ? status : CHILD_BAD_STATUS;
  for (;;) {
    sys3(NR.exit_group, code, 0, 0);
    sys3(NR.kill, sys3(NR.getpid, 0, 0, 0), SIGKILL, 0);
    sys3(NR.exit, code, 0, 0);
  }
}
