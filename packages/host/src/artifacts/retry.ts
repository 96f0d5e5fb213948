import { isDeterministic, type PrepareError } from '@pvf/protocol';

/** How long a failed preparation is not tried again (the reference's PREPARE_FAILURE_COOLDOWN). */
const COOLDOWN_MS = 15 * 60 * 1_000;

/** How often at most (the reference's NUM_PREPARE_RETRIES). */
const MAX_RETRIES = 5;

/** A preparation that failed; `failures` counts the failures so far. */
export type Failure = { at: number; failures: number; error: PrepareError };

/** Whether a new request may try a failed preparation again. Nothing else ever does. */
export function mayRetry(failure: Failure, now: number): boolean {
  return (
    !isDeterministic(failure.error) && now >= failure.at + COOLDOWN_MS && failure.failures <= MAX_RETRIES
  );
}
