import { link } from 'node:fs/promises';
import { join } from 'node:path';
import {
  durationToNs,
  ExecuteRequest,
  ExecuteWorkerResult,
  ExecutionDetail,
  type InternalValidationError,
  isNotBegun,
  type WorkerError,
  type WorkerResponse,
} from '@pvf/protocol';
import type { Clock } from '../clock.ts';
import {
  ARTIFACT,
  askWorker,
  emptyWorkerDir,
  type TimeSpent,
  timeSpent,
  type WorkerProcess,
  type WorkResult,
} from '../worker/index.ts';

/** One execution as a worker gets it. */
export interface ExecuteWork {
  request: ExecuteRequest;
  /** The artifact's file; linked into the worker's directory. */
  artifactPath: string;
}

/** The trial's is still in the making while its worker starts. */
export type MaybeLater = ExecuteWork | Promise<ExecuteWork>;

/**
 * How an execution ended, before anybody judges it. `answered` and `worker-error` are the worker's words; the rest
 * is what the host saw itself.
 */
export type ExecuteAnswer =
  | { type: 'answered'; response: WorkerResponse; wallTimeMs: number; detail?: ExecutionDetail | undefined }
  /** `times` with a time-out. */
  | {
      type: 'worker-error';
      error: WorkerError;
      wallTimeMs: number;
      times?: TimeSpent;
      detail?: ExecutionDetail | undefined;
    }
  /** No answer within four times the time limit. */
  | { type: 'wall-timeout'; wallTimeMs: number; times?: TimeSpent }
  /** The connection broke, or carried something that is no answer, after the worker had the request. */
  | { type: 'worker-died'; message: string; wallTimeMs: number }
  /** The host could not set up or clear the worker's directory. */
  | { type: 'host-fault'; error: InternalValidationError }
  /** The artifact's file was not there any more. The job was not begun. */
  | { type: 'artifact-missing' };

/**
 * Gives one request to an execute worker and waits for the answer. Never rejects.
 *
 * @param tellsDetail the worker was asked to add an `ExecutionDetail` to its answers
 * @param sent what the worker is sent for the request, in parts; by default the request itself
 */
export async function executeWork(
  clock: Clock,
  process: WorkerProcess,
  { request, artifactPath }: ExecuteWork,
  onStarted: () => void,
  tellsDetail = false,
  sent: readonly Uint8Array[] = ExecuteRequest.encodeParts(request),
): Promise<WorkResult<ExecuteAnswer>> {
  try {
    await link(artifactPath, join(process.dir, ARTIFACT));
  } catch (error) {
    return couldNotLink(error);
  }
  const timeoutNs = durationToNs(request.executionTimeout);
  const asked = await askWorker(clock, process, timeoutNs, sent, onStarted);
  switch (asked.type) {
    case 'not-taken':
      return asked;
    case 'timeout':
      return done({ ...asked, type: 'wall-timeout' }, false);
    case 'broken':
      return done({ ...asked, type: 'worker-died' }, false);
    case 'frame':
      break;
    default:
      return asked satisfies never;
  }
  const { wallTimeMs } = asked;
  let answer: ExecuteWorkerResult;
  let detail: ExecutionDetail | undefined;
  try {
    const { value, rest } = ExecuteWorkerResult.decodePrefix(asked.frame);
    answer = value;
    if (tellsDetail) detail = readDetail(asked.frame.subarray(asked.frame.length - rest));
  } catch (error) {
    return done(
      {
        type: 'worker-died',
        message: `the worker sent an answer that cannot be decoded: ${error}`,
        wallTimeMs,
      },
      false,
    );
  }
  const reason = notBegunReason(answer);
  if (reason !== undefined) return { type: 'not-taken', message: await process.explain(reason) };
  if (!answer.ok) {
    const { error } = answer;
    const times = timeSpent(timeoutNs, wallTimeMs, detail?.cpuTimeNs ?? 'used-up');
    return done(
      { type: 'worker-error', error, wallTimeMs, ...(error.type === 'JobTimedOut' && { times }), detail },
      false,
    );
  }
  const cpuTimeNs = durationToNs(answer.value.duration);
  if (cpuTimeNs > timeoutNs) {
    const times = timeSpent(timeoutNs, wallTimeMs, cpuTimeNs);
    return done({ type: 'worker-error', error: { type: 'JobTimedOut' }, wallTimeMs, times, detail }, false);
  }
  try {
    await emptyWorkerDir(process.dir);
  } catch (error) {
    const fault: InternalValidationError = {
      type: 'CouldNotClearWorkerDir',
      err: String(error),
      path: process.dir,
    };
    return done({ type: 'host-fault', error: fault }, false);
  }
  return done({ type: 'answered', response: answer.value, wallTimeMs, detail }, true);
}

/** For people alone: an answer counts whatever is said beside it. */
function readDetail(bytes: Uint8Array): ExecutionDetail | undefined {
  try {
    return ExecutionDetail.decode(bytes);
  } catch {
    return undefined;
  }
}

/** Why the worker says that its job ended before it touched the request: another worker may have more luck. */
function notBegunReason(answer: ExecuteWorkerResult): string | undefined {
  if (answer.ok || answer.error.type !== 'InternalError') return undefined;
  const fault = answer.error.value;
  return fault.type === 'Kernel' && isNotBegun(fault.value) ? fault.value : undefined;
}

function done(answer: ExecuteAnswer, reusable: boolean): WorkResult<ExecuteAnswer> {
  return { type: 'done', answer, reusable };
}

function couldNotLink(error: unknown): WorkResult<ExecuteAnswer> {
  // The worker's own directory is missing only if somebody removed it; then the worker is of no use either.
  if ((error as NodeJS.ErrnoException).code === 'ENOENT') return done({ type: 'artifact-missing' }, false);
  return done({ type: 'host-fault', error: { type: 'CouldNotCreateLink', value: String(error) } }, false);
}
