/**
 * Artifacts: what is known about each identity (`Artifacts`), which are removed when (`Pruning`), and when a failed
 * preparation may be tried again (`mayRetry`).
 */
export { Artifacts } from './artifacts.ts';
export type { DiskLimit } from './pruning.ts';
export type { ArtifactRequest, ArtifactResult } from './request.ts';
