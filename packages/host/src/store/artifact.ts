import type { ArtifactIdentity } from '../artifact-identity.ts';
import type { PreparationStats } from '../outcome.ts';

/** An artifact's file. One object stands for one file; a newer artifact of the same identity is another object. */
export interface Artifact {
  readonly identity: ArtifactIdentity;
  readonly path: string;
  /** twox-256 of the file, hex. */
  readonly checksum: string;
  /** Bytes. */
  readonly size: number;
  /** Undefined if an earlier run of the host made it. */
  readonly stats: PreparationStats | undefined;
}

/** Where what a worker has made goes. */
export type Destination =
  /** Among the artifacts, once it was checked. */
  | { type: 'cache'; identity: ArtifactIdentity }
  /** To this path, as it is: nobody uses it but the trial, which made it. */
  | { type: 'file'; path: string };
