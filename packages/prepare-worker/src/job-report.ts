import { isUtf8 } from 'node:buffer';
import {
  type PrepareError,
  type PrepareJobSuccess,
  type UnreadPrepareError,
  UnreadPrepareJobResult,
} from '@pvf/protocol';
import { describeEnd, type JobReport, messageOf, readJobFrame } from '@pvf/worker';

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
 */
export function readJobAnswer({ end, pid, output }: JobReport): JobAnswer {
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
  return { type: 'prepared', value: result.value };
}

function failed(error: PrepareError): JobAnswer {
  return { type: 'failed', error };
}
