/**
 * PvfHost: precheck PVFs and validate candidates with queues, worker pools, artifacts on disk and outcomes that say
 * how to vote.
 */
export { parseArtifactFileName } from './artifact-identity.ts';
export type * from './candidate.ts';
export { type Clock, type ClockTimer, systemClock } from './clock.ts';
export type { PvfCode } from './code.ts';
export type * from './detail.ts';
export { HostError, type HostErrorCode, type HostErrorMeta, type WorkerKind } from './errors.ts';
export { PvfHost } from './host/index.ts';
export type {
  ArtifactPreparedEvent,
  HostEvent,
  HostEventOf,
  HostEvents,
  HostEventType,
  OutcomeEvent,
  SlowMachineEvent,
  ToldOutcome,
  WorkerEndedEvent,
  WorkerEndReason,
} from './host-events.ts';
export type { KeepFailedOptions } from './keep-failed-options.ts';
export { isBacking } from './kinds.ts';
export type * from './outcome.ts';
export { SPEED_UPS, type SpeedUp } from './speed-ups.ts';
export type * from './types.ts';
export type * from './wire-types.ts';
