import { isUtf8 } from 'node:buffer';
import { durationFromNs, type UnreadExecuteWorkerResult, UnreadJobResult } from '@pvf/protocol';
import { describeEnd, type JobReport } from '@pvf/worker';

const FRAME_HEADER_BYTES = 8;
const POV_SIZE_BYTES = 4;

/**
 * What the host is told of a job. Everything that a job can bring about ends in a variant that counts against the
 * candidate (at once, or after the host's retry): nothing a job says or does becomes an internal error.
 *
 * @returns views of the report's output: valid as long as that is
 */
export function classifyReport(report: JobReport): UnreadExecuteWorkerResult {
  const { end, pid, output } = report;
  switch (end.type) {
    case 'cpu-limit':
      return { ok: false, error: { type: 'JobTimedOut' } };
    case 'signaled':
    case 'memory-limit':
    case 'output-limit':
      return jobDied(describeEnd(end), pid);
    case 'exited':
      break;
    default:
      return end satisfies never;
  }
  let answer: { result: UnreadJobResult; povSize: number };
  try {
    answer = readAnswer(output);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return jobDied(`exit status ${end.status} without a readable answer: ${reason}`, pid);
  }
  const { result, povSize } = answer;
  if (!result.ok) {
    return result.error.type === 'TimedOut'
      ? { ok: false, error: { type: 'JobTimedOut' } }
      : { ok: false, error: { type: 'JobError', value: result.error } };
  }
  if (end.status !== 0) {
    return {
      ok: false,
      error: { type: 'JobError', value: { type: 'UnexpectedExitStatus', value: end.status } },
    };
  }
  // The reference finds a bad PoV before it starts a job: no time has passed then.
  const cpuTimeNs = result.value.type === 'PoVDecompressionFailure' ? 0 : report.cpuTimeNs;
  return {
    ok: true,
    value: { jobResponse: result.value, duration: durationFromNs(BigInt(cpuTimeNs)), povSize },
  };
}

/** One frame: the SCALE JobResult, then, if the job has succeeded, the PoV's size as u32. */
function readAnswer(output: Uint8Array): { result: UnreadJobResult; povSize: number } {
  if (output.length < FRAME_HEADER_BYTES) throw new Error(`${output.length} bytes on the pipe`);
  const view = new DataView(output.buffer, output.byteOffset, output.byteLength);
  const announced = view.getBigUint64(0, true);
  const payload = output.subarray(FRAME_HEADER_BYTES);
  if (announced !== BigInt(payload.length))
    throw new Error(`${payload.length} of ${announced} bytes on the pipe`);
  const { value, rest } = UnreadJobResult.decodePrefix(payload);
  const said = value.ok ? value.value : value.error;
  if ('value' in said && said.value instanceof Uint8Array && !isUtf8(said.value))
    throw new Error('the text is not UTF-8');
  if (rest !== (value.ok ? POV_SIZE_BYTES : 0)) throw new Error(`${rest} bytes behind the answer`);
  return { result: value, povSize: value.ok ? view.getUint32(output.length - POV_SIZE_BYTES, true) : 0 };
}

function jobDied(err: string, jobPid: number): UnreadExecuteWorkerResult {
  return { ok: false, error: { type: 'JobDied', err, jobPid } };
}
