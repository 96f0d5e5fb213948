import { chmodSync, copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  codeHash,
  durationFromMs,
  ExecuteRequest,
  ExecuteWorkerResult,
  encodeFrame,
  PrepareWorkerResult,
  PvfPrepData,
} from '@pvf/protocol';
import { GUEST_INPUT, guest } from '@pvf/test-kit';
import { type Cleanup, NotStarted, type RawOptions, RawWorker, type WorkerKind } from './raw-worker.ts';
import { answerOf, type Prepared, requestOf } from './workers.ts';

const BOMB_LIMIT = 30 * 1024 * 1024;
const PREPARATION_LIMIT_MS = 60_000;
const EXECUTION_LIMIT_MS = 2_000;

/** A request to prepare a guest, as a frame. */
export function preparationFrame(code: Uint8Array = guest('accepts-anything')): Uint8Array {
  return encodeFrame(
    PvfPrepData.encode({
      maybeCompressedCode: code,
      validationCodeBombLimit: BOMB_LIMIT,
      codeHash: codeHash(code),
      executorParams: [],
      prepTimeout: durationFromMs(PREPARATION_LIMIT_MS),
      prepKind: 'Prechecking',
    }),
  );
}

/** A request to run a candidate, as a frame. */
export function executionFrame(prepared: Prepared, limitMs = EXECUTION_LIMIT_MS): Uint8Array {
  return encodeFrame(ExecuteRequest.encode(requestOf(prepared, GUEST_INPUT, limitMs)));
}

/** The answer to one request, in words; that of a preparation includes the reason. */
export async function oneJob(kind: WorkerKind, worker: RawWorker, prepared: Prepared): Promise<string> {
  if (kind === 'prepare') {
    const artifact = join(worker.directory, 'tmp-artifact');
    writeFileSync(artifact, '');
    chmodSync(artifact, 0o666);
    worker.write(preparationFrame());
    const result = PrepareWorkerResult.decode(await worker.receive());
    if (result.ok) return 'Ok';
    return 'value' in result.error ? `${result.error.type}: ${result.error.value}` : result.error.type;
  }
  copyFileSync(prepared.artifactPath, join(worker.directory, 'artifact'));
  worker.sendParams();
  worker.write(executionFrame(prepared));
  return answerOf(ExecuteWorkerResult.decode(await worker.receive()));
}

/**
 * Starts a worker, greets it and gives it one job.
 *
 * @returns its answer, or its exit status (signal) and what it wrote to standard error
 */
export async function outcomeOf(
  kind: WorkerKind,
  options: RawOptions,
  prepared: Prepared,
  cleanup?: Cleanup,
): Promise<string> {
  try {
    const worker = await RawWorker.start(kind, options, cleanup);
    worker.greet(options.security);
    return await oneJob(kind, worker, prepared);
  } catch (error) {
    if (error instanceof NotStarted) return `ended with ${error.end.status}: ${error.end.stderr}`;
    throw error;
  }
}
