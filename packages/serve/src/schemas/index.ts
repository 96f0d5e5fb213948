/**
 * What goes over the wire, as JSON Schema (draft 2020-12, as OpenAPI 3.1 has it) and as types of the same name. Requests
 * are exact: an unknown property is refused. Answers may get more properties in later versions.
 */

import { Cluster, ClusterAgent, ClusterRun } from './cluster.ts';
import { Inspection, StoredCode, StoredCodes } from './code.ts';
import { ExecutionKind, ExecutorParam, ExecutorParams, Hash, HexBytes, U32, Vote } from './common.ts';
import {
  ArtifactPreparedEvent,
  EventStream,
  GapEvent,
  ProgressEvent,
  SlowMachineEvent,
  WorkerEndedEvent,
} from './events.ts';
import {
  ArtifactInfo,
  ExecutionDetail,
  GuestFrame,
  GuestLogLine,
  OutcomeRecord,
  PrecheckOutcome,
  PreparationDetail,
  PrepareError,
  RecentOutcomes,
  ValidationOutcome,
  ValidationResult,
} from './outcome.ts';
import { Problem } from './problem.ts';
import {
  ActiveLeaves,
  ChainAnswers,
  ClaimQueue,
  HeadsUpRequest,
  PrecheckRequest,
  PruneReport,
  PruneRequest,
  ValidateForm,
  ValidateRequest,
  ValidateRequestPart,
  ValidationData,
} from './requests.ts';
import { Artifact, Artifacts, Histogram, Layer, Ready, Statistics, Status } from './status.ts';

/** Every schema that has a name; references look them up here. */
export const NAMED_SCHEMAS = [
  Hash,
  HexBytes,
  U32,
  ExecutionKind,
  Vote,
  ExecutorParam,
  ExecutorParams,
  Problem,
  StoredCode,
  StoredCodes,
  Inspection,
  PrecheckRequest,
  HeadsUpRequest,
  ValidationData,
  ClaimQueue,
  ChainAnswers,
  ValidateRequest,
  ValidateRequestPart,
  ValidateForm,
  ActiveLeaves,
  PruneRequest,
  PruneReport,
  PrepareError,
  GuestFrame,
  GuestLogLine,
  ExecutionDetail,
  PreparationDetail,
  ArtifactInfo,
  ValidationResult,
  PrecheckOutcome,
  ValidationOutcome,
  OutcomeRecord,
  RecentOutcomes,
  ProgressEvent,
  GapEvent,
  ArtifactPreparedEvent,
  WorkerEndedEvent,
  SlowMachineEvent,
  EventStream,
  Layer,
  Status,
  ClusterAgent,
  ClusterRun,
  Cluster,
  Histogram,
  Statistics,
  Artifact,
  Artifacts,
  Ready,
] as const;

export * from './cluster.ts';
export * from './code.ts';
export { ExecutorParams, type ExecutorParamsJson, Hash, ref, words } from './common.ts';
export * from './events.ts';
export * from './outcome.ts';
export * from './problem.ts';
export * from './requests.ts';
export * from './status.ts';
