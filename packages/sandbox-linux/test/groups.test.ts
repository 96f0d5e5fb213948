import { expect, test } from 'vitest';
import {
  type Architecture,
  compileFilter,
  DEFAULT_DENIED,
  decodeProgram,
  type SyscallName,
  syscallName,
} from '../src/index.ts';
import { expandSelectors, type SyscallGroup } from '../src/policy/syscall-groups.ts';
import { AUDIT_ARCH, simulate } from './support/bpf-simulator.ts';

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
const UNKNOWN: readonly string[] = ['clone3', 'io_uring_enter', 'io_uring_register', 'io_uring_setup'];
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
    for (const args of [[], [1n, 2n, 3n, 4n, 5n, 6n]])
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
  expect([TIOCSTI, TIOCLINUX, TIOCSTI | (1n << 40n)].map(ioctl)).toEqual([EPERM, EPERM, EPERM]);
  expect([TIOCSTI - 1n, TIOCSTI + 1n, TIOCLINUX + 1n, 0n].map(ioctl)).toEqual([ALLOW, ALLOW, ALLOW, ALLOW]);
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
