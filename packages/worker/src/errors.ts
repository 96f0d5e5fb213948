import { type ExecuteWorkerResult, type JobError, notBegun } from '@pvf/protocol';
import type { JobEnd } from './children/job.ts';

/** The text of whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** A job was not made, or ended before it touched its request: a fault of this machine, whatever the request. */
export class NotBegunError extends Error {
  override readonly name = 'NotBegunError';

  constructor(reason: string, options?: ErrorOptions) {
    super(notBegun(reason), options);
  }
}

/** For what has to be made before there is a job. @throws NotBegunError when it cannot be made */
export function beforeJob<T>(make: () => T): T {
  try {
    return make();
  } catch (error) {
    throw new NotBegunError(messageOf(error), { cause: error });
  }
}

/** What a job says of an exception that is nobody's verdict: a fault in our own code. */
export function jobErrorOf(error: unknown): JobError {
  return { type: 'Panic', value: messageOf(error) };
}

/** A local fault, told by the worker and never by a job: the host retries, then abstains. */
export function internalError(
  type: 'CouldNotOpenFile' | 'CouldNotCreatePipe' | 'Kernel' | 'HostCommunication',
  error: unknown,
): ExecuteWorkerResult {
  return { ok: false, error: { type: 'InternalError', value: { type, value: messageOf(error) } } };
}

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
      return end.signal === 31
        ? `received signal: ${name} (a forbidden system call)`
        : `received signal: ${name}`;
    }
    case 'cpu-limit':
      return 'killed: its CPU time was used up';
    case 'memory-limit':
      return 'killed: its memory limit was exceeded';
    case 'output-limit':
      return 'killed: it wrote more than an answer can have';
    default:
      return end satisfies never;
  }
}
