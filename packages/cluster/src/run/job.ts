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

/** What is asked of an entry, whatever its place and however its PoV is sent. */
export function askedIn({ task, code, input }: Job): Pick<JobHead, 'code' | 'request' | 'pov'> {
  const { hash, bytes } = code;
  if (task === 'precheck') return { code: { hash, bytes }, request: precheckRecord(input) };
  const { blockData } = input.pov;
  return {
    code: { hash, bytes },
    request: validateRecord(input),
    pov: { bytes: blockData.length, sha256: sha256(blockData), inline: false },
  };
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

  /** What lies in the store of a job that was put there by an earlier call, is removed with its answers like others'. */
  found(job: Job, index: number): void {
    if (job.task === 'validate' && !this.#fits(job.input.pov.blockData)) this.#large.hasPov(index);
  }

  /**
   * Puts what is too large for a message into the store, once for all answers.
   * @param asked what {@link askedIn} says of the job
   * @throws ClusterError STORE_FULL
   */
  async make(
    job: Job,
    asked: ReturnType<typeof askedIn>,
    run: string,
    index: number,
    replicas: number,
  ): Promise<(replica: number) => Uint8Array> {
    const pov = job.task === 'validate' ? job.input.pov.blockData : undefined;
    const inline = pov !== undefined && this.#fits(pov);
    if (pov !== undefined && asked.pov !== undefined && !inline)
      await this.#put({ run, index, replica: 0 }, pov, asked.pov.sha256);
    const head: Omit<JobHead, 'replica'> = {
      format: 1,
      run,
      index,
      replicas,
      ...asked,
      ...(asked.pov !== undefined && { pov: { ...asked.pov, inline } }),
    };
    return (replica) => packJob({ head: { ...head, replica }, inline: inline ? pov : undefined });
  }

  #fits(pov: Uint8Array): boolean {
    return pov.length <= this.#inlineBytes;
  }

  async #put(place: Place, pov: Uint8Array, hash: string): Promise<void> {
    this.#large.hasPov(place.index);
    await putObject(this.#store.connection, this.#store.povs, BUCKETS.povs, placeKey(place), pov, hash);
  }
}
