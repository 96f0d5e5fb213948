import type { InternalValidationError, JobError, WorkerError } from '../types/execute-error.ts';
import { describePrepareError, path } from './prepare.ts';

/** A sentence for logs and people. Programs compare `type`. */
export function describeJobError(error: JobError): string {
  switch (error.type) {
    case 'TimedOut':
      return 'the job says that its time is up';
    case 'Panic':
      return `the job failed in an unforeseen way: ${error.value}`;
    case 'Kernel':
      return `a system call of the job failed: ${error.value}`;
    case 'CouldNotSpawnThread':
      return `the job could not start a thread: ${error.value}`;
    case 'CpuTimeMonitorThread':
      return `the job could not watch its CPU time: ${error.value}`;
    case 'UnexpectedExitStatus':
      return `the job ended with the status ${error.value}, which does not go with its answer`;
    default:
      return error satisfies never;
  }
}

/** A sentence for logs and people. Programs compare `type`. */
export function describeInternalError(error: InternalValidationError): string {
  switch (error.type) {
    case 'HostCommunication':
      return `validating: the exchange with the host failed: ${error.value}`;
    case 'CouldNotCreateLink':
      return `validating: the artifact could not be linked into the worker directory: ${error.value}`;
    case 'CouldNotOpenFile':
      return `validating: the artifact file could not be opened: ${error.value}`;
    case 'CouldNotCreatePipe':
      return `validating: no pipe to the job could be made: ${error.value}`;
    case 'CouldNotClearWorkerDir':
      return `validating: the worker directory (${path(error.path)}) could not be emptied: ${error.err}`;
    case 'Kernel':
      return `validating: a system call failed: ${error.value}`;
    case 'NonDeterministicPrepareError':
      return `validating: ${describePrepareError(error.value)}`;
    default:
      return error satisfies never;
  }
}

/** A sentence for logs and people. Programs compare `type`. */
export function describeWorkerError(error: WorkerError): string {
  switch (error.type) {
    case 'JobTimedOut':
      return 'executing: the time limit was reached';
    case 'JobDied':
      return `executing: the job process ${error.jobPid} ended without an answer: ${error.err}`;
    case 'JobError':
      return `executing: ${describeJobError(error.value)}`;
    case 'InternalError':
      return `executing: a failure of this machine: ${describeInternalError(error.value)}`;
    default:
      return error satisfies never;
  }
}
