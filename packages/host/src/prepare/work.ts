import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import {
  durationToNs,
  isNotBegun,
  type PrepareError,
  type PrepareStats,
  PrepareWorkerResult,
  PvfPrepData,
} from '@pvf/protocol';
import type { Clock } from '../clock.ts';
import type { ArtifactStore, Destination } from '../store/index.ts';
import type { Promoted } from '../threads/index.ts';
import {
  askWorker,
  emptyWorkerDir,
  type TimeSpent,
  TMP_ARTIFACT,
  timeSpent,
  type WorkerProcess,
  type WorkResult,
} from '../worker/index.ts';

/** One preparation as a worker gets it. */
export interface PrepareWork {
  request: PvfPrepData;
  destination: Destination;
}

export type PrepareAnswer =
  | {
      type: 'prepared';
      path: string;
      /** Bytes. */
      size: number;
      checksum: Uint8Array;
      stats: PrepareStats;
      wallTimeMs: number;
    }
  /** `times` with a time-out. */
  | { type: 'failed'; error: PrepareError; times?: TimeSpent | undefined };

/** Gives one PVF to a prepare worker and has the store take its artifact. Never rejects. */
export async function prepareWork(
  clock: Clock,
  store: Pick<ArtifactStore, 'promote'>,
  process: WorkerProcess,
  { request, destination }: PrepareWork,
  onStarted: () => void,
): Promise<WorkResult<PrepareAnswer>> {
  const tmpPath = join(process.dir, TMP_ARTIFACT);
  try {
    await (await open(tmpPath, 'w')).close();
  } catch (error) {
    // Somebody deleted the directory: another worker gets a new one.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
      return { type: 'not-taken', message: `its directory ${process.dir} is gone` };
    }
    return await afterwards(process, failed({ type: 'CreateTmpFile', value: String(error) }, true));
  }
  const timeoutNs = durationToNs(request.prepTimeout);
  const asked = await askWorker(clock, process, timeoutNs, PvfPrepData.encodeParts(request), onStarted);
  switch (asked.type) {
    case 'not-taken':
      return asked;
    case 'timeout':
      return timedOut(asked.times);
    case 'broken':
      return failed({ type: 'IoErr', value: `the prepare worker died: ${asked.message}` }, false);
    case 'frame':
      break;
    default:
      return asked satisfies never;
  }
  let answer: PrepareWorkerResult;
  try {
    answer = PrepareWorkerResult.decode(asked.frame);
  } catch (error) {
    return failed(
      { type: 'IoErr', value: `the prepare worker sent an answer that cannot be decoded: ${error}` },
      false,
    );
  }
  const { wallTimeMs } = asked;
  if (!answer.ok) {
    const { error } = answer;
    // Another worker may have more luck with a job that ended before it touched the request.
    if (error.type === 'Kernel' && isNotBegun(error.value))
      return { type: 'not-taken', message: await process.explain(error.value) };
    if (error.type === 'TimedOut') return timedOut(timeSpent(timeoutNs, wallTimeMs, 'used-up'));
    return await afterwards(process, failed(error, mayBeReused(error)));
  }
  const { checksum, stats } = answer.value;
  const cpuTimeNs = durationToNs(stats.cpuTimeElapsed);
  if (cpuTimeNs > timeoutNs) return timedOut(timeSpent(timeoutNs, wallTimeMs, cpuTimeNs));
  const promoted = await store
    .promote(tmpPath, checksum, destination)
    .catch((error: unknown): Promoted => ({ ok: false, error: { type: 'IoErr', value: String(error) } }));
  if (!promoted.ok) return await afterwards(process, failed(promoted.error, true));
  const { path, size } = promoted;
  const prepared: PrepareAnswer = { type: 'prepared', path, size, checksum, stats, wallTimeMs };
  const result = await afterwards(process, { type: 'done', answer: prepared, reusable: true });
  if (result.answer.type === 'failed') await rm(path, { force: true }).catch(() => {});
  return result;
}

type Done = WorkResult<PrepareAnswer> & { type: 'done' };

function failed(error: PrepareError, reusable: boolean): Done {
  return { type: 'done', answer: { type: 'failed', error }, reusable };
}

function timedOut(times: TimeSpent): Done {
  return { type: 'done', answer: { type: 'failed', error: { type: 'TimedOut' }, times }, reusable: false };
}

/** Empties the worker's directory if the worker goes on; a worker whose directory cannot be emptied does not. */
async function afterwards(process: WorkerProcess, result: Done): Promise<Done> {
  if (!result.reusable) return result;
  try {
    await emptyWorkerDir(process.dir);
    return result;
  } catch (error) {
    return failed({ type: 'ClearWorkerDir', value: String(error) }, false);
  }
}

/** Whether a worker that reports `error` is sound. After the other errors something of the job may be left in it. */
function mayBeReused(error: PrepareError): boolean {
  switch (error.type) {
    case 'Prevalidation':
    case 'Preparation':
    case 'RuntimeConstruction':
    case 'JobError':
    case 'CouldNotDecompressCodeBlob':
    case 'CreateTmpFile':
    case 'RenameTmpFile':
    case 'Kernel':
      return true;
    case 'TimedOut':
    case 'IoErr':
    case 'OutOfMemory':
    case 'ClearWorkerDir':
    case 'JobDied':
      return false;
    default:
      return error satisfies never;
  }
}
