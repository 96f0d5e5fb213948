/**
 * Kernel constants under the kernel's own names; the header that defines them is in each heading.
 *
 * @module
 */

// linux/sched.h
export const CLONE_FILES = 0x00000400;
export const CLONE_PARENT = 0x00008000;
export const CLONE_NEWTIME = 0x00000080;
export const CLONE_NEWNS = 0x00020000;
export const CLONE_NEWCGROUP = 0x02000000;
export const CLONE_NEWUTS = 0x04000000;
export const CLONE_NEWIPC = 0x08000000;
export const CLONE_NEWUSER = 0x10000000;
export const CLONE_NEWPID = 0x20000000;
export const CLONE_NEWNET = 0x40000000;

// asm-generic/signal.h
export const SIGKILL = 9;
export const SIGSEGV = 11;
export const SIGTERM = 15;
export const SIGCHLD = 17;
export const SIGCONT = 18;
export const SIGSTOP = 19;
export const SIGXCPU = 24;
export const SIGXFSZ = 25;
export const SIGSYS = 31;

// linux/wait.h
export const WNOHANG = 1;

// asm-generic/fcntl.h (the four that differ by architecture are in arch.ts)
export const O_RDONLY = 0;
export const O_WRONLY = 1;
export const O_RDWR = 2;
export const O_CREAT = 0o100;
export const O_EXCL = 0o200;
export const O_TRUNC = 0o1000;
export const O_NONBLOCK = 0o4000;
export const O_CLOEXEC = 0o2000000;
export const O_PATH = 0o10000000;
export const AT_FDCWD = -100;
export const AT_EMPTY_PATH = 0x1000;
export const F_GETFD = 1;
export const F_SETFD = 2;
export const F_GETFL = 3;
export const F_SETFL = 4;
export const F_DUPFD = 0;
export const F_DUPFD_CLOEXEC = 1030;
export const F_ADD_SEALS = 1033;
export const F_GET_SEALS = 1034;
export const FD_CLOEXEC = 1;
export const F_SEAL_SEAL = 0x1;
export const F_SEAL_SHRINK = 0x2;
export const F_SEAL_GROW = 0x4;
export const F_SEAL_WRITE = 0x8;
export const F_SEAL_FUTURE_WRITE = 0x10;
export const F_SEAL_EXEC = 0x20;

// linux/memfd.h
export const MFD_CLOEXEC = 0x1;
export const MFD_ALLOW_SEALING = 0x2;
export const MFD_NOEXEC_SEAL = 0x8;

// asm-generic/mman-common.h
export const PROT_NONE = 0;
export const PROT_READ = 1;
export const PROT_WRITE = 2;
export const PROT_EXEC = 4;
export const MAP_SHARED = 1;
export const MAP_PRIVATE = 2;
export const MAP_FIXED = 0x10;
export const MAP_ANONYMOUS = 0x20;
export const MAP_NORESERVE = 0x4000;
export const MAP_FIXED_NOREPLACE = 0x10_0000;
export const MADV_DONTNEED = 4;
export const MADV_DONTFORK = 10;
export const MADV_DOFORK = 11;
export const MADV_HUGEPAGE = 14;
export const MADV_WIPEONFORK = 18;
export const MADV_POPULATE_READ = 22;
export const MADV_COLLAPSE = 25;
export const MREMAP_MAYMOVE = 1;
export const MREMAP_FIXED = 2;
export const MREMAP_DONTUNMAP = 4;

// asm-generic/poll.h
export const POLLIN = 0x1;
export const POLLOUT = 0x4;
export const POLLERR = 0x8;
export const POLLHUP = 0x10;
export const POLLNVAL = 0x20;

// linux/socket.h, linux/net.h
export const AF_UNIX = 1;
export const AF_INET = 2;
export const AF_INET6 = 10;
export const SOCK_STREAM = 1;
export const SOCK_DGRAM = 2;
export const SOCK_SEQPACKET = 5;
export const SOCK_CLOEXEC = 0o2000000;
/** What of socket(2)'s type is the type; its other bits are flags (SOCK_CLOEXEC, SOCK_NONBLOCK). */
export const SOCK_TYPE_MASK = 0xf;
export const MSG_DONTWAIT = 0x40;
/** Connects and sends in one call, past Landlock's rules of ports. */
export const MSG_FASTOPEN = 0x2000_0000;
export const MSG_CMSG_CLOEXEC = 0x4000_0000;
export const SHUT_RDWR = 2;

// linux/time.h
export const CLOCK_MONOTONIC = 1;
export const CLOCK_PROCESS_CPUTIME_ID = 2;

// asm-generic/resource.h
export const RLIMIT = {
  CPU: 0,
  FSIZE: 1,
  DATA: 2,
  STACK: 3,
  CORE: 4,
  RSS: 5,
  NPROC: 6,
  NOFILE: 7,
  MEMLOCK: 8,
  AS: 9,
  LOCKS: 10,
  SIGPENDING: 11,
  MSGQUEUE: 12,
  NICE: 13,
  RTPRIO: 14,
  RTTIME: 15,
} as const;

// linux/prctl.h
export const PR_SET_PDEATHSIG = 1;
export const PR_GET_DUMPABLE = 3;
export const PR_SET_DUMPABLE = 4;
export const PR_SET_NAME = 15;
export const PR_CAPBSET_READ = 23;
export const PR_CAPBSET_DROP = 24;
export const PR_SET_SECUREBITS = 28;
export const PR_SET_NO_NEW_PRIVS = 38;
export const PR_GET_NO_NEW_PRIVS = 39;
export const PR_CAP_AMBIENT = 47;
export const PR_CAP_AMBIENT_CLEAR_ALL = 4;

// linux/capability.h
export const LINUX_CAPABILITY_VERSION_3 = 0x20080522;
export const CAP_LAST_POSSIBLE = 63;
export const CAP_SETPCAP = 8;

// linux/mount.h
export const MS_RDONLY = 0x1;
export const MS_NOSUID = 0x2;
export const MS_NODEV = 0x4;
export const MS_NOEXEC = 0x8;
export const MS_REMOUNT = 0x20;
export const MS_BIND = 0x1000;
export const MS_REC = 0x4000;
export const MS_PRIVATE = 0x40000;
export const MS_RELATIME = 0x200000;
export const MNT_DETACH = 2;
export const MOUNT_ATTR_RDONLY = 0x1;
export const AT_RECURSIVE = 0x8000;

// linux/seccomp.h
export const SECCOMP_SET_MODE_FILTER = 1;
export const SECCOMP_GET_ACTION_AVAIL = 2;
export const SECCOMP_FILTER_FLAG_TSYNC = 0x1;
export const SECCOMP_FILTER_FLAG_LOG = 0x2;
export const SECCOMP_RET_KILL_PROCESS = 0x80000000;
export const SECCOMP_RET_KILL_THREAD = 0x00000000;
export const SECCOMP_RET_TRAP = 0x00030000;
export const SECCOMP_RET_ERRNO = 0x00050000;
export const SECCOMP_RET_USER_NOTIF = 0x7fc00000;
export const SECCOMP_RET_TRACE = 0x7ff00000;
export const SECCOMP_RET_LOG = 0x7ffc0000;
export const SECCOMP_RET_ALLOW = 0x7fff0000;
export const SECCOMP_RET_ACTION_FULL = 0xffff0000;

// linux/audit.h
export const AUDIT_ARCH_X86_64 = 0xc000003e;
export const AUDIT_ARCH_AARCH64 = 0xc00000b7;
// arch/x86/include/uapi/asm/unistd.h
export const X32_SYSCALL_BIT = 0x40000000;

// linux/landlock.h
export const LANDLOCK_CREATE_RULESET_VERSION = 1;
export const LANDLOCK_RULE_PATH_BENEATH = 1;
export const LANDLOCK_RULE_NET_PORT = 2;
export const LANDLOCK_RESTRICT_SELF_LOG_SAME_EXEC_OFF = 1;
export const LANDLOCK_RESTRICT_SELF_LOG_SUBDOMAINS_OFF = 4;
export const LANDLOCK_RESTRICT_SELF_TSYNC = 8;

// linux/fs.h: _IOWR('f', 17, struct procmap_query) with its 104 bytes
/** Asks for a region of a memory map (linux/fs.h). */
export const PROCMAP_QUERY = 0xc0686611;
export const FIONREAD = 0x541b;
export const PROCMAP_QUERY_VMA_READABLE = 0x01;
export const PROCMAP_QUERY_VMA_WRITABLE = 0x02;
export const PROCMAP_QUERY_VMA_EXECUTABLE = 0x04;
export const PROCMAP_QUERY_VMA_SHARED = 0x08;
export const PROCMAP_QUERY_COVERING_OR_NEXT_VMA = 0x10;

// asm-generic/errno-base.h, asm-generic/errno.h
export const EPERM = 1;
export const ENOENT = 2;
export const EEXIST = 17;
export const ESRCH = 3;
export const EINTR = 4;
export const EAGAIN = 11;
export const ENOMEM = 12;
export const EBUSY = 16;
export const EINVAL = 22;
export const ENOTTY = 25;
export const ENOSPC = 28;
export const ENOSYS = 38;
export const ECHILD = 10;
export const EOPNOTSUPP = 95;

// linux/signalfd.h, asm-generic/signal.h
export const SFD_CLOEXEC = 0o2000000;
export const SFD_NONBLOCK = 0o4000;
export const SIG_BLOCK = 0;
export const SIG_SETMASK = 2;
export const SIG_IGN = 1;
export const CLOSE_RANGE_CLOEXEC = 4;
export const PR_SET_CHILD_SUBREAPER = 36;

// linux/seccomp.h
export const SECCOMP_FILTER_FLAG_NEW_LISTENER = 0x8;
export const SECCOMP_USER_NOTIF_FLAG_CONTINUE = 0x1;
export const SECCOMP_IOCTL_NOTIF_RECV = 0xc0502100;
export const SECCOMP_IOCTL_NOTIF_SEND = 0xc0182101;
export const SECCOMP_IOCTL_NOTIF_ID_VALID = 0x4008_2102;
/** What kernels before 5.17 knew. */
export const SECCOMP_IOCTL_NOTIF_ID_VALID_WRONG_DIR = 0x8008_2102;

// linux/personality.h
/** Asks for the personality that there is. */
export const PERSONALITY_QUERY = 0xffff_ffff;
export const ADDR_NO_RANDOMIZE = 0x0004_0000;
/** Makes every readable mapping executable (fs/exec.c). */
export const READ_IMPLIES_EXEC = 0x0040_0000;

// linux/statfs.h
export const ST_NOATIME = 0x400;
export const ST_NODIRATIME = 0x800;
export const ST_RELATIME = 0x1000;

// linux/futex.h
export const FUTEX_WAIT = 0;
export const FUTEX_WAKE = 1;
export const FUTEX_WAIT_BITSET = 9;
export const FUTEX_PRIVATE_FLAG = 128;

// asm-generic/ioctls.h: pushing characters into a terminal's input, and the console's variant of it
export const TIOCSTI = 0x5412;
export const TIOCLINUX = 0x541c;
