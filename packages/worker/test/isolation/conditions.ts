import type { SyscallName } from '@pvf/sandbox-linux';

/** What a filter is tried on, by the process that is behind it. */
export type Stage = 'job' | 'locked job' | 'template' | 'locked template' | 'job of a template' | 'worker';

/** Addresses, numbers and flags that only the process itself knows. */
export interface Place {
  /** A page of its own, and another. */
  readonly page: number;
  readonly other: number;
  /** Where the filters lie that it may add. */
  readonly kept: number;
  /** Of one that it may add. */
  readonly filter: number;
  readonly fd: number;
  readonly workerPid: number;
  /** Flags of the only fork that a template may make. */
  readonly fork: number;
}

type Arguments = (place: Place) => readonly number[];

/** One call: arguments that pass, and others that differ from these in what a single condition looks at. */
export interface Condition {
  readonly name: SyscallName;
  readonly stages: readonly Stage[];
  readonly right: Arguments;
  readonly wrong: Readonly<Record<string, Arguments>>;
}

const PAGE = 4096;
const BIT_32 = 2 ** 32;
const PROCMAP_QUERY = 0xc068_6611;
const SIGCHLD = 17;
const NAMESPACES = {
  cgroup: 0x200_0000,
  uts: 0x400_0000,
  ipc: 0x800_0000,
  user: 0x1000_0000,
  pid: 0x2000_0000,
  net: 0x4000_0000,
  mount: 0x2_0000,
} as const;
const OF_JOBS = NAMESPACES.user + NAMESPACES.mount + NAMESPACES.pid;

const LOADING: readonly Stage[] = ['job', 'template'];
const LOCKED: readonly Stage[] = ['locked job', 'locked template', 'job of a template'];
const JOBS: readonly Stage[] = [...LOADING, ...LOCKED];
const FORKING: readonly Stage[] = ['template', 'locked template'];

const futex =
  (operation: number): Arguments =>
  ({ page }) => [page, operation, 0, 0, 0, 0];
const advise =
  (advice: number): Arguments =>
  ({ page }) => [page, PAGE, advice];
const map =
  (flags: number, protection = 3): Arguments =>
  () => [0, PAGE, protection, flags, -1, 0];
const clones =
  (flags: (place: Place) => number): Arguments =>
  (place) => [flags(place), 0, 0, 0, 0];
const clock =
  (id: number): Arguments =>
  ({ other }) => [id, other];
const cpuClockOf = (pid: number): number => (~pid << 3) | 2;
const limit =
  (pid: number, resource: number): Arguments =>
  ({ other }) => [pid, resource, 0, other];
const request =
  (value: number): Arguments =>
  ({ fd, other }) => [fd, value, other];
const adding =
  (operation: number, flags: number, more = 0): Arguments =>
  ({ filter }) => [operation, flags, filter + more];

const MEMORY: readonly Condition[] = [
  {
    name: 'futex',
    stages: JOBS,
    right: futex(129),
    wrong: {
      'a futex that other processes share': futex(1),
      'a waiter of other processes': futex(0),
      requeue: futex(3 | 128),
      'compare and requeue': futex(4 | 128),
      'wake and change': futex(5 | 128),
      'priority inheritance': futex(6 | 128),
      'wake a set': futex(10 | 128),
      'a bit that no operation has': futex(129 | 0x200),
    },
  },
  {
    name: 'madvise',
    stages: JOBS,
    right: advise(4),
    wrong: {
      'what is shared by content': advise(12),
      'remove the pages of a file': advise(9),
      'wipe on fork': advise(18),
      'page out': advise(21),
      populate: advise(23),
      'poison memory': advise(100),
      'a bit that no advice has': advise(4 | 0x1_0000),
      'of the kept filters': ({ kept }) => [kept, PAGE, 4],
    },
  },
  { name: 'madvise', stages: JOBS, right: ({ kept }) => [kept, PAGE, 11], wrong: {} },
  {
    name: 'mmap',
    stages: JOBS,
    right: map(0x22),
    wrong: {
      shared: map(0x21),
      'shared, flags checked': map(0x23),
      'growing like a stack': map(0x122),
      'of huge pages': map(0x4_0022),
      'that stays in memory': map(0x2022),
    },
  },
  {
    name: 'mmap',
    stages: JOBS,
    right: ({ page }) => [page, PAGE, 3, 0x32, -1, 0],
    wrong: { 'over the kept filters': ({ kept }) => [kept, PAGE, 3, 0x32, -1, 0] },
  },
  {
    name: 'mprotect',
    stages: JOBS,
    right: ({ page }) => [page, PAGE, 1],
    wrong: { 'of the kept filters': ({ kept }) => [kept, PAGE, 1] },
  },
  {
    name: 'pkey_mprotect',
    stages: LOADING,
    right: ({ page }) => [page, PAGE, 1, -1],
    wrong: { 'of the kept filters': ({ kept }) => [kept, PAGE, 1, -1] },
  },
  {
    name: 'munmap',
    stages: JOBS,
    right: ({ page }) => [page, PAGE],
    wrong: { 'of the kept filters': ({ kept }) => [kept, PAGE] },
  },
  {
    name: 'mremap',
    stages: JOBS,
    right: ({ page }) => [page, PAGE, PAGE, 1, 0],
    wrong: {
      'of the kept filters': ({ kept }) => [kept, PAGE, PAGE, 1, 0],
      'that stays where it was': ({ page }) => [page, PAGE, PAGE, 5, 0],
    },
  },
  {
    name: 'mremap',
    stages: JOBS,
    right: ({ page, other }) => [page, PAGE, PAGE, 3, other],
    wrong: {
      'onto the kept filters': ({ page, kept }) => [page, PAGE, PAGE, 3, kept],
      'of the kept filters to an address': ({ kept, other }) => [kept, PAGE, PAGE, 3, other],
      'to an address, and stays where it was': ({ page, other }) => [page, PAGE, PAGE, 7, other],
    },
  },
  { name: 'mmap', stages: LOADING, right: map(0x22, 5), wrong: {} },
  {
    name: 'mmap',
    stages: LOCKED,
    right: map(0x22, 1),
    wrong: { executable: map(0x22, 5), 'executable only': map(0x22, 4), 'all at once': map(0x22, 7) },
  },
  { name: 'mprotect', stages: LOADING, right: ({ page }) => [page, PAGE, 5], wrong: {} },
  {
    name: 'mprotect',
    stages: LOCKED,
    right: ({ page }) => [page, PAGE, 0],
    wrong: { executable: ({ page }) => [page, PAGE, 5], 'executable only': ({ page }) => [page, PAGE, 4] },
  },
];

const OTHERS: readonly Condition[] = [
  {
    name: 'clock_gettime',
    stages: JOBS,
    right: clock(11),
    wrong: {
      'the first that is no clock of the system': clock(12),
      'CPU time of its own process': clock(cpuClockOf(0)),
      'CPU time of the worker': ({ workerPid, other }) => [cpuClockOf(workerPid), other],
    },
  },
  {
    name: 'ioctl',
    stages: LOADING,
    right: request(PROCMAP_QUERY),
    wrong: {
      'bytes to be read': request(0x541b),
      'typing into a terminal': request(0x5412),
      'the query, with a bit above': request(PROCMAP_QUERY + BIT_32),
    },
  },
  {
    name: 'seccomp',
    stages: [...LOADING, 'locked template'],
    right: adding(1, 0),
    wrong: {
      'the strict mode': adding(0, 0),
      'which actions there are': adding(2, 0),
      'sizes of notifications': adding(3, 0),
      'for all threads': adding(1, 1),
      'that is logged': adding(1, 2),
      'with a listener': adding(1, 8),
      'with a flag above': adding(1, BIT_32),
      'of its own': ({ other }) => [1, 0, other],
      'behind the kept one': adding(1, 0, 1),
      'as far above': adding(1, 0, BIT_32),
    },
  },
  {
    name: 'clone',
    stages: FORKING,
    right: clones(({ fork }) => fork),
    wrong: {
      'a child of its own': clones(({ fork }) => fork - 0x8000),
      'without a signal at its end': clones(({ fork }) => fork - SIGCHLD),
      'in its user namespace': clones(({ fork }) => fork ^ NAMESPACES.user),
      'in its mount namespace': clones(({ fork }) => fork ^ NAMESPACES.mount),
      'in its process namespace': clones(({ fork }) => fork ^ NAMESPACES.pid),
      'in a network of its own': clones(({ fork }) => fork + NAMESPACES.net),
      'with its memory': clones(({ fork }) => fork + 0x100),
      'with its descriptors': clones(({ fork }) => fork + 0x400),
      'that has it wait': clones(({ fork }) => fork + 0x4000),
      'with a descriptor for it': clones(({ fork }) => fork + 0x1000),
      'with a flag above': clones(({ fork }) => fork + BIT_32),
    },
  },
  {
    name: 'prctl',
    stages: FORKING,
    right: () => [1, 9, 0, 0, 0],
    wrong: {
      'no signal at the worker’s end': () => [1, 0, 0, 0, 0],
      'another signal': () => [1, 15, 0, 0, 0],
      'the signal, with a bit above': () => [1, 9 + BIT_32, 0, 0, 0],
      'another option': () => [4, 9, 0, 0, 0],
    },
  },
  {
    name: 'prctl',
    stages: FORKING,
    right: () => [47, 4, 0, 0, 0],
    wrong: { 'seccomp mode': () => [22, 4, 0, 0, 0] },
  },
  {
    name: 'prlimit64',
    stages: FORKING,
    right: limit(0, 0),
    wrong: {
      'CPU time of another process': limit(1, 0),
      'CPU time of the worker': ({ workerPid, other }) => [workerPid, 0, 0, other],
      'of a process with a number above': limit(BIT_32, 0),
      'its data': limit(0, 2),
      'its core files': limit(0, 4),
      'its descriptors': limit(0, 7),
      'its file sizes': limit(0, 1),
    },
  },
  {
    name: 'prlimit64',
    stages: FORKING,
    right: limit(0, 6),
    wrong: { 'processes of another': limit(1, 6), 'locked memory': limit(0, 8) },
  },
  {
    name: 'read',
    stages: [...LOADING, 'locked template'],
    right: ({ fd, other }) => [fd, other, 0],
    wrong: {},
  },
  { name: 'pread64', stages: LOADING, right: ({ fd, other }) => [fd, other, 0, 0], wrong: {} },
  { name: 'close', stages: [...LOADING, 'locked template'], right: () => [900], wrong: {} },
  { name: 'capset', stages: FORKING, right: () => [0, 0], wrong: {} },
];

const fileChange =
  (value: number): Arguments =>
  ({ fd, other }) => [fd, value, other];
const inNamespaces =
  (flags: number): Arguments =>
  () => [flags + SIGCHLD, 0, 0, 0, 0];

const OF_WORKERS: readonly Condition[] = [
  {
    name: 'clone',
    stages: ['worker'],
    right: inNamespaces(0),
    wrong: {
      'a user namespace alone': inNamespaces(NAMESPACES.user),
      'a mount namespace alone': inNamespaces(NAMESPACES.mount),
      'a process namespace alone': inNamespaces(NAMESPACES.pid),
      'all but a user namespace': inNamespaces(OF_JOBS - NAMESPACES.user),
      'all but a mount namespace': inNamespaces(OF_JOBS - NAMESPACES.mount),
      'all but a process namespace': inNamespaces(OF_JOBS - NAMESPACES.pid),
      'a network': inNamespaces(OF_JOBS + NAMESPACES.net),
      'a host name': inNamespaces(OF_JOBS + NAMESPACES.uts),
      'queues and keys': inNamespaces(OF_JOBS + NAMESPACES.ipc),
      cgroups: inNamespaces(OF_JOBS + NAMESPACES.cgroup),
    },
  },
  { name: 'clone', stages: ['worker'], right: inNamespaces(OF_JOBS), wrong: {} },
  {
    name: 'ioctl',
    stages: ['worker'],
    right: fileChange(0x541b),
    wrong: {
      'flags of a file': fileChange(0x4008_6602),
      'flags of a file, 32 bits': fileChange(0x4004_6602),
      'attributes of a file': fileChange(0x401c_5820),
      'the version of a file': fileChange(0x4008_7602),
      encryption: fileChange(0x400c_6613),
      'a key for encryption': fileChange(0xc050_6617),
      verity: fileChange(0x4080_6685),
      'freeze the file system': fileChange(0xc004_5877),
      'trim the file system': fileChange(0xc018_5879),
    },
  },
];

export const CONDITIONS: readonly Condition[] = [...MEMORY, ...OTHERS, ...OF_WORKERS];

/** With the arguments that pass before: what a later stage takes away. */
export const GONE: readonly (readonly [Stage, readonly SyscallName[]])[] = [
  ['locked job', ['read', 'pread64', 'close', 'ioctl', 'seccomp', 'pkey_mprotect']],
  ['locked template', ['pread64', 'ioctl', 'pkey_mprotect']],
  [
    'job of a template',
    [
      'read',
      'pread64',
      'close',
      'ioctl',
      'seccomp',
      'pkey_mprotect',
      'clone',
      'prctl',
      'prlimit64',
      'capset',
    ],
  ],
];
