import { attempt, type Group } from '../attempt.ts';
import {
  AT_FDCWD,
  call,
  chain,
  EBADF,
  EFAULT,
  EINVAL,
  MAP_PRIVATE_ANONYMOUS,
  memory,
  O_RDWR,
  PAGE,
  PROT_READ,
  PROT_WRITE,
  text,
  words,
} from '../native.ts';
import { CALL_VSYSCALL } from '../native-code.ts';

const ENXIO = 6;
const MAP_DROPPABLE = 8;
const MAP_ANONYMOUS = 0x20;
const MAP_LOCKED = 0x2000;
const MREMAP_MAYMOVE = 1;
const MREMAP_MAYMOVE_FIXED = 3;
const MREMAP_DONTUNMAP = 4;
const FUTEX2_SIZE_U32 = 2;
const PR_MCE_KILL = 33;
const PR_SET_CHILD_SUBREAPER = 36;
const PR_SET_SPECULATION_CTRL = 53;
const PR_SET_SYSCALL_USER_DISPATCH = 59;
const PR_SET_MEMORY_MERGE = 67;
const PR_SET_VMA = 0x5356_4d41;
const PR_SET_PTRACER = 0x5961_6d61;
const PERF_TYPE_SOFTWARE = 1;
const PERF_ATTRIBUTES_BYTES = 64;
const SCHED_DEADLINE = 6;
const SCHED_ATTRIBUTES_BYTES = 48;
const F_SETFL = 4;
const F_SETSIG = 10;
const F_DUPFD = 0;
const F_SETLEASE = 1024;
const F_NOTIFY = 1026;
const F_ADD_SEALS = 1033;
const O_ASYNC = 0o20000;
const LOCK_EX_NOW = 2 | 4;
const MFD_ALLOW_SEALING = 2;
const USERFAULTFD_IOC_NEW = 0xaa00;

const map = (flags: number): number => call('mmap', 0, PAGE, PROT_READ | PROT_WRITE, flags, -1, 0);
const prctl = (option: number, ...more: readonly number[]): number => call('prctl', option, ...more, 0, 0, 0);
const open = (path: string, flags = 0): number => call('openat', AT_FDCWD, text(path), flags, 0);
const userOnly = (): number => {
  const attributes = Buffer.alloc(PERF_ATTRIBUTES_BYTES);
  attributes.writeUInt32LE(PERF_TYPE_SOFTWARE, 0);
  attributes.writeUInt32LE(PERF_ATTRIBUTES_BYTES, 4);
  // exclude_kernel, exclude_hv
  attributes.writeUInt32LE((1 << 5) | (1 << 6), 40);
  return memory(attributes);
};

export const LASTING: Group = {
  title: 'What the kernel keeps, shares or tells later',
  attempts: [
    attempt('have others woken at its end', ({ sharedPage }) => call('set_tid_address', sharedPage)),
    attempt('leave a list of locks to be released', () => call('set_robust_list', words(0, 0, 0), 24)),
    attempt('wake others through a page that all share, with the newer call', ({ sharedPage }) =>
      call('futex_wake', sharedPage, 1, 1, FUTEX2_SIZE_U32),
    ),
    attempt('make a system call through the page of the kernel', ({ run }) => run(CALL_VSYSCALL)),
    attempt('map memory that may be dropped', () => map(MAP_DROPPABLE | MAP_ANONYMOUS)),
    attempt('lock memory as it is mapped', () => map(MAP_PRIVATE_ANONYMOUS | MAP_LOCKED)),
    attempt('move memory and keep its place', () =>
      chain(
        () => map(MAP_PRIVATE_ANONYMOUS),
        (at) => call('mremap', at, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_DONTUNMAP, 0),
      ),
    ),
    attempt('move code to where it can be written', ({ code }) =>
      chain(
        () => map(MAP_PRIVATE_ANONYMOUS),
        (at) => call('mremap', code, PAGE, PAGE, MREMAP_MAYMOVE_FIXED, at),
        // The kernel writes on its behalf, as far as the job itself might.
        (at) => call('clock_gettime', 1, at),
      ),
    ),
    attempt('have all of its memory merged', () => prctl(PR_SET_MEMORY_MERGE, 1)),
    attempt('name memory for those who look', () =>
      chain(
        () => map(MAP_PRIVATE_ANONYMOUS),
        (at) => prctl(PR_SET_VMA, 0, at, PAGE, text('pvf')),
      ),
    ),
    attempt('let anyone trace it', () => prctl(PR_SET_PTRACER, -1), { reached: [EINVAL] }),
    attempt('adopt orphans', () => prctl(PR_SET_CHILD_SUBREAPER, 1)),
    attempt('divert its system calls', () => prctl(PR_SET_SYSCALL_USER_DISPATCH, 1, 0, 0, memory(8))),
    attempt('switch a mitigation of the processor off', () => prctl(PR_SET_SPECULATION_CTRL, 0, 2), {
      reached: [ENXIO],
    }),
    attempt('be told of broken memory early', () => prctl(PR_MCE_KILL, 1, 1)),
    attempt('claim processor time', () =>
      call(
        'sched_setattr',
        0,
        words(SCHED_ATTRIBUTES_BYTES + SCHED_DEADLINE * 2 ** 32, 0, 0, 1e6, 1e8, 1e8),
        0,
      ),
    ),
    attempt('count events of the worker', ({ workerPid }) =>
      call('perf_event_open', userOnly(), workerPid, -1, -1, 0),
    ),
    attempt('watch the end of the worker', ({ workerPid }) =>
      chain(
        () => call('pidfd_open', workerPid, 0),
        (fd) => call('poll', words(fd + 2 ** 32), 1, 0),
      ),
    ),
    attempt('be signalled when its pipe is read', ({ writeFd }) =>
      chain(
        () => call('fcntl', writeFd, F_SETSIG, 10),
        () => call('fcntl', writeFd, F_SETFL, O_ASYNC),
      ),
    ),
    attempt('duplicate its pipe by control', ({ writeFd }) => call('fcntl', writeFd, F_DUPFD, 0)),
    attempt('seal a memfd', () =>
      chain(
        () => call('memfd_create', text('x'), MFD_ALLOW_SEALING),
        (fd) => call('fcntl', fd, F_ADD_SEALS, 4),
      ),
    ),
    attempt('lock a file', ({ victim }) =>
      chain(
        () => open(victim),
        (fd) => call('flock', fd, LOCK_EX_NOW),
      ),
    ),
    attempt('lease a file', ({ victim }) =>
      chain(
        () => open(victim),
        (fd) => call('fcntl', fd, F_SETLEASE, 0),
      ),
    ),
    attempt('have changes of a directory signalled', ({ outside }) =>
      chain(
        () => open(outside),
        (fd) => call('fcntl', fd, F_NOTIFY, 2),
      ),
    ),
    attempt('learn what of a file is in memory', ({ victim }) =>
      chain(
        () => open(victim),
        (fd) => call('cachestat', fd, words(0, 0), memory(40), 0),
      ),
    ),
    attempt('handle page faults through the device', () =>
      chain(
        () => open('/dev/userfaultfd', O_RDWR),
        (fd) => call('ioctl', fd, USERFAULTFD_IOC_NEW, 0),
      ),
    ),
    attempt('answer for a file system', () => open('/dev/fuse', O_RDWR)),
    attempt('learn where its memory lies', () => call('get_mempolicy', 0, 0, 0, 0, 0)),
    attempt('read how the clock is corrected', () => call('adjtimex', memory(208))),
    attempt('restrict itself so that it is logged', () => call('landlock_restrict_self', -1, 2), {
      reached: [EBADF, EFAULT, EINVAL],
    }),
  ],
};
