import type { ExecuteWorkerResult, PrepareWorkerResult } from '@pvf/protocol';
import { WorkerFailure } from './driver/index.ts';

/** What one side said, reduced to what must agree; `text` is for people and never compared. */
export interface Answer {
  /** The variant, with the variants inside it: `Ok`, `InvalidCandidate`, `JobError/Panic`, `worker/closed`. */
  variant: string;
  /** What a voter makes of it; see {@link Verdict}. */
  verdict: Verdict;
  /** The SCALE `ValidationResult`, as it came over the wire. */
  result?: Uint8Array;
  /** Bytes of the decompressed PoV or code. */
  size?: number;
  text: string;
}

export type Verdict =
  | 'valid'
  | 'invalid'
  /** Retried with a new artifact or worker, then voted against. */
  | 'possibly invalid'
  /** Our own trouble: abstain. */
  | 'internal'
  | 'prepared'
  /** The PVF is refused, and will be by every honest node. */
  | 'refused'
  /** The preparation failed here and now. */
  | 'not prepared';

/** Bytes behind the `ValidationResult` in an answer: duration (12) and PoV size (4). */
const AFTER_RESULT_BYTES = 16;

export function executeAnswer(reply: ExecuteWorkerResult, bytes: Uint8Array): Answer {
  if (!reply.ok) {
    const { error } = reply;
    switch (error.type) {
      case 'JobTimedOut':
        return { variant: 'JobTimedOut', verdict: 'invalid', text: '' };
      case 'JobDied':
        return { variant: 'JobDied', verdict: 'possibly invalid', text: error.err };
      case 'JobError':
        return {
          variant: `JobError/${error.value.type}`,
          verdict: 'possibly invalid',
          text: JSON.stringify(error.value),
        };
      case 'InternalError':
        return {
          variant: `InternalError/${error.value.type}`,
          verdict: 'internal',
          text: JSON.stringify(error.value),
        };
    }
  }
  const { jobResponse, povSize } = reply.value;
  switch (jobResponse.type) {
    case 'Ok':
      // Two variant indexes stand before it.
      return {
        variant: 'Ok',
        verdict: 'valid',
        result: bytes.subarray(2, bytes.length - AFTER_RESULT_BYTES),
        size: povSize,
        text: '',
      };
    case 'InvalidCandidate':
      return { variant: jobResponse.type, verdict: 'invalid', size: povSize, text: jobResponse.value };
    case 'PoVDecompressionFailure':
      return { variant: jobResponse.type, verdict: 'invalid', size: povSize, text: '' };
    case 'RuntimeConstruction':
      return {
        variant: jobResponse.type,
        verdict: 'possibly invalid',
        size: povSize,
        text: jobResponse.value,
      };
    case 'CorruptedArtifact':
      return { variant: jobResponse.type, verdict: 'possibly invalid', size: povSize, text: '' };
  }
}

export function prepareAnswer(reply: PrepareWorkerResult): Answer {
  if (reply.ok)
    return { variant: 'Ok', verdict: 'prepared', size: reply.value.stats.observedWasmCodeLen, text: '' };
  const { error } = reply;
  const { type } = error;
  const text = JSON.stringify(error, (_, value) => (typeof value === 'bigint' ? String(value) : value));
  switch (type) {
    case 'Prevalidation':
    case 'Preparation':
    case 'JobError':
    case 'OutOfMemory':
    case 'CouldNotDecompressCodeBlob':
      return { variant: type, verdict: 'refused', text };
    default:
      return { variant: type, verdict: 'not prepared', text };
  }
}

export function failureAnswer(failure: unknown): Answer {
  if (failure instanceof WorkerFailure)
    return {
      variant: `worker/${failure.code}`,
      verdict: 'internal',
      text: `${failure.end ?? ''} ${failure.detail}`,
    };
  // The harness could not decode what came: as much a difference as any.
  return { variant: 'worker/undecodable', verdict: 'internal', text: String(failure) };
}

/** What differs, or nothing. */
export type Disagreement = 'verdict' | 'variant' | 'result' | 'size';

export function disagreement(ours: Answer, theirs: Answer): Disagreement | undefined {
  if (ours.verdict !== theirs.verdict) return 'verdict';
  if (ours.variant !== theirs.variant) return 'variant';
  if (Buffer.compare(ours.result ?? new Uint8Array(0), theirs.result ?? new Uint8Array(0)) !== 0)
    return 'result';
  if (ours.size !== theirs.size) return 'size';
  return undefined;
}
