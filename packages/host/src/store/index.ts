/** Artifact files: how new ones are taken (`promote`), which are believed, and what earlier runs have left. */
export type { Artifact, Destination } from './artifact.ts';
export { ArtifactStore } from './store.ts';
