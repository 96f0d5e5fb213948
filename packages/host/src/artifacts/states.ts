import { type ArtifactIdentity, artifactKey } from '../artifact-identity.ts';
import type { PreparePriority } from '../prepare/index.ts';
import type { Artifact } from '../store/index.ts';
import type { ArtifactRequest, ArtifactResult } from './request.ts';
import type { Failure } from './retry.ts';

/** Failures that are remembered; the oldest is forgotten first. Each is the fault of a PVF that the chain knows. */
const MAX_FAILURES = 4_096;

/** Somebody who waits for a preparation. */
export interface Waiter {
  request: ArtifactRequest;
  resolve: (result: ArtifactResult) => void;
  /** Waits for the next preparation instead. */
  again: () => void;
}

export function answerAll(waiters: Set<Waiter>, result: ArtifactResult): void {
  for (const waiter of waiters) waiter.resolve(result);
}

/** A preparation that is under way. */
export interface Preparing {
  type: 'preparing';
  identity: ArtifactIdentity;
  waiters: Set<Waiter>;
  priority: PreparePriority;
  /** What is known again if the preparation is cancelled. */
  before: Failure | undefined;
  /** What it was begun for: decides its limits. */
  begunFor: ArtifactRequest;
  /** An execution or heads-up that asked for it: with one it goes on even if nobody waits. */
  wanted: ArtifactRequest | undefined;
}

/** @property lastUsed milliseconds since the epoch */
export interface Prepared {
  type: 'prepared';
  artifact: Artifact;
  lastUsed: number;
}

export type State = Preparing | Prepared | { type: 'failed'; failure: Failure };

/** What is known of each identity, by its key. */
export class ArtifactStates {
  readonly #states = new Map<string, State>();

  get(key: string): State | undefined {
    return this.#states.get(key);
  }

  set(key: string, state: Preparing | Prepared): void {
    this.#states.set(key, state);
  }

  delete(key: string): void {
    this.#states.delete(key);
  }

  setFailed(key: string, failure: Failure): void {
    // Re-inserted, so that the map's order is the failures' age.
    this.#states.delete(key);
    this.#states.set(key, { type: 'failed', failure });
    if (this.counts().failed <= MAX_FAILURES) return;
    for (const [oldest, state] of this.#states) {
      if (state.type !== 'failed') continue;
      this.#states.delete(oldest);
      return;
    }
  }

  /** The preparation is cancelled: what was known before it is known again. */
  takeBack(key: string, { before }: Preparing): void {
    if (before === undefined) this.#states.delete(key);
    else this.#states.set(key, { type: 'failed', failure: before });
  }

  preparing(): [string, Preparing][] {
    return [...this.#states].flatMap(([key, state]) => (state.type === 'preparing' ? [[key, state]] : []));
  }

  prepared(): [string, Prepared][] {
    return [...this.#states].flatMap(([key, state]) => (state.type === 'prepared' ? [[key, state]] : []));
  }

  /** See `Artifacts.forgetFailures`. */
  forgetFailures(codeHash: string | undefined): number {
    let forgotten = 0;
    for (const [key, state] of this.#states) {
      if (codeHash !== undefined && !key.startsWith(artifactKey({ codeHash, prepHash: '' }))) continue;
      if (state.type === 'failed') this.#states.delete(key);
      else if (state.type === 'preparing' && state.before !== undefined) state.before = undefined;
      else continue;
      forgotten += 1;
    }
    return forgotten;
  }

  counts(): { prepared: number; preparing: number; failed: number; bytes: number } {
    const counts = { prepared: 0, preparing: 0, failed: 0, bytes: 0 };
    for (const state of this.#states.values()) {
      counts[state.type] += 1;
      if (state.type === 'prepared') counts.bytes += state.artifact.size;
    }
    return counts;
  }
}
