import { viewOf } from '@pvf/sandbox-linux';
import { attempt, type Group } from '../attempt.ts';
import {
  call,
  chain,
  EFAULT,
  EINVAL,
  MAP_PRIVATE_ANONYMOUS,
  MAP_SHARED,
  memory,
  PAGE,
  PROT_EXEC,
  PROT_READ,
  PROT_WRITE,
  text,
  words,
} from '../native.ts';

const PROT_NONE = 0;
const RWX = PROT_READ | PROT_WRITE | PROT_EXEC;
const MAP_HUGETLB = 0x4_0000;
const MREMAP_MAYMOVE_FIXED = 3;
const MAP_FIXED = 0x10;
const MAP_GROWSDOWN = 0x100;
const MAP_POPULATE = 0x8000;
/** Where `kept-filters.ts` puts them. */
const KEPT_FILTERS = 0x1_0000;
const HUGE_PAGE = 1 << 21;
const SPACE = 2 * HUGE_PAGE;
const MADV_DONTNEED = 4;
const MADV_REMOVE = 9;
const MADV_MERGEABLE = 12;
const MADV_COLLAPSE = 25;
const MADV_HWPOISON = 100;
const PR_SET_PDEATHSIG = 1;
const PR_SET_DUMPABLE = 4;
const PR_SET_SECCOMP = 22;
const PR_SET_NO_NEW_PRIVS = 38;
const PR_CAPBSET_READ = 23;
const PR_CAP_AMBIENT = 47;
const RLIMIT_NOFILE = 7;
const RLIMIT_NPROC = 6;
const RLIMIT_CPU = 0;
const FUTEX_WAKE = 1;
const FUTEX_LOCK_PI = 6;
const anonymous = (protection: number): number =>
  call('mmap', 0, PAGE, protection, MAP_PRIVATE_ANONYMOUS, -1, 0);
const raise = (resource: number): number => call('prlimit64', 0, resource, words(1024, 1024), 0);

/** struct sock_fprog of a program that has calls logged which do not exist, and allows everything. */
function loggingFilter(): number {
  const load = words(0x20n, 0x0000_ffff_0100_0015n, 0x7ffc_0000_0000_0006n, 0x7fff_0000_0000_0006n);
  return words(4, load);
}

export const UNDOING: Group = {
  title: 'Undoing a layer',
  attempts: [
    attempt('add a seccomp filter', () => call('seccomp', 1, 0, 0), { reached: [EFAULT] }),
    attempt('add a filter that logs', () => call('seccomp', 1, 0, loggingFilter())),
    attempt('map memory over the filters that may be added', () =>
      call('mmap', KEPT_FILTERS, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE_ANONYMOUS | MAP_FIXED, -1, 0),
    ),
    attempt('move memory over the filters that may be added', () =>
      chain(
        () => anonymous(PROT_READ | PROT_WRITE),
        (at) => call('mremap', at, PAGE, PAGE, MREMAP_MAYMOVE_FIXED, KEPT_FILTERS),
      ),
    ),
    attempt('unmap the filters that may be added', () => call('munmap', KEPT_FILTERS, PAGE)),
    attempt('write to the filters that may be added', () =>
      call('mprotect', KEPT_FILTERS, PAGE, PROT_READ | PROT_WRITE),
    ),
    attempt('empty the filters that may be added', () => call('madvise', KEPT_FILTERS, PAGE, MADV_DONTNEED)),
    attempt('get a seccomp notifier', () => call('seccomp', 1, 8, 0), { reached: [EFAULT] }),
    attempt('switch seccomp mode', () => call('prctl', PR_SET_SECCOMP, 0, 0, 0, 0), { reached: [EINVAL] }),
    attempt('take no_new_privs back', () => call('prctl', PR_SET_NO_NEW_PRIVS, 0, 0, 0, 0)),
    attempt('make a Landlock ruleset', () => call('landlock_create_ruleset', words(1), 8, 0)),
    attempt('become root', () => call('setresuid', 0, 0, 0)),
    attempt('take root as group', () => call('setresgid', 0, 0, 0)),
    attempt('change its groups', () => call('setgroups', 0, 0)),
    attempt('take capabilities back', () => {
      const header = Buffer.alloc(8);
      header.writeUInt32LE(0x2008_0522, 0);
      return call('capset', memory(header), memory(Buffer.alloc(24, 0xff)));
    }),
    attempt('read its capabilities', () => call('prctl', PR_CAPBSET_READ, 21, 0, 0, 0)),
    attempt('raise an ambient capability', () => call('prctl', PR_CAP_AMBIENT, 2, 21, 0, 0)),
    attempt('outlive the worker', () => call('prctl', PR_SET_PDEATHSIG, 0, 0, 0, 0)),
    attempt('become dumpable', () => call('prctl', PR_SET_DUMPABLE, 1, 0, 0, 0)),
    attempt('raise the limit of descriptors', () => raise(RLIMIT_NOFILE)),
    attempt('raise the limit of processes', () => raise(RLIMIT_NPROC)),
    attempt('raise the limit of CPU time', () => raise(RLIMIT_CPU)),
    attempt('handle a signal', () => call('rt_sigaction', 10, 0, memory(32), 8)),
    attempt('set an alarm', () => call('setitimer', 0, words(0, 0, 0, 0), 0)),
    attempt('lock memory', () => call('mlock', memory(PAGE), PAGE)),
    attempt('run in real time', () => call('sched_setscheduler', 0, 1, words(1))),
    attempt('wait for a timer', () => call('nanosleep', words(0, 1), 0)),
    attempt('choose processors', () => call('sched_setaffinity', 0, 8, words(3))),
    attempt('read its own name', () => call('prctl', 16, memory(16), 0, 0, 0)),
  ],
};

export const MACHINE_CODE: Group = {
  title: 'New machine code and special memory',
  attempts: [
    attempt('map writable and executable memory', () => anonymous(RWX)),
    attempt('map executable memory', () => anonymous(PROT_READ | PROT_EXEC)),
    attempt('map memory that is executable only', () => anonymous(PROT_EXEC)),
    attempt('make data executable', () =>
      chain(
        () => anonymous(PROT_READ | PROT_WRITE),
        (at) => call('mprotect', at, PAGE, PROT_READ | PROT_EXEC),
      ),
    ),
    attempt('make data executable with a key', () =>
      chain(
        () => anonymous(PROT_READ | PROT_WRITE),
        (at) => call('pkey_mprotect', at, PAGE, PROT_READ | PROT_EXEC, -1),
      ),
    ),
    attempt('make code writable', ({ code }) => call('mprotect', code, PAGE, RWX)),
    attempt('take code, change it, and run it', ({ code, run }) =>
      chain(
        () => call('mprotect', code, PAGE, PROT_READ | PROT_WRITE),
        () => call('mprotect', code, PAGE, PROT_READ | PROT_EXEC),
        () => run(0),
      ),
    ),
    attempt('move data over code', ({ code, run }) =>
      chain(
        () => anonymous(PROT_READ | PROT_WRITE),
        (at) => call('mremap', at, PAGE, PAGE, MREMAP_MAYMOVE_FIXED, code),
        () => run(0),
      ),
    ),
    attempt('write through /proc/self/mem', () => call('openat', -100, text('/proc/self/mem'), 2, 0)),
    attempt('get a protection key', () => call('pkey_alloc', 0, 0), { reached: [28] }),
    attempt('map shared memory', () =>
      call('mmap', 0, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | 0x20, -1, 0),
    ),
    attempt('map memory that grows like a stack', () =>
      call('mmap', 0, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE_ANONYMOUS | MAP_GROWSDOWN, -1, 0),
    ),
    attempt(
      'map huge pages',
      () => call('mmap', 0, HUGE_PAGE, PROT_READ, MAP_PRIVATE_ANONYMOUS | MAP_HUGETLB, -1, 0),
      { reached: [12] },
    ),
    attempt('merge pages with other processes', () =>
      chain(
        () => anonymous(PROT_READ | PROT_WRITE),
        (at) => call('madvise', at, PAGE, MADV_MERGEABLE),
      ),
    ),
    attempt('map memory that is filled at once', () =>
      call('mmap', 0, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE_ANONYMOUS | MAP_POPULATE, -1, 0),
    ),
    attempt('fill memory with huge pages at once', () =>
      chain(
        () => call('mmap', 0, SPACE, PROT_READ | PROT_WRITE, MAP_PRIVATE_ANONYMOUS, -1, 0),
        (at) => {
          const bytes = new Uint8Array(viewOf(at, SPACE));
          for (let offset = 0; offset < SPACE; offset += PAGE) bytes[offset] = 1;
          return call('madvise', Math.ceil(at / HUGE_PAGE) * HUGE_PAGE, HUGE_PAGE, MADV_COLLAPSE);
        },
      ),
    ),
    // Of a page that cannot be read: who may do it gets as far as looking for the page, and no memory of the machine is lost.
    attempt(
      'poison memory',
      () =>
        chain(
          () => anonymous(PROT_NONE),
          (at) => call('madvise', at, PAGE, MADV_HWPOISON),
        ),
      { reached: [EFAULT] },
    ),
    attempt('take a priority-inheritance lock', () =>
      call('futex', memory(8), FUTEX_LOCK_PI | 128, 0, 0, 0, 0),
    ),
    // A page of the program's own file is the same to all processes that run it.
    attempt('signal through a page that all processes share', ({ sharedPage }) =>
      call('futex', sharedPage, FUTEX_WAKE, 1, 0, 0, 0),
    ),
    attempt('write to the request', ({ request }) => call('mprotect', request, PAGE, PROT_READ | PROT_WRITE)),
    attempt('take memory from the request’s file', ({ request }) =>
      call('madvise', request, PAGE, MADV_REMOVE),
    ),
    attempt('wait for many locks', () => call('futex_waitv', 0, 0, 0, 0, 0), { reached: [EINVAL] }),
    attempt('make a shadow stack', () => call('map_shadow_stack', 0, PAGE, 0), { reached: [95] }),
    attempt('seal memory', () =>
      chain(
        () => anonymous(PROT_READ),
        (at) => call('mseal', at, PAGE, 0),
      ),
    ),
    attempt('set the base of a segment', () => call('arch_prctl', 0x1003, memory(8))),
    attempt('learn when code was touched', () => call('mincore', memory(PAGE) & ~4095, PAGE, memory(16)), {
      reached: [EINVAL],
    }),
    attempt('move its memory to another node', () => call('mbind', 0, 0, 0, 0, 0, 0), { reached: [EINVAL] }),
    attempt('register restartable sequences', () => call('rseq', 0, 0, 0, 0), { reached: [EINVAL] }),
    attempt('order memory across processors', () => call('membarrier', 0, 0, 0)),
  ],
};
