/**
 * Artifacts: what is known about each identity (`Artifacts`), its file (`ArtifactStore`), and when a failed
 * preparation may be tried again (`mayRetry`).
 */
export { type ArtifactRequest, type ArtifactResult, Artifacts, type CacheEvent } from './artifacts.ts';
export { boundDiskUse } from './disk.ts';
export { type Failure, mayRetry } from './retry.ts';
export { type Artifact, ArtifactStore } from './store.ts';
