import { isDeterministic, type PrepareError } from '@pvf/protocol';
import type { PrepareAnswer } from '../prepare/index.ts';
import type { TimeSpent } from '../worker/index.ts';
import type { ArtifactRequest, ArtifactResult } from './request.ts';

/** How long a failed preparation is not tried again (the reference's PREPARE_FAILURE_COOLDOWN). */
const COOLDOWN_MS = 15 * 60 * 1_000;

/** How often at most (the reference's NUM_PREPARE_RETRIES). */
const MAX_RETRIES = 5;

/** A preparation that failed. */
export interface Failure {
  /** When it failed last. */
  at: number;
  /** Failures so far. */
  failures: number;
  error: PrepareError;
  /** What the last one used, for messages about a time-out. */
  times: TimeSpent | undefined;
  /** Of the last one, bytes. */
  bombLimit: number;
  /** Whether the last one had the limits of a precheck. */
  strict: boolean;
}

/**
 * @param before the failure before this one
 * @param begunFor what the preparation was begun for: decides its limits
 */
export function failureOf(
  before: Failure | undefined,
  { purpose, work }: ArtifactRequest,
  { error, times }: PrepareAnswer & { type: 'failed' },
  at: number,
): Failure {
  const failures = (before?.failures ?? 0) + 1;
  const bombLimit = work.request.validationCodeBombLimit;
  return { at, failures, error, times, bombLimit, strict: purpose === 'precheck' };
}

/** What those hear who waited. */
export function resultOf({ error, times }: Failure): ArtifactResult {
  return { type: 'failed', error, times };
}

/** Whether a new request may try a failed preparation again. Nothing else ever does. */
export function mayRetry(failure: Failure, now: number): boolean {
  return (
    !isDeterministic(failure.error) && now >= failure.at + COOLDOWN_MS && failure.failures <= MAX_RETRIES
  );
}

/** Whether no request will ever have a failed preparation tried again: all candidates of the PVF get no vote here. */
export function isFinal({ error, failures }: Failure): boolean {
  return isDeterministic(error) || failures > MAX_RETRIES;
}

/** Whether a failure says nothing about a request: the code was too large for a limit that is another one now. */
export function isOutdated({ error, bombLimit }: Failure, request: ArtifactRequest): boolean {
  return (
    error.type === 'CouldNotDecompressCodeBlob' && bombLimit !== request.work.request.validationCodeBombLimit
  );
}

/**
 * Whether a failure does not answer a request that joined the preparation: it is outdated, or the preparation had the
 * limits of a precheck, and the request is none. One that comes later is answered, as in the reference.
 */
export function isForeign(failure: Failure, request: ArtifactRequest): boolean {
  if (isOutdated(failure, request)) return true;
  return failure.strict && request.purpose !== 'precheck' && dependsOnStrictness(failure.error);
}

/** What a precheck alone demands: less time, a limit of memory, and that the code can be instantiated. */
function dependsOnStrictness({ type }: PrepareError): boolean {
  return type === 'TimedOut' || type === 'OutOfMemory' || type === 'RuntimeConstruction';
}
