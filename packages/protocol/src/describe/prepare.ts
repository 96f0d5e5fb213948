import type { PrepareError } from '../types/prepare-error.ts';

/** A sentence for logs and people. Programs compare `type`. */
export function describePrepareError(error: PrepareError): string {
  switch (error.type) {
    case 'Prevalidation':
      return `preparing: the code did not pass prevalidation: ${error.value}`;
    case 'Preparation':
      return `preparing: the code could not be compiled: ${error.value}`;
    case 'RuntimeConstruction':
      return `preparing: the compiled code could not be instantiated: ${error.value}`;
    case 'JobError':
      return `preparing: the job misbehaved: ${error.value}`;
    case 'TimedOut':
      return 'preparing: the time limit was reached';
    case 'IoErr':
      return `preparing: the exchange with the worker failed: ${error.value}`;
    case 'CreateTmpFile':
      return `preparing: the file for the artifact could not be created: ${error.value}`;
    case 'RenameTmpFile':
      return `preparing: the artifact could not be moved (${path(error.src)} to ${path(error.dest)}): ${error.err}`;
    case 'OutOfMemory':
      return 'preparing: the memory limit was reached';
    case 'ClearWorkerDir':
      return `preparing: the worker directory could not be emptied: ${error.value}`;
    case 'JobDied':
      return `preparing: the job process ${error.jobPid} ended without an answer: ${error.err}`;
    case 'Kernel':
      return `preparing: a system call failed: ${error.value}`;
    case 'CouldNotDecompressCodeBlob':
      return `preparing: the code could not be decompressed: ${error.value}`;
    default:
      return error satisfies never;
  }
}

/** A path that may have been lost because it is not UTF-8. */
export function path(value: string | undefined): string {
  return value === undefined ? 'an unknown path' : `"${value}"`;
}
