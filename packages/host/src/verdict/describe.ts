import type { PrepareError } from '@pvf/protocol';
import type { TimeSpent } from '../worker/index.ts';

/** What a time-out met, in milliseconds: both clocks and both limits, so that people see which machine to blame. */
export function describeTimes({ cpuTimeMs, wallTimeMs, cpuLimitMs, wallLimitMs }: TimeSpent): string {
  const known = cpuTimeMs === 'used-up' ? `at least ${cpuLimitMs} ms` : `${cpuTimeMs} ms`;
  const cpu = cpuTimeMs === undefined ? 'not known' : known;
  return `CPU time ${cpu} (limit ${cpuLimitMs} ms), wall time ${Math.round(wallTimeMs)} ms (limit ${wallLimitMs} ms)`;
}

/**
 * A preparation's failure in one sentence for people.
 *
 * @param times with a time-out
 * @param memoryLimit bytes, with a memory limit
 */
export function describePrepareError(error: PrepareError, times?: TimeSpent, memoryLimit?: bigint): string {
  switch (error.type) {
    case 'Prevalidation':
      return `the code is not a module that may run: ${error.value}`;
    case 'Preparation':
      return `the code cannot be compiled: ${error.value}`;
    case 'RuntimeConstruction':
      return `the compiled code cannot be instantiated: ${error.value}`;
    case 'JobError':
      return `the preparation job misbehaved: ${error.value}`;
    case 'TimedOut':
      return `the preparation used up its time${times === undefined ? '' : `: ${describeTimes(times)}`}`;
    case 'IoErr':
      return `the preparation met an I/O error: ${error.value}`;
    case 'CreateTmpFile':
      return `the file for the artifact cannot be created: ${error.value}`;
    case 'RenameTmpFile':
      return `the artifact cannot be moved to its place: ${error.err}`;
    case 'OutOfMemory':
      return `the preparation met its memory limit${memoryLimit === undefined ? '' : ` of ${memoryLimit} bytes (PrecheckingMaxMemory)`}`;
    case 'ClearWorkerDir':
      return `the worker's directory cannot be emptied: ${error.value}`;
    case 'JobDied':
      return `the preparation job died: ${error.err}`;
    case 'Kernel':
      return `a system call failed: ${error.value}`;
    case 'CouldNotDecompressCodeBlob':
      return `the code does not decompress: ${error.value}`;
    default:
      return error satisfies never;
  }
}
