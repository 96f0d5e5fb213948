// What the kernel has seen of some processes: system calls, forks and ends, as `perf script` prints them.

/** Numbers of the calls that stages begin or end with, on x64 (arch/x86/entry/syscalls/syscall_64.tbl). */
const NAMES = new Map([
  [0, 'read'],
  [1, 'write'],
  [18, 'pwrite64'],
  [20, 'writev'],
  [56, 'clone'],
  [61, 'wait4'],
  [77, 'ftruncate'],
  [231, 'exit_group'],
  [271, 'ppoll'],
  [302, 'prlimit64'],
  [317, 'seccomp'],
  [435, 'clone3'],
]);
const LINE = /^\s*(\d+)\/(\d+)\s+(\d+)\.(\d{9}):\s+(\S+):\s+(.*)$/;
const ENTER = /^NR (\d+) \((.*)\)$/;
const EXIT = /^NR (\d+) = (-?\d+)$/;
const FORK = /\bpid=(\d+) .*\bchild_pid=(\d+)/;
const NS_PER_S = 1e9;

/** What `perf record` is told to record. */
export const TRACEPOINTS = [
  'raw_syscalls:sys_enter',
  'raw_syscalls:sys_exit',
  'sched:sched_process_fork',
  'sched:sched_process_exit',
];
/** What `perf script` is told to print. */
export const FIELDS = 'pid,tid,time,event,trace';

/**
 * @typedef {object} TraceEvent
 * @property {number} at on the monotonic clock, nanoseconds
 * @property {number} pid
 * @property {number} tid
 * @property {'enter' | 'exit' | 'fork' | 'end'} type
 * @property {string} [call] its name; only calls that stages know
 * @property {readonly number[]} [args] of an `enter`, and of the `exit` that belongs to it
 * @property {number} [result] of an `exit`
 * @property {number} [child] of a `fork`
 */

/**
 * Reads what perf has printed.
 *
 * @param {string} text
 * @returns {TraceEvent[]} in the order of time
 */
export function parseEvents(text) {
  const events = [];
  for (const line of text.split('\n')) {
    const [, pid, tid, seconds, nanoseconds, name, rest] = LINE.exec(line) ?? [];
    if (pid === undefined) continue;
    const event = {
      at: Number(seconds) * NS_PER_S + Number(nanoseconds),
      pid: Number(pid),
      tid: Number(tid),
      ...detailOf(name, rest),
    };
    if (event.type !== undefined) events.push(event);
  }
  events.sort((one, other) => one.at - other.at);
  const entered = new Map();
  for (const event of events) {
    if (event.type === 'enter') entered.set(event.tid, event);
    const begun = entered.get(event.tid);
    if (event.type === 'exit' && begun?.call === event.call) event.args = begun.args;
  }
  return events;
}

function detailOf(name, rest) {
  switch (name) {
    case 'raw_syscalls:sys_enter': {
      const [, number, args = ''] = ENTER.exec(rest) ?? [];
      const call = NAMES.get(Number(number));
      return call === undefined
        ? {}
        : { type: 'enter', call, args: args.split(', ').map((word) => Number(`0x${word}`)) };
    }
    case 'raw_syscalls:sys_exit': {
      const [, number, result] = EXIT.exec(rest) ?? [];
      const call = NAMES.get(Number(number));
      return call === undefined ? {} : { type: 'exit', call, result: Number(result) };
    }
    case 'sched:sched_process_fork': {
      const [, , child] = FORK.exec(rest) ?? [];
      return { type: 'fork', child: Number(child) };
    }
    case 'sched:sched_process_exit':
      return { type: 'end' };
    default:
      return {};
  }
}
