import { attempt, type Group, type Target } from '../attempt.ts';
import { call, chain, ECHILD, EINVAL, ENOENT, EPERM, endChild, memory, text, words } from '../native.ts';

const SIGCHLD = 17;
const CLONE_VFORK = 0x4000;
const CLONE_PARENT = 0x8000;
const CLONE_NEWUSER = 0x1000_0000;
const CLONE_NEWNET = 0x4000_0000;
const CLONE_NEWPID = 0x2000_0000;
const CLONE_NEWTIME = 0x80;
const PTRACE_SEIZE = 0x4206;
const PTRACE_TRACEME = 0;
const RLIMIT_CORE = 4;
const F_SETOWN = 8;
const SI_QUEUE = -1;
const MPOL_MF_MOVE = 2;
const PR_SCHED_CORE = 62;
const SCHED_ATTRIBUTES_BYTES = 48;
const IOPRIO_WHO_PROCESS = 1;
const IOPRIO_BEST_EFFORT = (2 << 13) | 4;

const pidfd = (pid: number): number => call('pidfd_open', pid, 0);
/** The CPU clock of a process (linux/posix-timers.h). */
const cpuClock = (pid: number): number => ~pid * 8 + 2;
const clock = (id: number): number => call('clock_gettime', id, memory(16));
const signalInfo = (): number => {
  const info = Buffer.alloc(128);
  info.writeInt32LE(SI_QUEUE, 8);
  return memory(info);
};
/** Not in V8's heap, where a collection moves small ones: the same address in the worker, which is written to. */
const probe = Buffer.alloc(4096, 0x55);
/** A vector of one buffer; the layout of a forked process is known to its attacker. */
const vector = (): number => words(memory(probe), probe.length);

const worker = (name: string, attack: (pid: number, target: Target) => number, rest = {}) =>
  attempt(name, (target) => attack(target.workerPid, target), rest);

export const PROCESSES: Group = {
  title: 'Other processes',
  attempts: [
    worker('signal the worker', (pid) => call('kill', pid, 0)),
    attempt('signal the host', ({ hostPid }) => call('kill', hostPid, 0)),
    attempt('signal everyone', () => call('kill', -1, 0)),
    attempt('signal its process group', () => call('kill', 0, 0)),
    worker('signal a thread of the worker', (pid) => call('tgkill', pid, pid, 0)),
    worker('signal the worker with tkill', (pid) => call('tkill', pid, 0)),
    worker('signal the worker with data', (pid) => call('rt_sigqueueinfo', pid, 10, 0), { reached: [14] }),
    worker('queue a signal for the worker', (pid) => call('rt_sigqueueinfo', pid, 0, signalInfo())),
    worker('queue a signal for a thread of the worker', (pid) =>
      call('rt_tgsigqueueinfo', pid, pid, 0, signalInfo()),
    ),
    worker('signal the worker through a pidfd', (pid) =>
      chain(
        () => pidfd(pid),
        (fd) => call('pidfd_send_signal', fd, 0, 0, 0),
      ),
    ),
    worker('signal the worker through the owner of the pipe', (pid, { writeFd }) =>
      chain(
        () => call('fcntl', writeFd, F_SETOWN, pid),
        () => call('kill', pid, 0),
      ),
    ),
    worker('take a descriptor of the worker', (pid) =>
      chain(
        () => pidfd(pid),
        (fd) => call('pidfd_getfd', fd, 0, 0),
      ),
    ),
    worker('trace the worker', (pid) => call('ptrace', PTRACE_SEIZE, pid, 0, 0)),
    attempt('trace the host', ({ hostPid }) => call('ptrace', PTRACE_SEIZE, hostPid, 0, 0)),
    attempt('be traced', () => call('ptrace', PTRACE_TRACEME, 0, 0, 0)),
    worker('read memory of the worker', (pid) => call('process_vm_readv', pid, vector(), 1, vector(), 1, 0)),
    worker('write memory of the worker', (pid) =>
      call('process_vm_writev', pid, vector(), 1, vector(), 1, 0),
    ),
    attempt(
      'read memory of the host',
      ({ hostPid }) => call('process_vm_readv', hostPid, vector(), 1, words(0, 8), 1, 0),
      { reached: [14] },
    ),
    worker('open the memory of the worker', (pid) => call('openat', -100, text(`/proc/${pid}/mem`), 2, 0)),
    worker(
      'page the worker out',
      (pid) =>
        chain(
          () => pidfd(pid),
          (fd) => call('process_madvise', fd, vector(), 1, 20, 0),
        ),
      { reached: [EINVAL] },
    ),
    worker(
      'have the worker’s memory taken',
      (pid) =>
        chain(
          () => pidfd(pid),
          (fd) => call('process_mrelease', fd, 0),
        ),
      { reached: [EINVAL] },
    ),
    worker('move pages of the worker', (pid) => call('move_pages', pid, 0, 0, 0, 0, MPOL_MF_MOVE)),
    worker('migrate the worker', (pid) => call('migrate_pages', pid, 64, words(1), words(1))),
    worker('compare with the worker', (pid) => call('kcmp', pid, pid, 0, 1, 1)),
    worker('read the CPU time of the worker', (pid) => clock(cpuClock(pid))),
    worker('read the priority of the worker', (pid) => call('getpriority', 0, pid)),
    worker('change the priority of the worker', (pid) => call('setpriority', 0, pid, 0)),
    worker('change the scheduler of the worker', (pid) => call('sched_setscheduler', pid, 0, words(0))),
    worker('change the scheduler of the worker with attributes', (pid) =>
      call('sched_setattr', pid, words(SCHED_ATTRIBUTES_BYTES, 0, 0, 0, 0, 0), 0),
    ),
    worker('change the disk priority of the worker', (pid) =>
      call('ioprio_set', IOPRIO_WHO_PROCESS, pid, IOPRIO_BEST_EFFORT),
    ),
    worker('read the processors of the worker', (pid) => call('sched_getaffinity', pid, 128, memory(128))),
    worker('change the limits of the worker', (pid) => call('prlimit64', pid, RLIMIT_CORE, words(0, 0), 0)),
    worker('share a core with the worker', (pid) => call('prctl', PR_SCHED_CORE, 3, pid, 0, 0)),
    worker('read the lock list of the worker', (pid) => call('get_robust_list', pid, memory(8), memory(8))),
    worker('join the process group of the worker', (pid) => call('setpgid', 0, pid), { reached: [EPERM] }),
    worker('read the session of the worker', (pid) => call('getsid', pid)),
    worker(
      'enter the namespaces of the worker',
      (pid) =>
        chain(
          () => pidfd(pid),
          (fd) => call('setns', fd, CLONE_NEWNET),
        ),
      { reached: [EINVAL] },
    ),
    attempt(
      'enter the mount namespace of the host',
      ({ hostPid }) =>
        chain(
          () => call('openat', -100, text(`/proc/${hostPid}/ns/mnt`), 0, 0),
          (fd) => call('setns', fd, 0),
        ),
      { reached: [EINVAL] },
    ),
    attempt('learn its parent', () => call('getppid') || -ENOENT),
    attempt('wait for a process', () => call('wait4', -1, 0, 1, 0), { reached: [ECHILD] }),
    attempt('start a session', () => call('setsid'), { reached: [EPERM] }),
    attempt('fork', () => endChild(call('fork'))),
    attempt('clone and wait', () => endChild(call('clone', SIGCHLD | CLONE_VFORK, 0, 0, 0, 0))),
    attempt('clone', () => endChild(call('clone', SIGCHLD, 0, 0, 0, 0))),
    attempt('clone a sibling', () => endChild(call('clone', SIGCHLD | CLONE_PARENT, 0, 0, 0, 0))),
    attempt('clone into a user namespace', () =>
      endChild(call('clone', SIGCHLD | CLONE_NEWUSER, 0, 0, 0, 0)),
    ),
    attempt('clone3', () => endChild(call('clone3', words(0, 0, 0, 0, SIGCHLD, 0, 0, 0), 64))),
    attempt('make a user namespace', () => call('unshare', CLONE_NEWUSER)),
    attempt('make a network namespace', () => call('unshare', CLONE_NEWNET)),
    attempt('make a process namespace', () => call('unshare', CLONE_NEWPID)),
    attempt('make a time namespace', () => call('unshare', CLONE_NEWTIME)),
    attempt('execute a program', () => call('execve', text('/bin/true'), words(text('true'), 0), words(0))),
    attempt('exhaust processes', () => {
      for (let i = 0; i < 40; i++) {
        const pid = endChild(call('clone', SIGCHLD, 0, 0, 0, 0));
        if (pid < 0) return pid;
      }
      return 0;
    }),
  ],
};
