import type { PrepareError } from '@pvf/protocol';
import type { ArtifactIdentity } from '../artifact-identity.ts';
import type { PreparePriority, PrepareWork } from '../prepare/index.ts';
import type { Artifact } from '../store/index.ts';
import type { SpawnFailure, TimeSpent } from '../worker/index.ts';

/** What somebody wants an artifact for. */
export interface ArtifactRequest {
  identity: ArtifactIdentity;
  /** `precheck` never tries a failed preparation again. */
  purpose: 'precheck' | 'execute' | 'heads-up';
  priority: PreparePriority;
  work: PrepareWork;
  /** The preparation was handed to a worker. */
  onStarted?: (pid: number) => void;
  /** Somebody must wait for a preparation; `shared` if it was under way already. */
  onQueued?: (shared: boolean) => void;
}

export type ArtifactResult =
  | { type: 'ready'; artifact: Artifact; fromCache: boolean }
  /** `times` with a time-out. */
  | { type: 'failed'; error: PrepareError; times?: TimeSpent | undefined }
  | { type: 'not-started'; reason: SpawnFailure };

/** Nobody is there to listen once the request is over. */
export function withoutListeners({ identity, purpose, priority, work }: ArtifactRequest): ArtifactRequest {
  return { identity, purpose, priority, work };
}
