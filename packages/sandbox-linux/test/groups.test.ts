import { expect, test } from 'vitest';
import { AUDIT_ARCH, simulate } from '../../linux/test/support/bpf-simulator.ts';
import {
  type Architecture,
  compileFilter,
  DEFAULT_DENIED,
  decodeProgram,
  type SyscallName,
  syscallName,
  syscallNumber,
} from '../src/index.ts';
import { expandSelectors, type SyscallGroup } from '../src/policy/syscall-groups.ts';

const ALLOW = 0x7fff0000;
const EPERM = 0x00050001;
const ENOSYS = 0x00050026;
/** Above every call that there is. */
const NUMBERS = 1_100;

/** Refused by default, whatever the arguments. */
const REFUSED: readonly string[] = [
  '_sysctl',
  'acct',
  'add_key',
  'adjtimex',
  'afs_syscall',
  'bpf',
  'chroot',
  'clock_adjtime',
  'clock_settime',
  'create_module',
  'delete_module',
  'fanotify_init',
  'fanotify_mark',
  'finit_module',
  'fsconfig',
  'fsmount',
  'fsopen',
  'fspick',
  'get_kernel_syms',
  'getpmsg',
  'init_module',
  'ioperm',
  'iopl',
  'kcmp',
  'kexec_file_load',
  'kexec_load',
  'keyctl',
  'lookup_dcookie',
  'lsm_set_self_attr',
  'modify_ldt',
  'mount',
  'mount_setattr',
  'move_mount',
  'name_to_handle_at',
  'nfsservctl',
  'open_by_handle_at',
  'open_tree',
  'open_tree_attr',
  'perf_event_open',
  'pidfd_getfd',
  'pivot_root',
  'process_madvise',
  'process_mrelease',
  'process_vm_readv',
  'process_vm_writev',
  'ptrace',
  'putpmsg',
  'query_module',
  'quotactl',
  'quotactl_fd',
  'reboot',
  'remap_file_pages',
  'request_key',
  'security',
  'setdomainname',
  'sethostname',
  'setns',
  'settimeofday',
  'swapoff',
  'swapon',
  'sysfs',
  'syslog',
  'tuxcall',
  'umount2',
  'unshare',
  'uselib',
  'userfaultfd',
  'ustat',
  'vhangup',
  'vserver',
];
/** As if the kernel did not know them. */
const UNKNOWN: readonly string[] = [
  'clone3',
  'io_uring_enter',
  'io_uring_register',
  'io_uring_setup',
  'openat2',
];
const METADATA: readonly string[] = [
  'chmod',
  'chown',
  'fchmod',
  'fchmodat',
  'fchmodat2',
  'fchown',
  'fchownat',
  'file_setattr',
  'fremovexattr',
  'fsetxattr',
  'futimesat',
  'lchown',
  'lremovexattr',
  'lsetxattr',
  'removexattr',
  'removexattrat',
  'setxattr',
  'setxattrat',
  'utime',
  'utimensat',
  'utimes',
];

const NEW_NAMESPACES = {
  mount: 0x0002_0000n,
  cgroup: 0x0200_0000n,
  uts: 0x0400_0000n,
  ipc: 0x0800_0000n,
  user: 0x1000_0000n,
  pid: 0x2000_0000n,
  net: 0x4000_0000n,
};
const TIOCSTI = 0x5412n;
const TIOCLINUX = 0x541cn;
const TIOCEXCL = 0x540cn;
const TIOCSETD = 0x5423n;

function decisions(groups: readonly SyscallGroup[], arch: Architecture) {
  const deny = expandSelectors(groups);
  const program = decodeProgram(compileFilter({ arch, deny, onViolation: { errno: 'EPERM' } }).program);
  return (nr: number, args: readonly bigint[] = []): number =>
    simulate(program, { nr, arch: AUDIT_ARCH[arch], args });
}

test.each<Architecture>(['x64', 'arm64'])('what is refused by default on %s, call by call', (arch) => {
  const decide = decisions(DEFAULT_DENIED, arch);
  for (let nr = 0; nr < NUMBERS; nr++) {
    const name = syscallName(nr, arch) ?? '';
    const expected = REFUSED.includes(name) ? EPERM : UNKNOWN.includes(name) ? ENOSYS : ALLOW;
    // no set-user-ID bit, no request of ioctl and nobody else's number among them
    for (const args of [[], [0n, 2n, 3n, 4n, 5n, 6n]])
      expect([nr, name, decide(nr, args)]).toEqual([nr, name, expected]);
  }
});

test.each<Architecture>(['x64', 'arm64'])('what is refused by default on %s, by its arguments', (arch) => {
  const decide = decisions(DEFAULT_DENIED, arch);
  const number = (wanted: SyscallName): number =>
    Array.from({ length: NUMBERS }, (_, nr) => nr).find((nr) => syscallName(nr, arch) === wanted)!;
  for (const [name, flag] of Object.entries(NEW_NAMESPACES)) {
    expect([name, decide(number('clone'), [flag | 17n])]).toEqual([name, EPERM]);
  }
  expect(decide(number('clone'), [0x3d0f00n])).toBe(ALLOW);
  const ioctl = (request: bigint): number => decide(number('ioctl'), [0n, request]);
  // The kernel takes the request as an unsigned int.
  expect(new Set([TIOCSTI, TIOCLINUX, TIOCEXCL, TIOCSETD, TIOCSTI | (1n << 40n)].map(ioctl))).toEqual(
    new Set([EPERM]),
  );
  expect([TIOCSTI - 1n, TIOCSTI + 1n, TIOCLINUX + 1n, 0n].map(ioctl)).toEqual([ALLOW, ALLOW, ALLOW, ALLOW]);
});

test.each<Architecture>(['x64', 'arm64'])('what concerns other processes on %s', (arch) => {
  const decide = decisions(DEFAULT_DENIED, arch);
  const answer = (name: SyscallName, ...args: readonly bigint[]): number =>
    decide(syscallNumber(name, arch) as number, args);
  // the kernel takes pid and which as int
  const refused = [
    answer('prlimit64', 1n, 3n, 0x7000_0000n),
    answer('prlimit64', 1n, 3n, 1n << 40n),
    answer('setpriority', 1n, 0n, 19n),
    answer('setpriority', 2n | (1n << 40n), 0n, 19n),
    answer('ioprio_set', 2n, 0n),
    answer('ioprio_set', 3n, 0n),
    answer('fcntl', 5n, 1024n, 0n),
  ];
  expect(new Set(refused)).toEqual(new Set([EPERM]));
  const allowed = [
    answer('prlimit64', 0n, 3n, 0x7000_0000n),
    answer('prlimit64', 1n << 40n, 3n, 0x7000_0000n),
    answer('prlimit64', 1n, 3n, 0n),
    answer('setpriority', 0n, 7n, 19n),
    answer('ioprio_set', 1n, 7n),
    answer('fcntl', 5n, 1025n, 0n),
  ];
  expect(new Set(allowed)).toEqual(new Set([ALLOW]));
});

test.each<Architecture>(['x64', 'arm64'])('files with set-user-ID and set-group-ID bits on %s', (arch) => {
  const decide = decisions(DEFAULT_DENIED, arch);
  const number = (wanted: SyscallName): number | undefined => syscallNumber(wanted, arch);
  const modeAt = { chmod: 1, fchmod: 1, fchmodat: 2, fchmodat2: 2, creat: 1, mknod: 1, mknodat: 2 } as const;
  const openAt = { open: 1, openat: 2 } as const;
  const at = (entries: Readonly<Record<number, bigint>>): bigint[] =>
    Array.from({ length: 6 }, (_, i) => entries[i] ?? 0n);
  for (const [name, index] of Object.entries(modeAt)) {
    const nr = number(name as SyscallName);
    if (nr === undefined) continue;
    for (const bits of [0o4755n, 0o2755n, 0o6000n, 0o4755n | (1n << 40n)])
      expect([name, bits, decide(nr, at({ [index]: bits }))]).toEqual([name, bits, EPERM]);
    expect([name, decide(nr, at({ [index]: 0o1777n }))]).toEqual([name, ALLOW]);
  }
  for (const [name, index] of Object.entries(openAt)) {
    const nr = number(name as SyscallName);
    if (nr === undefined) continue;
    const opened = (flags: bigint, bits: bigint): number =>
      decide(nr, at({ [index]: flags, [index + 1]: bits }));
    expect([0o101n, 0o20_200_001n].map((flags) => opened(flags, 0o4755n))).toEqual([EPERM, EPERM]);
    // without creating, the mode is whatever was in the register
    expect([opened(0n, 0o7777n), opened(0o101n, 0o755n)]).toEqual([ALLOW, ALLOW]);
  }
});

test.each<Architecture>(['x64', 'arm64'])('the flags of a file are metadata on %s', (arch) => {
  const decide = decisions(['@metadata'], arch);
  const ioctl = (request: bigint): number => decide(syscallNumber('ioctl', arch) as number, [3n, request]);
  const FS_IOC_GETFLAGS = 0x8008_6601n;
  const FS_IOC_SETFLAGS = 0x4008_6602n;
  const FS_IOC32_SETFLAGS = 0x4004_6602n;
  const FS_IOC_FSSETXATTR = 0x401c_5820n;
  expect(
    [FS_IOC_SETFLAGS, FS_IOC32_SETFLAGS, FS_IOC_FSSETXATTR, FS_IOC_SETFLAGS | (1n << 33n)].map(ioctl),
  ).toEqual([EPERM, EPERM, EPERM, EPERM]);
  // of F2FS (pinned, compressed), CIFS (integrity), ext4 (extents), and keys of encrypted directories
  const ofOthers = [0x4004_f50dn, 0x4002_f516n, 0xcf04n, 0x6609n, 0xc050_6617n, 0xc040_6618n, 0xc040_6619n];
  expect(new Set(ofOthers.map(ioctl))).toEqual(new Set([EPERM]));
  expect(ioctl(FS_IOC_GETFLAGS)).toBe(ALLOW);
});

test.each<Architecture>(['x64', 'arm64'])('changing metadata, programs and sockets on %s', (arch) => {
  const groups: readonly (readonly [SyscallGroup, readonly string[]])[] = [
    ['@metadata', METADATA],
    ['@exec', ['execve', 'execveat']],
    ['@sockets', ['socket', 'socketpair', 'connect', 'bind', 'listen', 'accept', 'accept4']],
  ];
  for (const [group, names] of groups) {
    const decide = decisions([group], arch);
    for (let nr = 0; nr < NUMBERS; nr++) {
      const name = syscallName(nr, arch) ?? '';
      expect([nr, name, decide(nr)]).toEqual([nr, name, names.includes(name) ? EPERM : ALLOW]);
    }
  }
});
