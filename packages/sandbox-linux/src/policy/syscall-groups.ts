import { invalidArgument, isSyscallName, type SyscallName, type SyscallRule } from '@pvf/linux';
import {
  CLONE_NEWCGROUP,
  CLONE_NEWIPC,
  CLONE_NEWNET,
  CLONE_NEWNS,
  CLONE_NEWPID,
  CLONE_NEWUSER,
  CLONE_NEWUTS,
  TIOCLINUX,
  TIOCSTI,
} from '@pvf/linux/constants';

// linux/stat.h: S_ISUID | S_ISGID
const SET_ID_BITS = 0o6000;
// linux/fcntl.h: O_CREAT | __O_TMPFILE, the flags with which open looks at a mode
const CREATES = 0o20_000_100;
/** Of linux/fs.h and of file systems: what changes flags, versions, projects and policies of a file. */
const ATTRIBUTE_IOCTLS: readonly number[] = [
  0x4008_6602, // FS_IOC_SETFLAGS
  0x4004_6602, // FS_IOC32_SETFLAGS
  0x4008_7602, // FS_IOC_SETVERSION
  0x4004_7602, // FS_IOC32_SETVERSION
  0x401c_5820, // FS_IOC_FSSETXATTR
  0x4100_9432, // FS_IOC_SETFSLABEL
  0x800c_6613, // FS_IOC_SET_ENCRYPTION_POLICY
  0x4080_6685, // FS_IOC_ENABLE_VERITY
  0x4004_7211, // FAT_IOCTL_SET_ATTRIBUTES
  0x4008_6604, // EXT4_IOC_SETVERSION
  0x4008_941a, // BTRFS_IOC_SUBVOL_SETFLAGS
  0xc0c8_9425, // BTRFS_IOC_SET_RECEIVED_SUBVOL
  0x0000_6609, // EXT4_IOC_MIGRATE
  0x4004_f50d, // F2FS_IOC_SET_PIN_FILE
  0x4002_f516, // F2FS_IOC_SET_COMPRESS_OPTION
  0x0000_cf04, // CIFS_IOC_SET_INTEGRITY
  0xc050_6617, // FS_IOC_ADD_ENCRYPTION_KEY
  0xc040_6618, // FS_IOC_REMOVE_ENCRYPTION_KEY
  0xc040_6619, // FS_IOC_REMOVE_ENCRYPTION_KEY_ALL_USERS
];
// asm-generic/ioctls.h
const TIOCEXCL = 0x540c;
const TIOCSETD = 0x5423;

// sys/resource.h, linux/ioprio.h, linux/fcntl.h
const PRIO_PGRP = 1;
const PRIO_USER = 2;
const IOPRIO_WHO_PGRP = 2;
const IOPRIO_WHO_USER = 3;
const F_SETLEASE = 1024;

const equals = (name: SyscallName, index: number, value: number): SyscallRule => ({
  name,
  args: [{ index, op: 'eq', value, width: 32 }],
});
const mode = (name: SyscallName, index: number): SyscallRule => ({
  name,
  args: [{ index, op: 'any-bits', value: SET_ID_BITS, width: 32 }],
});
const creation = (name: SyscallName, flags: number): SyscallRule => ({
  name,
  args: [
    { index: flags, op: 'any-bits', value: CREATES, width: 32 },
    { index: flags + 1, op: 'any-bits', value: SET_ID_BITS, width: 32 },
  ],
});
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
  /**
   * Typing into the terminal that the sandbox shares, and what stays with it: another line discipline (a driver of the
   * kernel's, loaded if need be), and that nobody may open it any more.
   */
  '@terminal-injection': [TIOCSTI, TIOCLINUX, TIOCSETD, TIOCEXCL].map((request) =>
    equals('ioctl', 1, request),
  ),
  /**
   * Files that give their owner's or group's rights to whoever executes them, outside and later. openat2 hides its mode
   * from filters; ENOSYS makes its users fall back.
   */
  '@set-id': [
    mode('chmod', 1),
    mode('fchmod', 1),
    mode('fchmodat', 2),
    mode('fchmodat2', 2),
    mode('creat', 1),
    mode('mknod', 1),
    mode('mknodat', 2),
    creation('open', 1),
    creation('openat', 2),
    { name: 'openat2', action: { errno: 'ENOSYS' } },
  ],
  /**
   * What passes from a process to others without a signal: limits of another (the sandbox's own init among them), the
   * priority of a whole process group or user, and leases, which hold up whoever opens the file outside.
   */
  '@others': [
    {
      name: 'prlimit64',
      args: [
        { index: 0, op: 'ne', value: 0, width: 32 },
        { index: 2, op: 'ne', value: 0 },
      ],
    },
    equals('setpriority', 0, PRIO_PGRP),
    equals('setpriority', 0, PRIO_USER),
    equals('ioprio_set', 0, IOPRIO_WHO_PGRP),
    equals('ioprio_set', 0, IOPRIO_WHO_USER),
    equals('fcntl', 1, F_SETLEASE),
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
    ...ATTRIBUTE_IOCTLS.map((request) => equals('ioctl', 1, request)),
  ],
  /** Starting other programs. */
  '@exec': ['execve', 'execveat'],
  /** Sockets of every kind. */
  '@sockets': ['socket', 'socketpair', 'connect', 'bind', 'listen', 'accept', 'accept4'],
} as const satisfies Readonly<Record<string, readonly (SyscallName | SyscallRule)[]>>;

/** The name of a group of system calls, e.g. `@mount`. */
export type SyscallGroup = keyof typeof GROUPS;

/** A call, a call with conditions, or a group of calls. */
export type SyscallSelector = SyscallName | SyscallGroup | SyscallRule;

/** What each group of system calls stands for: names, or rules with conditions on arguments. */
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
