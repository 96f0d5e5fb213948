import type { WorkerSpeedUp } from '@pvf/protocol';
import type pino from 'pino';
import type { WorkerKind } from './command-line.ts';
import type { HostConnection } from './connection.ts';
import type { RestrictedWorker } from './restrict.ts';

/** Those that are used. */
export type SpeedUps = ReadonlySet<WorkerSpeedUp>;

/** What a worker's request loop gets to work with. */
export interface WorkerContext extends RestrictedWorker {
  readonly kind: WorkerKind;
  readonly speedUps: SpeedUps;
  readonly version: string;
  readonly connection: HostConnection;
  /** Jobs can be forked from templates. */
  readonly templates: boolean;
  readonly log: pino.Logger;
  /** 0 (off) to 5 (trace): what guests are told by `ext_logging_max_level`. */
  readonly logLevel: number;
  /** What the host lets artifacts take up that are loaded ahead, in bytes; `undefined` when it did not say. */
  readonly templateMemoryBytes: number | undefined;
  /** The host wants to be told more of an execution than its answer. */
  readonly tellsDetail: boolean;
  /** The host gives an artifact's file once, and again when it is asked to (`ARTIFACT_WANTED`). */
  readonly asksForArtifacts: boolean;
}
