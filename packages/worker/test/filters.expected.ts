import type { SyscallName } from '@pvf/sandbox-linux';

/** Whatever the arguments. */
export const ANY = 'any';

type Arguments = readonly bigint[];

/** Calls that pass: always, or with some arguments; each of the others violates one condition alone. */
export type Conditions = Partial<
  Record<
    SyscallName,
    typeof ANY | { readonly pass: readonly Arguments[]; readonly kill: readonly Arguments[] }
  >
>;

const range = (from: number, to: number): bigint[] =>
  Array.from({ length: to - from }, (_, i) => BigInt(from + i));
/** What the kernel ignores in an int or unsigned int. */
const HIGH = 0x5a5a_0000_0000n;

/** `values` pass and all others below `bound` kill, as do these with a bit set that the kernel looks at. */
function oneOf(values: readonly bigint[], bound: number, at: (value: bigint) => Arguments) {
  const others = range(0, bound).filter((value) => !values.includes(value));
  const beyond = values.flatMap((value) => range(16, 32).map((bit) => value | (1n << bit)));
  return {
    pass: [...values, ...values.map((value) => value | HIGH)].map(at),
    kill: [...others, ...beyond, 0xffff_ffffn].map(at),
  };
}

/** Wait, wake and wait-bitset on private futexes, by either clock. */
const FUTEX = oneOf([128n, 129n, 137n, 384n, 385n, 393n], 2_048, (op) => [0x1000n, op, 0n, 0n, 0n, 0n]);

/** Below it lie the filters that are added later; nothing may replace, change or drop them. */
const END_OF_FILTERS = 0x20_0000n;
const BELOW = [0n, 0x1_0000n, 0x1f_f000n, END_OF_FILTERS - 1n];
const ABOVE = [END_OF_FILTERS, 0x7fff_ffff_f000n, 0xffff_ffff_ffff_f000n];

/** Its first argument is an address of other memory. */
const ELSEWHERE = {
  pass: ABOVE.map((address) => [address, 0x1000n, 3n]),
  kill: BELOW.map((address) => [address, 0x1000n, 3n]),
};

const MADV_DOFORK = 11n;
/** normal, willneed, dontneed, free, dontfork, hugepage, nohugepage, dontdump, dodump; dofork anywhere. */
const ADVICE = [0n, 3n, 4n, 8n, 10n, 14n, 15n, 16n, 17n];
const ADVICE_ABOVE = oneOf([...ADVICE, MADV_DOFORK], 256, (advice) => [END_OF_FILTERS, 0x1000n, advice]);
const MADVISE = {
  pass: [
    ...ADVICE_ABOVE.pass,
    ...BELOW.map((address) => [address, 0x1000n, MADV_DOFORK]),
    ...ABOVE.map((address) => [address, 0x1000n, 4n]),
  ],
  kill: [
    ...ADVICE_ABOVE.kill,
    ...ADVICE.flatMap((advice) => BELOW.map((address) => [address, 0x1000n, advice])),
  ],
};

const MREMAP_FIXED = 2n;
const MREMAP_DONTUNMAP = 4n;
const mremap = (from: bigint, flags: bigint, to: bigint): Arguments => [from, 0x1000n, 0x1000n, flags, to];
const MREMAP = {
  pass: [
    ...[0n, 1n, HIGH, MREMAP_FIXED << 32n, MREMAP_DONTUNMAP << 32n].map((flags) =>
      mremap(END_OF_FILTERS, flags, 0n),
    ),
    ...[1n, 3n].map((flags) => mremap(END_OF_FILTERS, flags, END_OF_FILTERS)),
  ],
  kill: [
    ...BELOW.flatMap((from) => [mremap(from, 0n, 0n), mremap(from, 3n, END_OF_FILTERS)]),
    ...BELOW.map((to) => mremap(END_OF_FILTERS, 3n, to)),
    ...[0n, 1n, 3n].flatMap((flags) =>
      [0n, END_OF_FILTERS].map((to) => mremap(END_OF_FILTERS, flags | MREMAP_DONTUNMAP, to)),
    ),
  ],
};

const MAP_PRIVATE = 2n;
const MAP_FIXED = 0x10n;
const MAP_GROWSDOWN = 0x100n;
const MAP_LOCKED = 0x2000n;
const MAP_POPULATE = 0x8000n;
const MAP_HUGETLB = 0x4_0000n;
/** anonymous, 32bit, denywrite, executable, noreserve, nonblock, stack, sync, fixed_noreplace. */
const MAP_FLAGS = [0x20n, 0x40n, 0x800n, 0x1000n, 0x4000n, 0x1_0000n, 0x2_0000n, 0x8_0000n, 0x10_0000n];
const mmap = (flags: bigint, protection = 3n, address = 0n): Arguments => [
  address,
  0x1000n,
  protection,
  flags,
  0xffff_ffffn,
  0n,
];
const PRIVATE_ONLY = {
  pass: [
    ...[0n, ...MAP_FLAGS, HIGH].map((flag) => mmap(MAP_PRIVATE | flag)),
    ...ABOVE.map((address) => mmap(MAP_PRIVATE | MAP_FIXED, 3n, address)),
  ],
  kill: [
    ...range(0, 16)
      .filter((type) => type !== MAP_PRIVATE)
      .map((type) => mmap(type | 0x20n)),
    ...[MAP_HUGETLB, MAP_POPULATE, MAP_LOCKED, MAP_GROWSDOWN].flatMap((flag) => [
      mmap(MAP_PRIVATE | flag),
      mmap(MAP_PRIVATE | flag | MAP_FIXED, 3n, END_OF_FILTERS),
    ]),
    ...BELOW.map((address) => mmap(MAP_PRIVATE | MAP_FIXED, 3n, address)),
    ...[1n, 3n, 0n].map((type) => mmap(type | MAP_FIXED, 3n, END_OF_FILTERS)),
  ],
};

const PROT_EXEC = 4n;
const CODE = range(0, 16).filter((protection) => (protection & PROT_EXEC) !== 0n);
const DATA = range(0, 16).filter((protection) => (protection & PROT_EXEC) === 0n);
const MMAP = {
  loading: {
    pass: [...PRIVATE_ONLY.pass, ...range(0, 16).map((protection) => mmap(MAP_PRIVATE, protection))],
    kill: PRIVATE_ONLY.kill,
  },
  locked: {
    pass: [...PRIVATE_ONLY.pass, ...DATA.map((protection) => mmap(MAP_PRIVATE, protection))],
    kill: [...PRIVATE_ONLY.kill, ...CODE.map((protection) => mmap(MAP_PRIVATE, protection))],
  },
};
const MPROTECT_LOCKED = {
  pass: DATA.map((protection) => [END_OF_FILTERS, 0x1000n, protection]),
  kill: [
    ...CODE.map((protection) => [END_OF_FILTERS, 0x1000n, protection]),
    ...BELOW.map((address) => [address, 0x1000n, 1n]),
  ],
};

/** realtime … TAI: no CPU clock of another process, which has a number of its own. */
const CLOCK = {
  pass: range(0, 12).map((clock) => [clock, 0x1000n]),
  kill: [...range(12, 64), 0xffff_fffan, 0xffff_ffff_ffff_fffan, 0x1_0000_0000n].map((clock) => [
    clock,
    0x1000n,
  ]),
};

/** One of these filters without flags: no listener, no log, no thread synchronisation, no filter of its own. */
const adding = (filters: readonly bigint[]) => ({
  pass: filters.flatMap((address) => [
    [1n, 0n, address],
    [1n | HIGH, 0n, address],
  ]),
  kill: filters.flatMap((address) => [
    ...[0n, 2n, 3n, 0xffff_ffffn].map((operation) => [operation, 0n, address]),
    ...range(0, 64).map((bit) => [1n, 1n << bit, address]),
    ...[0n, 0x1000n, address + 1n, address | (1n << 32n), address + 0x20_0000n].map((other) => [
      1n,
      0n,
      other,
    ]),
  ]),
});

/** A query of its own memory map. */
const PROCMAP_QUERY = 0xc068_6611n;
const IOCTL = {
  pass: [[9n, PROCMAP_QUERY, 0x1000n]],
  kill: [
    0n,
    0x5412n, // TIOCSTI
    0x541cn, // TIOCLINUX
    0x541bn, // FIONREAD
    ...range(0, 64).map((bit) => PROCMAP_QUERY ^ (1n << bit)),
  ].map((request) => [9n, request, 0x1000n]),
};

/** While it compiles or loads; it may add `filters`. */
export const job = (filters: readonly bigint[]): Conditions => ({
  brk: ANY,
  clock_gettime: CLOCK,
  close: ANY,
  exit_group: ANY,
  futex: FUTEX,
  getpid: ANY,
  gettid: ANY,
  ioctl: IOCTL,
  madvise: MADVISE,
  mmap: MMAP.loading,
  mprotect: ELSEWHERE,
  mremap: MREMAP,
  munmap: ELSEWHERE,
  pkey_mprotect: ELSEWHERE,
  pread64: ANY,
  read: ANY,
  rt_sigprocmask: ANY,
  rt_sigreturn: ANY,
  sched_yield: ANY,
  seccomp: adding(filters),
  write: ANY,
});

/** With a guest in place. */
export const LOCKED_JOB: Conditions = {
  brk: ANY,
  clock_gettime: CLOCK,
  exit_group: ANY,
  futex: FUTEX,
  getpid: ANY,
  gettid: ANY,
  madvise: MADVISE,
  mmap: MMAP.locked,
  mprotect: MPROTECT_LOCKED,
  mremap: MREMAP,
  munmap: ELSEWHERE,
  rt_sigprocmask: ANY,
  rt_sigreturn: ANY,
  sched_yield: ANY,
  write: ANY,
};

/** Flags of the one fork that it may make: new user, mount and process namespaces, the worker as parent, SIGCHLD. */
const FORK = 0x3002_8011n;
const CLONE = {
  pass: [[FORK, 0n, 0n, 0n, 0n]],
  kill: [0n, 17n, ...range(0, 64).map((bit) => FORK ^ (1n << bit))].map((flags) => [flags, 0n, 0n, 0n, 0n]),
};
/** PR_SET_PDEATHSIG of SIGKILL and nothing else, and PR_CAP_AMBIENT before it drops its capabilities. */
const OPTIONS = oneOf([1n, 47n], 128, (option) => [option, 9n, 0n, 0n, 0n]);
const PRCTL = {
  pass: OPTIONS.pass,
  kill: [
    ...OPTIONS.kill,
    ...[...range(0, 65), 9n | HIGH]
      .filter((signal) => signal !== 9n)
      .map((signal) => [1n, signal, 0n, 0n, 0n]),
  ],
};
/** Of itself, CPU time and processes. */
const PRLIMIT = {
  pass: [0n, 6n, 0n | HIGH, 6n | HIGH].map((resource) => [0n, resource, 0x1000n, 0n]),
  kill: [
    ...[1n, 2n, 1_000n, 0xffff_ffffn, 0x1_0000_0000n].flatMap((pid) => [
      [pid, 0n, 0x1000n, 0n],
      [pid, 6n, 0x1000n, 0n],
    ]),
    ...range(0, 17)
      .filter((resource) => resource !== 0n && resource !== 6n)
      .map((resource) => [0n, resource, 0x1000n, 0n]),
  ],
};

const MADV_COLLAPSE = 25n;
const COLLAPSED_AT_ONCE = 0x100_0000n;
/** Before its code is locked it may have it put into huge pages, a piece at a time. */
const MADVISE_TEMPLATE = {
  pass: [
    ...MADVISE.pass,
    ...[0n, 0x20_0000n, COLLAPSED_AT_ONCE].map((length) => [END_OF_FILTERS, length, MADV_COLLAPSE]),
    [END_OF_FILTERS, COLLAPSED_AT_ONCE, MADV_COLLAPSE | HIGH],
  ],
  kill: [
    ...MADVISE.kill.filter(([, length, advice]) => advice !== MADV_COLLAPSE || length! > COLLAPSED_AT_ONCE),
    ...BELOW.map((address) => [address, 0x1000n, MADV_COLLAPSE]),
    ...[COLLAPSED_AT_ONCE + 1n, COLLAPSED_AT_ONCE << 8n, 0x1_0000_0000n, 1n << 63n].map((length) => [
      END_OF_FILTERS,
      length,
      MADV_COLLAPSE,
    ]),
  ],
};

const FORKS: Conditions = { capset: ANY, clone: CLONE, prctl: PRCTL, prlimit64: PRLIMIT };

/** They may add `filters`. */
export const template = (filters: readonly bigint[]): Record<'loading' | 'locked' | 'job', Conditions> => ({
  loading: { ...job(filters), ...FORKS, madvise: MADVISE_TEMPLATE },
  locked: { ...LOCKED_JOB, ...FORKS, close: ANY, read: ANY, seccomp: adding(filters) },
  job: LOCKED_JOB,
});

/** For a worker's whole life, jobs included. */
export const WORKER_REFUSES: readonly SyscallName[] = [
  'accept',
  'accept4',
  'acct',
  'add_key',
  'bind',
  'bpf',
  'chroot',
  'clone3',
  'connect',
  'delete_module',
  'execve',
  'execveat',
  'fanotify_init',
  'file_setattr',
  'finit_module',
  'fsconfig',
  'fsmount',
  'fsopen',
  'fspick',
  'init_module',
  'io_uring_enter',
  'io_uring_register',
  'io_uring_setup',
  'ioperm',
  'iopl',
  'kcmp',
  'kexec_file_load',
  'kexec_load',
  'keyctl',
  'listen',
  'migrate_pages',
  'mount',
  'mount_setattr',
  'move_mount',
  'move_pages',
  'name_to_handle_at',
  'open_by_handle_at',
  'open_tree',
  'open_tree_attr',
  'perf_event_open',
  'personality',
  'pidfd_getfd',
  'pivot_root',
  'process_madvise',
  'process_mrelease',
  'process_vm_readv',
  'process_vm_writev',
  'ptrace',
  'quotactl',
  'quotactl_fd',
  'reboot',
  'request_key',
  'setdomainname',
  'sethostname',
  'setns',
  'socket',
  'socketpair',
  'swapoff',
  'swapon',
  'syslog',
  'umount2',
  'unshare',
  'userfaultfd',
];

const SIGCHLD = 17n;
/** New user, mount and process namespaces, as jobs get them. */
const OF_JOBS = [0x1000_0000n, 0x2_0000n, 0x2000_0000n];
/** cgroup, UTS, IPC and net. */
const OF_NO_JOB = [0x200_0000n, 0x400_0000n, 0x800_0000n, 0x4000_0000n];
const ALL_OF_JOBS = OF_JOBS.reduce((all, bit) => all | bit);
/** CLONE_PARENT, CLONE_VM, CLONE_FILES. */
const OTHER_FLAGS = [0n, 0x8000n, 0x100n, 0x400n];
const clones = (flags: readonly bigint[]): Arguments[] =>
  flags.flatMap((flag) => OTHER_FLAGS.map((other) => [flag | other | SIGCHLD, 0n, 0n, 0n, 0n, 0n]));

/** Of calls that a worker keeps, with jobs in namespaces of their own: what passes, and what is refused (`kill`). */
export const WORKER_CHECKED: Conditions = {
  clone: {
    pass: clones([0n, ALL_OF_JOBS]),
    kill: clones([
      ...OF_JOBS,
      ...OF_JOBS.map((bit) => ALL_OF_JOBS ^ bit),
      ...OF_NO_JOB,
      ...OF_NO_JOB.map((bit) => ALL_OF_JOBS | bit),
      ...OF_JOBS.map((bit) => bit | HIGH),
    ]),
  },
  ioctl: {
    // FIONREAD, SECCOMP_IOCTL_NOTIF_RECV and _SEND.
    pass: [0x541bn, 0xc050_2100n, 0xc018_2101n].map((request) => [9n, request, 0x1000n]),
    // FS_IOC_SETFLAGS, FS_IOC32_SETFLAGS, FS_IOC_FSSETXATTR, FS_IOC_SETVERSION, FS_IOC_SET_ENCRYPTION_POLICY,
    // FS_IOC_ADD_ENCRYPTION_KEY, FS_IOC_ENABLE_VERITY, FIFREEZE, FITRIM.
    kill: [
      0x4008_6602n,
      0x4004_6602n,
      0x401c_5820n,
      0x4008_7602n,
      0x400c_6613n,
      0xc050_6617n,
      0x4080_6685n,
      0xc004_5877n,
      0xc018_5879n,
    ].flatMap((request) => [
      [9n, request, 0x1000n],
      [9n, request | HIGH, 0x1000n],
    ]),
  },
};
