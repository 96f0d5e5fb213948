import { join } from 'node:path';
import type { SyscallName } from '@pvf/sandbox-linux';

/** What surroundings do about a system call that they do not allow: seccomp's answers in the wild. */
export const WAYS = ['EPERM', 'EACCES', 'ENOSYS', 'kill'] as const;
export type Way = (typeof WAYS)[number];

/** Workers can do without each of these: they are cosmetic, or there is another way. */
export const DISPENSABLE: readonly SyscallName[] = [
  'sethostname',
  'capset',
  'close_range',
  'dup3',
  'landlock_add_rule',
  'pidfd_open',
  'getpgid',
  'setpgid',
  'socketpair',
  'sendmsg',
  'recvmsg',
];

/** The same for a whole host: its own Node starts no program without these. */
export const DISPENSABLE_TO_HOSTS: readonly SyscallName[] = DISPENSABLE.filter(
  (name) => !['socketpair', 'sendmsg', 'recvmsg'].includes(name),
);

/** All that workers, templates and jobs call from exec to the first answer, as `strace -f` tells, on any of the paths. */
export const SET_UP: readonly SyscallName[] = [
  ...DISPENSABLE,
  ...(`access arch_prctl brk capget chdir clock_gettime clock_nanosleep clone clone3 close connect dup2 epoll_create1
epoll_pwait eventfd2 execve exit exit_group faccessat2 fcntl fstat ftruncate futex getcwd getdents64 getegid geteuid
getgid getpid getppid getrandom getsockname getsockopt gettid getuid io_uring_enter io_uring_setup ioctl kill
landlock_create_ruleset landlock_restrict_self madvise memfd_create mmap mount mprotect mremap munmap newfstatat openat
pipe2 pivot_root ppoll prctl pread64 prlimit64 pwrite64 read readlink rseq rt_sigaction rt_sigprocmask rt_sigreturn
sched_getaffinity sched_getparam sched_getscheduler seccomp set_robust_list set_tid_address setgroups setresgid
setresuid socket statfs statx sysinfo tgkill umount2 uname unlinkat unshare wait4 write`.split(
    /\s+/,
  ) as SyscallName[]),
];

export const REFUSE = join(import.meta.dirname, 'refuse.ts');

/** Words for a command line that has what follows run where `calls` are refused. */
export function refusing(calls: readonly SyscallName[], way: Way): readonly string[] {
  return [process.execPath, REFUSE, calls.join(','), way];
}

/**
 * What the unit that comes with the reference's node takes away for good: `SystemCallFilter=~@clock @module @reboot @swap
 * @privileged`, then `SystemCallFilter=pivot_root` (groups of systemd 252, names that x64 has). Without
 * SystemCallErrorNumber= it kills.
 */
export const REFUSED_BY_UNIT = `chown fchown fchownat lchown adjtimex clock_adjtime clock_settime settimeofday
delete_module finit_module init_module ioperm iopl kexec_file_load kexec_load reboot swapoff swapon acct bpf capset chroot
fanotify_init fanotify_mark open_by_handle_at quotactl setdomainname setfsuid setgroups sethostname setresuid setreuid
setuid vhangup`.split(/\s+/) as SyscallName[];
