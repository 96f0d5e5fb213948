import type { CandidateDescriptorVersion, ExecutorParams, PrepareJobKind } from '@pvf/protocol';

/** What the execute worker finds as its artifact, made from the one that the same side prepared. */
export type ArtifactVariant =
  | 'as-prepared'
  | 'missing'
  | 'empty'
  | 'garbage'
  | 'truncated'
  | 'flipped'
  /** The checksum in the request is another; the file is as prepared. */
  | 'other-checksum'
  /** As `truncated`, `empty`, `garbage`, with the checksum that they have. */
  | 'truncated-right-checksum'
  | 'empty-right-checksum'
  | 'garbage-right-checksum';

/** One candidate to run. */
export interface Execution {
  /** Unique within its PVF. */
  readonly id: string;
  readonly parentHead: Uint8Array;
  /** As it is on the wire, compressed or not. */
  readonly blockData: Uint8Array;
  readonly relayParentNumber: number;
  readonly relayParentStorageRoot: Uint8Array;
  readonly relayParent: Uint8Array;
  readonly schedulingParent: Uint8Array;
  readonly descriptorVersion: CandidateDescriptorVersion;
  /** CPU milliseconds. */
  readonly timeoutMs: number;
  readonly artifact: ArtifactVariant;
}

/** One PVF to prepare under one set of executor params, and what to run on it. */
export interface PvfCase {
  /** Unique in a run; `group/name`. */
  readonly id: string;
  /** As it is on the wire, compressed or not. */
  readonly code: Uint8Array;
  readonly bombLimit: number;
  readonly executorParams: ExecutorParams;
  readonly kind: PrepareJobKind;
  /** CPU milliseconds. */
  readonly prepTimeoutMs: number;
  readonly executions: readonly Execution[];
}

/** 30 MiB: what the reference gives when nothing else is configured. */
export const DEFAULT_BOMB_LIMIT = 30 << 20;
/** Generous, so that only verdicts and results are compared, never speed. */
const PREPARATION_MS = 600_000;
const EXECUTION_MS = 120_000;

const NOTHING = new Uint8Array(0);
const ZERO_HASH = new Uint8Array(32);

export function execution(id: string, fields: Partial<Execution> = {}): Execution {
  return {
    id,
    parentHead: NOTHING,
    blockData: NOTHING,
    relayParentNumber: 0,
    relayParentStorageRoot: ZERO_HASH,
    relayParent: ZERO_HASH,
    schedulingParent: ZERO_HASH,
    descriptorVersion: { type: 'V1' },
    timeoutMs: EXECUTION_MS,
    artifact: 'as-prepared',
    ...fields,
  };
}

export function pvfCase(id: string, code: Uint8Array, fields: Partial<PvfCase> = {}): PvfCase {
  return {
    id,
    code,
    bombLimit: DEFAULT_BOMB_LIMIT,
    executorParams: [],
    kind: 'Prechecking',
    prepTimeoutMs: PREPARATION_MS,
    executions: [],
    ...fields,
  };
}
