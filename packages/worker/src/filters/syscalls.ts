import {
  ALL_NAMESPACES,
  type ArgumentCondition,
  type CompiledFilter,
  compileFilter,
  compileNoNewCode,
  forkFlags,
  HUGE_PAGES_AT_ONCE_BYTES,
  type Namespace,
  namespaceFlags,
  type SyscallName,
  type SyscallRule,
} from '@pvf/linux';
import {
  FUTEX_PRIVATE_FLAG,
  FUTEX_WAIT,
  FUTEX_WAIT_BITSET,
  FUTEX_WAKE,
  MADV_COLLAPSE,
  PR_CAP_AMBIENT,
  PR_SET_PDEATHSIG,
  PROCMAP_QUERY,
  SIGKILL,
} from '@pvf/linux/constants';
import { addingOnly, END_OF_KEPT, keepFilters, memoryCalls } from './kept-filters.ts';

/** All bits of a futex operation but FUTEX_CLOCK_REALTIME. */
const FUTEX_OPERATION = 0xffff_feff;
/** The largest clock that is no process's own. */
const CLOCK_TAI = 11;
/**
 * Advice of madvise(2) that V8 and the allocator need. Not MADV_COLLAPSE, which fills whatever range it is given in one
 * call that no signal interrupts: a page in each 2 MiB becomes 2 MiB, before anybody could look.
 */
const ADVICE = {
  NORMAL: 0,
  WILLNEED: 3,
  DONTNEED: 4,
  FREE: 8,
  DONTFORK: 10,
  DOFORK: 11,
  HUGEPAGE: 14,
  NOHUGEPAGE: 15,
  DONTDUMP: 16,
  DODUMP: 17,
} as const;

/**
 * Calls whose arguments matter: no memory outside the process's own account (shared, growing like a stack, or from the
 * machine's pool of huge pages), no page shared with other processes by content (MADV_MERGEABLE can be timed), no futex that other
 * processes can wait for (on a page of a program that all have mapped) or with priority inheritance (a history of holes),
 * no CPU clock of another process.
 */
const CHECKED_CALLS: readonly SyscallRule[] = [
  ...[FUTEX_WAIT, FUTEX_WAKE, FUTEX_WAIT_BITSET].map(
    (value): SyscallRule => ({
      name: 'futex',
      args: [
        { index: 1, op: 'masked-eq', mask: FUTEX_OPERATION, value: value | FUTEX_PRIVATE_FLAG, width: 32 },
      ],
    }),
  ),
  ...memoryCalls(Object.values(ADVICE)),
  { name: 'clock_gettime', args: [{ index: 0, op: 'le', value: CLOCK_TAI }] },
];

/**
 * What a job may call once it handles untrusted input, as measured on the pinned Node 24: V8's memory and locks, the
 * pipe, the end; and the filters of the second stage may be added. Everything else kills the job.
 */
const JOB_ALLOWED: readonly (SyscallName | SyscallRule)[] = [
  ...CHECKED_CALLS,
  'brk',
  'read',
  'write',
  'pread64',
  'close',
  'exit_group',
  'sched_yield',
  'getpid',
  'gettid',
  'rt_sigprocmask',
  'rt_sigreturn',
  { name: 'ioctl', args: [{ index: 1, op: 'eq', value: PROCMAP_QUERY }] },
];

/** Taken away as well once the artifact is in place: a guest that has escaped can neither open nor add anything. */
const LOCKED_DENIED: readonly SyscallName[] = [
  'read',
  'pread64',
  'close',
  'ioctl',
  'seccomp',
  'pkey_mprotect',
];

/**
 * What a worker gives up for its whole life, jobs included: ways to reach other machines, other processes, and
 * rarely used kernel interfaces with a history of holes. The host's socket is connected before.
 */
const WORKER_DENIED: readonly SyscallName[] = [
  'socket',
  'socketpair',
  'connect',
  'bind',
  'listen',
  'accept',
  'accept4',
  'io_uring_setup',
  'io_uring_enter',
  'io_uring_register',
  'ptrace',
  'process_vm_readv',
  'process_vm_writev',
  'kcmp',
  'pidfd_getfd',
  'keyctl',
  'add_key',
  'request_key',
  'bpf',
  'perf_event_open',
  'userfaultfd',
  'execve',
  'execveat',
  // Its arguments lie in memory, where no filter sees them; libc does without.
  'clone3',
  'kexec_load',
  'kexec_file_load',
  'init_module',
  'finit_module',
  'delete_module',
  'open_by_handle_at',
  'name_to_handle_at',
  'fanotify_init',
  'setns',
  'unshare',
  'mount',
  'umount2',
  'pivot_root',
  'chroot',
  'move_mount',
  'open_tree',
  'open_tree_attr',
  'fsopen',
  'fsconfig',
  'fsmount',
  'fspick',
  'mount_setattr',
  'file_setattr',
  'quotactl_fd',
  'process_madvise',
  'process_mrelease',
  'move_pages',
  'migrate_pages',
  'swapon',
  'swapoff',
  'reboot',
  'sethostname',
  'setdomainname',
  'acct',
  'quotactl',
  'syslog',
  'iopl',
  'ioperm',
  'personality',
];

export interface JobFilters {
  /** From the first untrusted byte on. */
  readonly job: CompiledFilter;
  /** On top of it, once nothing has to be compiled any more. */
  readonly locked: readonly CompiledFilter[];
}

export function compileJobFilters(): JobFilters {
  const locked = keepFilters([
    compileNoNewCode(),
    compileFilter({ deny: LOCKED_DENIED, onViolation: 'kill-process' }),
  ]);
  return {
    job: compileFilter({ allow: [...JOB_ALLOWED, ...addingOnly(locked)], onViolation: 'kill-process' }),
    locked,
  };
}

/**
 * What changes a file beyond its contents and mode (linux/fs.h, linux/fscrypt.h, linux/fsverity.h), such as making it
 * immutable, so that its owner cannot remove it: FS_IOC_SETFLAGS and its 32-bit form, FS_IOC_FSSETXATTR,
 * FS_IOC_SETVERSION, FS_IOC_SET_ENCRYPTION_POLICY, FS_IOC_ADD_ENCRYPTION_KEY, FS_IOC_ENABLE_VERITY, FIFREEZE, FITRIM.
 */
const FILE_CHANGES = [
  0x40086602, 0x40046602, 0x401c5820, 0x40087602, 0x400c6613, 0xc0506617, 0x40806685, 0xc0045877, 0xc0185879,
];

/** Clones into other namespaces than jobs have: into single ones of theirs, or any other. */
function otherNamespaces(namespaces: readonly Namespace[]): SyscallRule[] {
  const flags = (name: Namespace): number => namespaceFlags([name]);
  const others = namespaceFlags(ALL_NAMESPACES.filter((name) => !namespaces.includes(name)));
  const rule = (condition: ArgumentCondition): SyscallRule => ({ name: 'clone', args: [condition] });
  return [
    rule({ index: 0, op: 'any-bits', value: others, width: 32 }),
    // Either all of them or none.
    ...namespaces.flatMap((one) =>
      namespaces
        .filter((other) => other !== one)
        .map((other) =>
          rule({ index: 0, op: 'masked-eq', mask: flags(one) | flags(other), value: flags(one), width: 32 }),
        ),
    ),
  ];
}

/** @param namespaces those of each job: the only ones that the worker, and what it forks, can still make */
export function compileWorkerFilter(namespaces: readonly Namespace[] = []): CompiledFilter {
  const changes = FILE_CHANGES.map(
    (value): SyscallRule => ({ name: 'ioctl', args: [{ index: 1, op: 'eq', value, width: 32 }] }),
  );
  return compileFilter({
    deny: [...WORKER_DENIED, ...otherNamespaces(namespaces), ...changes],
    onViolation: { errno: 'EPERM' },
  });
}

export interface TemplateFilters {
  /** Has the worker answer each clone, of the template and its jobs. */
  readonly clone: CompiledFilter;
  /** Of the template, from the first untrusted byte on. */
  readonly template: CompiledFilter;
  /** Of the template and all its jobs, once nothing has to be compiled any more. */
  readonly locked: readonly CompiledFilter[];
  /** Of each job, on top: what only the template needs. */
  readonly job: CompiledFilter;
}

const RLIMIT_CPU = 0;
const RLIMIT_NPROC = 6;
/** What a template needs beyond a job's list, to make jobs that then restrict themselves. */
const TEMPLATE_ONLY: readonly SyscallName[] = [
  'read',
  'clone',
  'prctl',
  'prlimit64',
  'capset',
  'close',
  'seccomp',
];

const COLLAPSE: ArgumentCondition = { index: 2, op: 'eq', value: MADV_COLLAPSE, width: 32 };

/** @param namespaces those of each job: the template may make just this kind of process */
export function compileTemplateFilters(namespaces: readonly Namespace[]): TemplateFilters {
  const own: readonly SyscallRule[] = [
    { name: 'clone', args: [{ index: 0, op: 'eq', value: forkFlags({ namespaces, sibling: true }) }] },
    // To end with the worker, not to outlive it.
    {
      name: 'prctl',
      args: [
        { index: 0, op: 'eq', value: PR_SET_PDEATHSIG, width: 32 },
        { index: 1, op: 'eq', value: SIGKILL },
      ],
    },
    // Clears the ambient set before capset.
    { name: 'prctl', args: [{ index: 0, op: 'eq', value: PR_CAP_AMBIENT, width: 32 }] },
    // Of itself only: the limits of the worker and the host, of the same user, would be in reach.
    ...[RLIMIT_CPU, RLIMIT_NPROC].map(
      (resource): SyscallRule => ({
        name: 'prlimit64',
        args: [
          { index: 0, op: 'eq', value: 0 },
          { index: 1, op: 'eq', value: resource, width: 32 },
        ],
      }),
    ),
    { name: 'capset' },
    // Its code, before it is locked; piece by piece, between which it can be ended.
    {
      name: 'madvise',
      args: [
        { index: 0, op: 'ge', value: END_OF_KEPT },
        { index: 1, op: 'le', value: HUGE_PAGES_AT_ONCE_BYTES },
        COLLAPSE,
      ],
    },
  ];
  const locked = keepFilters([
    compileNoNewCode(),
    compileFilter({
      deny: ['pread64', 'ioctl', 'pkey_mprotect', { name: 'madvise', args: [COLLAPSE] }],
      onViolation: 'kill-process',
    }),
  ]);
  const [job] = keepFilters([compileFilter({ deny: TEMPLATE_ONLY, onViolation: 'kill-process' })]);
  const allow = [...JOB_ALLOWED, ...own, ...addingOnly([...locked, job!])];
  return {
    clone: compileFilter({ deny: ['clone'], onViolation: 'notify' }),
    template: compileFilter({ allow, onViolation: 'kill-process' }),
    locked,
    job: job!,
  };
}
