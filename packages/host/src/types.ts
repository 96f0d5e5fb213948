import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import type { Claim, NoClaim } from './candidate.ts';
import type { Clock } from './clock.ts';
import type { PvfCode } from './code.ts';
import type { KeepFailedOptions } from './keep-failed-options.ts';
import type { ExecutorParam, PersistedValidationData } from './wire-types.ts';

/**
 * Why a candidate is executed. It decides the place in the execution queue, the time limit (2 s for both kinds of
 * backing, 12 s for approvals and disputes, unless the executor params say otherwise) and whether a doubtful
 * outcome is tried again (never for backing).
 */
export type ExecutionKind = 'dispute' | 'approval' | 'backing-system' | 'backing';

/** All fields are optional. */
export interface HostOptions {
  /**
   * Directory for artifacts, made if missing; worker directories live in it while the host runs. Default: a
   * private directory under the system's temporary one, removed by `close()`.
   */
  cacheDir?: string;
  /**
   * Worker programs. Default: the launchers of `@pvf/prepare-worker` and `@pvf/execute-worker`, else
   * `pvf-prepare-worker` and `pvf-execute-worker` beside the running program.
   */
  workers?: { prepare?: string; execute?: string };
  /**
   * The version that the worker programs must report and that they compare with their own at start. Default: this
   * package's version. `false` skips both checks: only for tests.
   */
  nodeVersion?: string | false;
  /**
   * Default false: workers start only on a Node that all comparisons with the reference have passed on. `true` lets them
   * start on another Node 24 as well (a security release that there is no release of the workers for yet), with a
   * warning: its answers may differ from those of other validators.
   */
  allowUntestedNode?: boolean;
  /**
   * Default true: the host refuses to start unless seccomp works and so does landlock or changing the root.
   * `false` starts all the same, with a warning that names each missing layer.
   */
  secureMode?: boolean;
  /** Prepare workers for work below critical priority. Default 1. */
  prepareWorkersSoft?: number;
  /** Prepare workers in all, when approvals or disputes wait for an artifact. Default 2, at least the soft limit. */
  prepareWorkersHard?: number;
  /** Execute workers. Default 2. */
  executeWorkers?: number;
  /** Default true: artifacts of an earlier run are used if identity and checksum verify. False removes them. */
  keepArtifacts?: boolean;
  /**
   * Default false: a `cacheDir` that its group may write to is refused, like one that others own or may write to. True
   * trusts the group, as volumes with an `fsGroup` in Kubernetes need it.
   */
  allowGroupWritableCacheDir?: boolean;
  /**
   * Default: not at all. Candidates that are invalid, or may be, are written to files that `pvf validate` and
   * `pvf replay` read, with params and limits; the oldest make room.
   */
  keepFailed?: KeepFailedOptions;
  /**
   * Control groups (v2) that enforce what jobs may hold, where one was delegated: `'auto'` (default) looks above this
   * process's own, a path names one, `false` does without. The host makes groups below it and never moves the process
   * that it runs in. With `'auto'` a host that finds none starts all the same: workers measure their jobs' memory.
   */
  cgroup?: string | false;
  /** `prune()` removes artifacts, least recently used first, until they take less. Bytes; default 10 GiB. */
  artifactCacheLimit?: number;
  /** `prune()` spares what was used more recently than this. Milliseconds; default 24 h. */
  artifactMinStaleMs?: number;
  /** Bounded intake: requests of one kind in the host at once; further calls wait. Default 64. */
  maxPendingPerKind?: number;
  /**
   * Pause before a doubtful execution is tried again, so that what made it doubtful may be gone. None before an
   * artifact is prepared again. Milliseconds; default 1,000.
   */
  retryPauseMs?: number;
  /** How long a worker may take to start and connect. Milliseconds; default 3,000. */
  spawnTimeoutMs?: number;
  /** A worker without work for that long is ended. Milliseconds; default 5 min; Infinity keeps it. */
  workerIdleMs?: number;
  /** A worker is replaced after that many jobs. Default 10,000. */
  maxJobsPerWorker?: number;
  /**
   * Memory that PVFs which stay loaded may take up in all execute workers together; each gets an even part. More of it
   * means that more candidates find their PVF loaded, in a few ms instead of tens. About 20 MB are needed per PVF and
   * worker. Bytes; default an eighth of the machine's memory (or of what its control group allows), at most 2 GiB.
   * Workers of another make have no such thing.
   */
  templateMemory?: number;
  /**
   * Default true: an execute worker is given an artifact's file once and asks for it when it has it no more. False gives
   * it with each candidate, as workers of another make always get it.
   */
  giveArtifactsOnce?: boolean;
  /** Niceness of the worker processes, -20 … 19. Default: the host's own. */
  niceness?: { prepare?: number; execute?: number };
  /** Threads for hashing, checksums and artifact files. Default 2; 0 does that work on the main thread. */
  threads?: number;
  /**
   * Value of the workers' only environment variable, `RUST_LOG`. Default: none, then they log errors. PVFs can read
   * the level (`ext_logging_max_level`), so validators of one network should not differ in it.
   */
  workerLog?: string;
  /** Default: warnings and errors as JSON lines on stderr. One line per event, never a payload. */
  logger?: Logger;
  /** Where the metrics are registered. Default: a registry of this host's own, `host.metrics`. */
  registry?: Registry;
  /** Only for tests. */
  clock?: Clock;
}

/** Bytes of a PVF as they are on chain (zstd-compressed blob or raw wasm), or what `host.importCode()` made of them. */
export type CodeInput = Uint8Array | PvfCode;

/** What a PVF is prepared from. What is required has no default that is right for every chain. */
export interface PvfInput {
  /** Must not change before the call settles. */
  code: CodeInput;
  /**
   * Those of a session: for candidates, that of the relay parent (`ParachainHost_session_executor_params`). `[]` says
   * that the chain has set none.
   */
  executorParams: readonly ExecutorParam[];
  /**
   * Largest decompressed code, bytes: `ParachainHost_validation_code_bomb_limit` of a session, for candidates that of
   * the scheduling parent. The reference takes 30 MiB (`DEFAULT_CODE_BOMB_LIMIT` of `@pvf/protocol`) where a runtime
   * does not tell.
   */
  validationCodeBombLimit: number;
}

/** What `precheck` takes. */
export type PrecheckRequest = PvfInput & RequestControl;

type CandidateInput = PvfInput &
  RequestControl & {
    /** With a receipt, exactly what the relay chain persists at the relay parent: its hash is compared. */
    validationData: PersistedValidationData;
    /** `blockData` may be a zstd-compressed blob. It must not change before the call settles. */
    pov: { blockData: Uint8Array };
    /** Limit on the job's CPU time, milliseconds. Default: by kind and executor params. Queueing does not count. */
    executionTimeoutMs?: number;
  };

/** A candidate and its receipt: its outcome says how to vote. */
export type ReceiptRequest = CandidateInput & Claim;

/** A candidate without receipt: its outcome says what the PVF made of it, and no vote. */
export type BareRequest = CandidateInput & NoClaim;

/** What `validate` takes: with a receipt, or without. */
export type ValidateRequest = ReceiptRequest | BareRequest;

/** What goes with any request; everything has a default. */
export interface RequestControl {
  /** Takes the request back: out of its queue at once, or its job is killed. The outcome is `cancelled`. */
  signal?: AbortSignal;
  /** Milliseconds from the call until its result is of no use; counts everything. Default: none. */
  deadlineMs?: number;
  /** Told about each step; for people to look at. An exception in it is logged and otherwise ignored. */
  onProgress?: (event: ProgressEvent) => void;
}

/** Steps of a request, in order; `preparing` … `executing` may come again after `retrying`. */
export type ProgressEvent =
  /** The bounded intake is full. */
  | { type: 'waiting' }
  | { type: 'hashed'; codeHash: string }
  /** Waits for a preparation: its own (`shared: false`) or one that another request began. */
  | { type: 'preparation-queued'; shared: boolean }
  | { type: 'preparing'; workerPid: number }
  | { type: 'artifact-ready'; fromCache: boolean }
  | { type: 'execution-queued' }
  | { type: 'executing'; workerPid: number; attempt: number }
  | { type: 'retrying'; cause: string; afterMs: number };

/** A change of the relay chain's leaves, as the node's overseer reports it. Hashes of 32 bytes. */
export interface ActiveLeavesUpdate {
  /** The new leaf with those of its ancestors whose candidates may still be backed. */
  activated?: { hash: Uint8Array; ancestors?: readonly Uint8Array[] };
  deactivated?: readonly Uint8Array[];
}

/** Whether a layer of isolation works here; the reason when it does not. */
export type SecurityFeature = { available: true } | { available: false; reason: string };

/** Which layers of isolation work on this machine. */
export interface SecurityReport {
  secureMode: boolean;
  landlock: SecurityFeature;
  seccomp: SecurityFeature;
  changeRoot: SecurityFeature;
  secureClone: SecurityFeature;
  /** The kernel enforces the limits of jobs (`cgroup`); without it workers measure, and secure mode does not ask for it. */
  cgroup: SecurityFeature;
}

/** A worker program as it was when the host started. */
export interface WorkerProgram {
  path: string;
  version: string;
  fullVersion: string;
  /** Version of the Node that it runs on; undefined for programs that do not tell, such as the reference's. */
  node: string | undefined;
}

/** A snapshot for people and health checks. */
export interface HostStatus {
  state: 'running' | 'stopped' | 'closed';
  /** Set when `state` is `stopped`: what happened and what to do. */
  reason?: string;
  cacheDir: string;
  workers: { prepare: WorkerProgram; execute: WorkerProgram };
  security: SecurityReport;
  /** Parts of working layers that this machine's policy takes away, such as `capabilities`, each with the reason. */
  lost: Readonly<Record<string, string>>;
  /** Whether a module of ours was prepared and executed when the host started: workers of tests take no part in that. */
  tried: boolean;
  prepare: { queued: number; running: number; workers: number };
  /** `templates`: artifacts that are loaded, in all workers together, as the host keeps count. */
  execute: { queued: Record<ExecutionKind, number>; running: number; workers: number; templates: number };
  artifacts: { prepared: number; preparing: number; failed: number; bytes: number };
}

/** What `prune()` removed and what is left. */
export interface PruneReport {
  removed: number;
  removedBytes: number;
  kept: number;
  keptBytes: number;
}
