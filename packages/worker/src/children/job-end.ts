import { SIGSYS } from '@pvf/linux/constants';

/** How a job process ended, as the kernel tells; nothing here is the job's own word. */
export type JobEnd =
  | { readonly type: 'exited'; readonly status: number }
  | { readonly type: 'signaled'; readonly signal: number }
  | { readonly type: 'cpu-limit' }
  | { readonly type: 'memory-limit' }
  | { readonly type: 'output-limit' };

const SIGNAL_NAMES: Readonly<Record<number, string>> = {
  4: 'SIGILL',
  5: 'SIGTRAP',
  6: 'SIGABRT',
  7: 'SIGBUS',
  8: 'SIGFPE',
  9: 'SIGKILL',
  11: 'SIGSEGV',
  15: 'SIGTERM',
  24: 'SIGXCPU',
  25: 'SIGXFSZ',
  31: 'SIGSYS',
};

/** How a job ended, in words for the log and the host. */
export function describeEnd(end: JobEnd): string {
  switch (end.type) {
    case 'exited':
      return `exit status ${end.status}`;
    case 'signaled': {
      const name = SIGNAL_NAMES[end.signal] ?? `signal ${end.signal}`;
      return end.signal === SIGSYS
        ? `received signal: ${name} (a forbidden system call)`
        : `received signal: ${name}`;
    }
    case 'cpu-limit':
      return 'killed: its CPU time was used up';
    case 'memory-limit':
      return 'killed: it exceeded its memory limit';
    case 'output-limit':
      return 'killed: it wrote more than an answer can have';
    default:
      return end satisfies never;
  }
}
