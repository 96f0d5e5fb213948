import { invalidArgument } from '../error.ts';
import type { SyscallRule } from '../seccomp/compile.ts';
import {
  CLONE_NEWCGROUP,
  CLONE_NEWIPC,
  CLONE_NEWNET,
  CLONE_NEWNS,
  CLONE_NEWPID,
  CLONE_NEWUSER,
  CLONE_NEWUTS,
} from '../sys/constants.ts';
import { isSyscallName, type SyscallName } from '../sys/syscalls.ts';
import type { SyscallSelector } from './types.ts';

// linux/tty: pushing characters into a terminal's input, and the console's variant of it
const TIOCSTI = 0x5412;
const TIOCLINUX = 0x541c;
// clone cannot make time namespaces
const ALL_NEW_NAMESPACES =
  CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET;

/** Groups of system calls by what they give access to. */
const GROUPS = {
  /** Mounting, and every other way to change what paths mean. */
  '@mount': [
    ...([
      'mount',
      'umount2',
      'pivot_root',
      'chroot',
      'move_mount',
      'open_tree',
      'open_tree_attr',
      'fsopen',
    ] as const),
    ...(['fsconfig', 'fsmount', 'fspick', 'mount_setattr'] as const),
  ],
  /** New namespaces and entering others. clone3 hides its flags from filters; ENOSYS makes libc use clone. */
  '@namespaces': [
    'unshare',
    'setns',
    { name: 'clone', args: [{ index: 0, op: 'any-bits', value: ALL_NEW_NAMESPACES }] },
    { name: 'clone3', action: { errno: 'ENOSYS' } },
  ],
  /** Looking into and steering other processes. */
  '@debug': [
    ...([
      'ptrace',
      'process_vm_readv',
      'process_vm_writev',
      'process_madvise',
      'process_mrelease',
      'kcmp',
    ] as const),
    ...(['pidfd_getfd', 'perf_event_open', 'lookup_dcookie'] as const),
  ],
  /** io_uring makes calls that no filter sees; ENOSYS makes libraries fall back. */
  '@io-uring': (['io_uring_setup', 'io_uring_enter', 'io_uring_register'] as const).map(
    (name): SyscallRule => ({ name, action: { errno: 'ENOSYS' } }),
  ),
  '@keyring': ['add_key', 'request_key', 'keyctl'],
  '@bpf': ['bpf'],
  '@userfaultfd': ['userfaultfd'],
  /** Kernel modules and other kernels. */
  '@module': ['init_module', 'finit_module', 'delete_module', 'kexec_load', 'kexec_file_load'],
  '@reboot': ['reboot', 'swapon', 'swapoff'],
  '@clock': ['clock_settime', 'settimeofday', 'adjtimex', 'clock_adjtime'],
  '@raw-io': ['iopl', 'ioperm'],
  /** Files by handle, past every path rule. */
  '@handles': ['open_by_handle_at', 'name_to_handle_at'],
  /** Settings of the whole machine. */
  '@machine': [
    ...([
      'sethostname',
      'setdomainname',
      'acct',
      'quotactl',
      'quotactl_fd',
      'syslog',
      'vhangup',
      'nfsservctl',
    ] as const),
    ...(['fanotify_init', 'fanotify_mark', 'lsm_set_self_attr'] as const),
  ],
  /** Typing into the terminal that the sandbox shares. */
  '@terminal-injection': [
    { name: 'ioctl', args: [{ index: 1, op: 'eq', value: TIOCSTI, width: 32 }] },
    { name: 'ioctl', args: [{ index: 1, op: 'eq', value: TIOCLINUX, width: 32 }] },
  ],
  /** Old, unused and often badly kept. */
  '@obsolete': [
    ...([
      'uselib',
      'ustat',
      'sysfs',
      '_sysctl',
      'create_module',
      'get_kernel_syms',
      'query_module',
      'modify_ldt',
    ] as const),
    ...(['remap_file_pages', 'getpmsg', 'putpmsg', 'afs_syscall', 'security', 'tuxcall', 'vserver'] as const),
  ],
  /** Changing modes, owners, times and attributes of files. */
  '@metadata': [
    ...(['chmod', 'fchmod', 'fchmodat', 'fchmodat2', 'chown', 'lchown', 'fchown', 'fchownat'] as const),
    ...([
      'setxattr',
      'lsetxattr',
      'fsetxattr',
      'setxattrat',
      'removexattr',
      'lremovexattr',
      'fremovexattr',
    ] as const),
    ...(['removexattrat', 'utime', 'utimes', 'futimesat', 'utimensat', 'file_setattr'] as const),
  ],
  /** Starting other programs. */
  '@exec': ['execve', 'execveat'],
  /** Sockets of every kind. */
  '@sockets': ['socket', 'socketpair', 'connect', 'bind', 'listen', 'accept', 'accept4'],
} as const satisfies Readonly<Record<string, readonly (SyscallName | SyscallRule)[]>>;

/** The name of a group of system calls, e.g. `@mount`. */
export type SyscallGroup = keyof typeof GROUPS;

export const SYSCALL_GROUPS: Readonly<Record<SyscallGroup, readonly (SyscallName | SyscallRule)[]>> = GROUPS;

/** What no ordinary program needs; refused by `sandbox-linux run`. */
export const DEFAULT_DENIED: readonly SyscallGroup[] = (Object.keys(GROUPS) as SyscallGroup[]).filter(
  (name) => !['@exec', '@sockets', '@metadata'].includes(name),
);

/** Groups become their rules; names and rules stay. @throws SandboxError INVALID_ARGUMENT */
export function expandSelectors(selectors: readonly SyscallSelector[]): SyscallRule[] {
  return selectors.flatMap((selector): SyscallRule[] => {
    if (typeof selector !== 'string') return [selector];
    const members: readonly (SyscallName | SyscallRule)[] = selector.startsWith('@')
      ? (SYSCALL_GROUPS[selector as SyscallGroup] ??
        invalidArgument('group', selector, `one of ${Object.keys(GROUPS).join(', ')}`))
      : [selector as SyscallName];
    return members.map((member) => (typeof member === 'string' ? { name: member } : member));
  });
}

/** True for a selector that names a group or a known call. */
export function isSelector(text: string): text is SyscallGroup | SyscallName {
  return Object.hasOwn(GROUPS, text) || isSyscallName(text);
}
