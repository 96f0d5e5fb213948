import { ClusterError } from '../errors.ts';
import { DEFAULT_MAX_POV_BYTES, INLINE_POV_BYTES } from '../limits.ts';
import { BUCKETS, type Place, placeKey } from '../names.ts';
import {
  type JobHead,
  type PrecheckInput,
  packJob,
  precheckRecord,
  sha256,
  type ValidateInput,
  validateRecord,
} from '../records/index.ts';
import { putObject, type Store } from '../store/index.ts';
import type { LargeObjects } from './large-objects.ts';

/** A PVF that the cluster has. Made by `Run.addCode`. */
export interface ClusterCode {
  /** blake2-256 of the code as given, hex without 0x. */
  readonly hash: string;
  readonly bytes: number;
}

/** What is asked of the cluster: as `PvfHost.precheck` and `PvfHost.validate` are asked. */
export type Job =
  | { readonly task: 'precheck'; readonly code: ClusterCode; readonly input: PrecheckInput }
  | { readonly task: 'validate'; readonly code: ClusterCode; readonly input: ValidateInput };

/**
 * Whether agents take a job of that size.
 * @throws ClusterError TOO_LARGE
 */
export function checkJob(job: Job, limit: number = DEFAULT_MAX_POV_BYTES): void {
  if (job.task === 'precheck') return;
  const bytes = job.input.pov.blockData.length;
  if (bytes > limit)
    throw new ClusterError(
      'TOO_LARGE',
      { what: 'pov', bytes, limit },
      `a PoV of ${bytes} bytes is larger than the cluster takes (${limit}): execute this candidate on one machine`,
    );
}

/** A job as messages, one for each answer that is wanted. */
export class JobMessages {
  readonly #store: Store;
  readonly #large: LargeObjects;
  readonly #inlineBytes: number;

  constructor(store: Store, large: LargeObjects) {
    this.#store = store;
    this.#large = large;
    this.#inlineBytes = Math.min(INLINE_POV_BYTES, Math.floor(store.connection.maxPayload / 2));
  }

  /**
   * Puts what is too large for a message into the store, once for all answers.
   * @throws ClusterError STORE_FULL, TOO_LARGE
   */
  async make(
    job: Job,
    run: string,
    index: number,
    replicas: number,
  ): Promise<(replica: number) => Uint8Array> {
    checkJob(job);
    const pov = job.task === 'validate' ? job.input.pov.blockData : undefined;
    const inline = pov !== undefined && pov.length <= this.#inlineBytes;
    if (pov !== undefined && !inline) await this.#put({ run, index, replica: 0 }, pov);
    const head: Omit<JobHead, 'replica'> = {
      format: 1,
      run,
      index,
      replicas,
      code: { hash: job.code.hash, bytes: job.code.bytes },
      request: job.task === 'precheck' ? precheckRecord(job.input) : validateRecord(job.input),
      ...(pov !== undefined && { pov: { bytes: pov.length, sha256: sha256(pov), inline } }),
    };
    return (replica) => packJob({ head: { ...head, replica }, inline: inline ? pov : undefined });
  }

  async #put(place: Place, pov: Uint8Array): Promise<void> {
    this.#large.hasPov(place.index);
    await putObject(this.#store.povs, BUCKETS.povs, placeKey(place), pov);
  }
}
