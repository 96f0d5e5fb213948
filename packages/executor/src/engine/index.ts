/**
 * From code to artifact and from artifact to output. `prepareArtifact` runs in a prepare job, `loadArtifact` and
 * `instantiate` in an execute job; the worker around them only opens the code cache and warms the host functions up.
 */
export {
  type Artifact,
  ArtifactError,
  type ArtifactErrorCode,
  type ArtifactHeader,
  type ArtifactLayout,
  type ArtifactParts,
  type ArtifactSource,
  artifactLayout,
  encodeArtifact,
  readHeader,
  splitArtifact,
} from './artifact.ts';
export type { TrapFrame } from './backtrace.ts';
export { type CodeCache, compileJavaScript, engineStamp, openCodeCache } from './code-cache.ts';
export { emptyGuest } from './empty-guest.ts';
export {
  type ExecutionOutcome,
  type GuestInstance,
  type InstantiateOptions,
  instantiate,
  type Trap,
} from './execute.ts';
export { ConstructionError, checkImports, MissingFunctionError } from './link.ts';
export { type LoadedArtifact, loadArtifact } from './load.ts';
export {
  PreparationError,
  type PreparationStage,
  type PreparedCode,
  type PrepareOptions,
  prepareArtifact,
} from './prepare.ts';
export { type ImportShape, type ModuleShape, readShape } from './shape.ts';
