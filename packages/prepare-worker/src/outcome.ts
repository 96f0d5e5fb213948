import { type PrepareError, PrepareJobResult, type PrepareJobSuccess, type Result } from '@pvf/protocol';
import { describeEnd, type JobReport, messageOf } from '@pvf/worker';

const FRAME_HEADER_BYTES = 8;

/**
 * What a job finds out itself. The other errors are for the worker and the host to tell: a hijacked job that claims
 * one of them would make validators abstain (faults of this machine) or believe in a limit that was never met.
 */
const TOLD_BY_JOBS: readonly PrepareError['type'][] = [
  'CouldNotDecompressCodeBlob',
  'Prevalidation',
  'Preparation',
  'RuntimeConstruction',
  'JobError',
];

/** What a prepare job has achieved. Its answer counts only if the process ended as the answer calls for. */
export function readJobAnswer({ end, pid, output }: JobReport): Result<PrepareJobSuccess, PrepareError> {
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
  let result: PrepareJobResult;
  try {
    result = PrepareJobResult.decode(unframe(output));
  } catch (error) {
    return failed({
      type: 'JobError',
      value: `exit status ${end.status} without a readable answer: ${messageOf(error)}`,
    });
  }
  if (result.ok && end.status !== 0) {
    return failed({ type: 'JobError', value: `the job answered and ended with status ${end.status}` });
  }
  if (!result.ok && !TOLD_BY_JOBS.includes(result.error.type)) {
    return failed({
      type: 'JobError',
      value: `the job claims an error that is not its to tell: ${result.error.type}`,
    });
  }
  return result;
}

function unframe(output: Uint8Array): Uint8Array {
  if (output.length < FRAME_HEADER_BYTES) throw new Error(`${output.length} bytes on the pipe`);
  const announced = new DataView(output.buffer, output.byteOffset).getBigUint64(0, true);
  const payload = output.subarray(FRAME_HEADER_BYTES);
  if (announced !== BigInt(payload.length))
    throw new Error(`${payload.length} of ${announced} bytes on the pipe`);
  return payload;
}

function failed(error: PrepareError): { ok: false; error: PrepareError } {
  return { ok: false, error };
}
