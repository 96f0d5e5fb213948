import {
  durationToNs,
  ExecuteWorkerResult,
  ExecutionDetail,
  type InternalValidationError,
  isNotBegun,
  type WorkerError,
  type WorkerResponse,
} from '@pvf/protocol';
import type { Clock } from '../clock.ts';
import {
  emptyWorkerDir,
  type TimeSpent,
  timeSpent,
  type WorkerProcess,
  type WorkResult,
} from '../worker/index.ts';
import { artifactKeyOf, type ExecuteWork, giveWork } from './give.ts';

/** What a worker can do beyond the protocol, and was asked to do when it was started. */
export interface Abilities {
  /** It adds an `ExecutionDetail` to its answers. */
  tellsDetail: boolean;
  /** It has so many artifacts that it was given last, and asks for others; 0 if it is given one with each request. */
  remembersArtifacts: number;
}

const OF_THE_PROTOCOL: Abilities = { tellsDetail: false, remembersArtifacts: 0 };

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
 * @param handOver see `giveWork`
 */
export async function executeWork(
  clock: Clock,
  process: WorkerProcess,
  work: ExecuteWork,
  onStarted: () => void,
  { tellsDetail, remembersArtifacts }: Abilities = OF_THE_PROTOCOL,
  handOver?: () => Promise<readonly Uint8Array[]>,
): Promise<WorkResult<ExecuteAnswer>> {
  const given = await giveWork(clock, process, work, onStarted, handOver);
  if (given.type === 'not-linked') return couldNotLink(given.error);
  const { asked, linked } = given;
  const timeoutNs = durationToNs(work.request.executionTimeout);
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
  const reason = notBegunReason(answer, linked);
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
  const answered: ExecuteAnswer = { type: 'answered', response: answer.value, wallTimeMs, detail };
  try {
    await emptyWorkerDir(process.dir);
  } catch (error) {
    // Somebody has removed the cache directory: there was nothing in this one, and there is nothing to be said against
    // the answer.
    if (!linked && (error as NodeJS.ErrnoException).code === 'ENOENT') return done(answered, false);
    const fault: InternalValidationError = {
      type: 'CouldNotClearWorkerDir',
      err: String(error),
      path: process.dir,
    };
    return done({ type: 'host-fault', error: fault }, false);
  }
  if (linked && remembersArtifacts > 0 && answer.value.jobResponse.type !== 'CorruptedArtifact')
    process.given.add(artifactKeyOf(work), remembersArtifacts);
  return done(answered, true);
}

/** For people alone: an answer counts whatever is said beside it. */
function readDetail(bytes: Uint8Array): ExecutionDetail | undefined {
  try {
    return ExecutionDetail.decode(bytes);
  } catch {
    return undefined;
  }
}

/** Why the worker has not touched the request, as it says or as can be told: another worker may have more luck. */
function notBegunReason(answer: ExecuteWorkerResult, linked: boolean): string | undefined {
  // Somebody else has put a file there: nothing is wrong with the artifact, which would be made anew and at fault again.
  if (!linked && answer.ok && answer.value.jobResponse.type === 'CorruptedArtifact')
    return 'it took a file that it was not given for the artifact';
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
