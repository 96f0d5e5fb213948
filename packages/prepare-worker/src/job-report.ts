import { isUtf8 } from 'node:buffer';
import {
  durationFromNs,
  type PrepareError,
  type PrepareJobSuccess,
  type PrepareStats,
  type UnreadPrepareError,
  UnreadPrepareJobResult,
} from '@pvf/protocol';
import { describeEnd, type JobReport, messageOf, readJobFrame } from '@pvf/worker';

/** No preparation takes less: its process has allocated as much before it compiles anything. */
const LEAST_MEMORY_BYTES = 1 << 20;
const BYTES_PER_KIB = 1024;

/** `told`: by the job, in bytes that lie in its output and are valid as long as that is. */
export type JobAnswer =
  | { readonly type: 'prepared'; readonly value: PrepareJobSuccess }
  | { readonly type: 'told'; readonly error: UnreadPrepareError }
  | { readonly type: 'failed'; readonly error: PrepareError };

/**
 * What a prepare job has achieved. Its answer counts only if the process ended as the answer calls for, and only what
 * a job finds out itself can be told by one (`UnreadPrepareError`). The other errors are for the worker and the host
 * to tell: a hijacked job that claims one of them would make validators abstain (faults of this machine) or believe
 * in a limit that was never met.
 *
 * @param memoryLimitBytes of the executor params, if they set one
 */
export function readJobAnswer({ end, pid, output }: JobReport, memoryLimitBytes?: number): JobAnswer {
  switch (end.type) {
    case 'cpu-limit':
      return failed({ type: 'TimedOut' });
    case 'memory-limit':
      return failed({ type: 'OutOfMemory' });
    case 'signaled':
    case 'output-limit':
      return failed({ type: 'JobDied', err: describeEnd(end), jobPid: pid });
    case 'exited':
      break;
    default:
      return end satisfies never;
  }
  let result: UnreadPrepareJobResult;
  try {
    result = UnreadPrepareJobResult.decode(readJobFrame(output));
    if (!result.ok && !isUtf8(result.error.value)) throw new Error('the text is not UTF-8');
  } catch (error) {
    return failed({
      type: 'JobError',
      value: `exit status ${end.status} without a readable answer: ${messageOf(error)}`,
    });
  }
  if (!result.ok) return { type: 'told', error: result.error };
  if (end.status !== 0) {
    return failed({ type: 'JobError', value: `the job answered and ended with status ${end.status}` });
  }
  // A short preparation may end before its memory is looked at.
  if (memoryLimitBytes !== undefined && memoryLimitBytes < LEAST_MEMORY_BYTES)
    return failed({ type: 'OutOfMemory' });
  return { type: 'prepared', value: result.value };
}

/** What a preparation took, by the kernel's word: of the job's own account its code's length alone counts. */
export function statsOf(
  { cpuTimeNs, maxRssBytes }: Pick<JobReport, 'cpuTimeNs' | 'maxRssBytes'>,
  { observedWasmCodeLen }: Pick<PrepareJobSuccess, 'observedWasmCodeLen'>,
): PrepareStats {
  return {
    cpuTimeElapsed: durationFromNs(BigInt(cpuTimeNs)),
    memoryStats: {
      memoryTrackerStats: undefined,
      maxRss: BigInt(Math.round(maxRssBytes / BYTES_PER_KIB)),
      peakTrackedAlloc: BigInt(maxRssBytes),
    },
    observedWasmCodeLen,
  };
}

function failed(error: PrepareError): JobAnswer {
  return { type: 'failed', error };
}
