import { isUtf8 } from 'node:buffer';
import {
  durationFromNs,
  type UnreadExecuteWorkerResult,
  type UnreadExecutionDetail,
  UnreadJobDetail,
  UnreadJobResult,
} from '@pvf/protocol';
import { describeEnd, type JobReport, readJobFrame } from '@pvf/worker';
import { type SplitOutput, splitOutput } from './log-frames.ts';

const POV_SIZE_BYTES = 4;

/** What came of a job: the answer, and what is told beside it. Views of the report's output, valid as long as that. */
export interface ReadReport {
  readonly result: UnreadExecuteWorkerResult;
  readonly detail: UnreadExecutionDetail;
}

export function readReport(report: JobReport): ReadReport {
  const split = splitOutput(report.output);
  const { result, job } = judge(report, split);
  const { logs, leftOut } = split;
  const [cpuTimeNs, maxRssBytes] = [BigInt(report.cpuTimeNs), BigInt(report.maxRssBytes)];
  return { result, detail: { cpuTimeNs, maxRssBytes, logs, logsLeftOut: leftOut, job } };
}

/**
 * What the host is told of a job. Everything that a job can bring about ends in a variant that counts against the
 * candidate (at once, or after the host's retry): nothing a job says or does becomes an internal error.
 *
 * @returns views of the report's output: valid as long as that is
 */
export function classifyReport(report: JobReport): UnreadExecuteWorkerResult {
  return readReport(report).result;
}

interface Judged {
  readonly result: UnreadExecuteWorkerResult;
  readonly job: UnreadJobDetail | undefined;
}

function judge(report: JobReport, split: SplitOutput): Judged {
  const { end, pid } = report;
  switch (end.type) {
    case 'cpu-limit':
      return { result: { ok: false, error: { type: 'JobTimedOut' } }, job: undefined };
    case 'signaled':
    case 'memory-limit':
    case 'output-limit':
      return jobDied(describeEnd(end), pid);
    case 'exited':
      break;
    default:
      return end satisfies never;
  }
  let answer: JobAnswer;
  try {
    if (split.fault !== undefined) throw new Error(split.fault);
    answer = readAnswer(split.rest);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return jobDied(`exit status ${end.status} without a readable answer: ${reason}`, pid);
  }
  return { result: resultOf(report, end.status, answer), job: answer.detail };
}

function resultOf(
  report: JobReport,
  status: number,
  { result, povSize }: JobAnswer,
): UnreadExecuteWorkerResult {
  if (!result.ok) {
    return result.error.type === 'TimedOut'
      ? { ok: false, error: { type: 'JobTimedOut' } }
      : { ok: false, error: { type: 'JobError', value: result.error } };
  }
  if (status !== 0) {
    return {
      ok: false,
      error: { type: 'JobError', value: { type: 'UnexpectedExitStatus', value: status } },
    };
  }
  // The reference finds a bad PoV before it starts a job: no time has passed then.
  const cpuTimeNs = result.value.type === 'PoVDecompressionFailure' ? 0 : report.cpuTimeNs;
  return {
    ok: true,
    value: { jobResponse: result.value, duration: durationFromNs(BigInt(cpuTimeNs)), povSize },
  };
}

interface JobAnswer {
  readonly result: UnreadJobResult;
  readonly povSize: number;
  readonly detail: UnreadJobDetail | undefined;
}

/** One frame: the SCALE JobResult, then, if the job has succeeded, the PoV's size as u32 and what it tells beside. */
function readAnswer(output: Uint8Array): JobAnswer {
  const payload = readJobFrame(output);
  const { value, rest } = UnreadJobResult.decodePrefix(payload);
  const said = value.ok ? value.value : value.error;
  if ('value' in said && said.value instanceof Uint8Array && !isUtf8(said.value))
    throw new Error('the text is not UTF-8');
  if (value.ok ? rest < POV_SIZE_BYTES : rest !== 0) throw new Error(`${rest} bytes behind the answer`);
  if (!value.ok) return { result: value, povSize: 0, detail: undefined };
  const behind = payload.length - rest;
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  const beside = payload.subarray(behind + POV_SIZE_BYTES);
  return {
    result: value,
    povSize: view.getUint32(behind, true),
    detail: beside.length === 0 ? undefined : readDetail(beside),
  };
}

function readDetail(bytes: Uint8Array): UnreadJobDetail {
  const detail = UnreadJobDetail.decodeExact(bytes);
  const texts = [detail.panic, ...detail.backtrace.map(({ name }) => name)];
  if (texts.some((text) => text !== undefined && !isUtf8(text))) throw new Error('a text is not UTF-8');
  return detail;
}

function jobDied(err: string, jobPid: number): Judged {
  return { result: { ok: false, error: { type: 'JobDied', err, jobPid } }, job: undefined };
}
