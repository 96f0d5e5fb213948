import { link } from 'node:fs/promises';
import { join } from 'node:path';
import { ARTIFACT_WANTED, durationToNs, ExecuteRequest, ExecuteWorkerResult } from '@pvf/protocol';
import type { Clock } from '../clock.ts';
import { toHex } from '../hex.ts';
import { ARTIFACT, type Asked, askWorker, type WorkerProcess } from '../worker/index.ts';

/** One execution as a worker gets it. */
export interface ExecuteWork {
  request: ExecuteRequest;
  /** The artifact's file; linked into the worker's directory. */
  artifactPath: string;
}

/** What came of giving a worker its request. */
export type Given =
  /** `linked`: the file is in the worker's directory. */
  | { type: 'asked'; asked: Asked; linked: boolean }
  /** The file could not be linked. Nothing was begun. */
  | { type: 'not-linked'; error: unknown };

const WANTED = ExecuteWorkerResult.encode({ ok: false, error: ARTIFACT_WANTED });

/** What `GivenArtifacts` knows an artifact by. */
export function artifactKeyOf({ request, artifactPath }: ExecuteWork): string {
  return `${artifactPath} ${toHex(request.artifactChecksum)}`;
}

/**
 * Gives a worker a request, with the artifact's file unless it was given that before. A worker that has it no more says
 * so before it begins, and gets both: that is no attempt, and the request has all of its time once more. Who asks for a
 * file that it was given has not begun either, and is treated as such: nobody is asked for ever. Never rejects.
 *
 * @param onStarted called once
 * @param handOver what the worker is sent for the request, in parts; asked before each time
 */
export async function giveWork(
  clock: Clock,
  process: WorkerProcess,
  work: ExecuteWork,
  onStarted: () => void,
  handOver: () => Promise<readonly Uint8Array[]> = async () => ExecuteRequest.encodeParts(work.request),
): Promise<Given> {
  const { request, artifactPath } = work;
  const timeoutNs = durationToNs(request.executionTimeout);
  const ask = async (onSent: () => void): Promise<Asked> =>
    askWorker(clock, process, timeoutNs, await handOver(), onSent);
  const key = artifactKeyOf(work);
  let onSent = onStarted;
  if (process.given.has(key)) {
    const asked = await ask(onStarted);
    // Whoever has ended meanwhile, by the host's hand perhaps, has no directory to give anything into.
    if (!isWanted(asked) || process.connection.isBroken) return { type: 'asked', asked, linked: false };
    process.given.remove(key);
    onSent = () => {};
  }
  try {
    await link(artifactPath, join(process.dir, ARTIFACT));
  } catch (error) {
    return { type: 'not-linked', error };
  }
  return { type: 'asked', asked: await ask(onSent), linked: true };
}

function isWanted(asked: Asked): boolean {
  return asked.type === 'frame' && Buffer.compare(asked.frame, WANTED) === 0;
}
