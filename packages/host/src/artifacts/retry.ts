import { isDeterministic, type PrepareError } from '@pvf/protocol';
import type { ArtifactRequest } from './artifacts.ts';

/** How long a failed preparation is not tried again (the reference's PREPARE_FAILURE_COOLDOWN). */
const COOLDOWN_MS = 15 * 60 * 1_000;

/** How often at most (the reference's NUM_PREPARE_RETRIES). */
const MAX_RETRIES = 5;

/** A preparation that failed; `failures` counts the failures so far; `bombLimit` is that of the last. */
export type Failure = { at: number; failures: number; error: PrepareError; bombLimit: number };

/** Whether a new request may try a failed preparation again. Nothing else ever does. */
export function mayRetry(failure: Failure, now: number): boolean {
  return (
    !isDeterministic(failure.error) && now >= failure.at + COOLDOWN_MS && failure.failures <= MAX_RETRIES
  );
}

/** Whether a failure says nothing about a request: the code was too large for a limit that is another one now. */
export function isOutdated({ error, bombLimit }: Failure, request: ArtifactRequest): boolean {
  return (
    error.type === 'CouldNotDecompressCodeBlob' && bombLimit !== request.work.request.validationCodeBombLimit
  );
}
