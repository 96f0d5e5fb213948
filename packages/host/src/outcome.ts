import type { ExecutionDetail, PreparationDetail } from './detail.ts';
import type { PrepareError, UmpCheckError, ValidationResult } from './wire-types.ts';

/**
 * What an outcome means for the validator's vote.
 * - `for`, `against`: vote so.
 * - `abstain`: the fault is this machine's, or nobody can tell; casting a vote could harm the candidate or us.
 * - `none`: nobody needs a vote any more.
 * - `unchecked`: there was no receipt. The PVF has accepted or refused its input, but nobody knows whether that is what
 *   a candidate claims.
 */
export type Vote = 'for' | 'against' | 'abstain' | 'none' | 'unchecked';

/** Cost of a preparation, as the worker reported it. Memory in bytes; undefined where the platform does not tell. */
export interface PreparationStats {
  cpuTimeNs: bigint;
  /** From the request to the worker's answer. */
  wallTimeMs: number;
  maxRssBytes: number | undefined;
  maxResidentBytes: number | undefined;
  maxAllocatedBytes: number | undefined;
  peakTrackedAllocBytes: number | undefined;
  /** Length of the decompressed code, bytes. */
  codeLength: number;
}

/** The artifact that served a request. */
export interface ArtifactInfo {
  /** blake2-256 of the code as given, hex without 0x. */
  codeHash: string;
  /** Hash of the executor params that change the artifact, hex without 0x. */
  prepHash: string;
  /** Size of the file, bytes. */
  size: number;
  /** Whether it was there already when the request came. */
  fromCache: boolean;
  /** Undefined when the artifact comes from an earlier run of the host. */
  stats: PreparationStats | undefined;
}

/** On every outcome. Times are milliseconds of wall clock. */
export interface OutcomeCommon {
  /** The request's id in the log. */
  requestId: string;
  /** Empty if the request ended before its code was hashed. */
  codeHash: string;
  /** From the call to the outcome. */
  totalMs: number;
}

/** On every outcome of `validate`. */
export type ValidationCommon = OutcomeCommon & {
  /** Hash of the receipt, hex without 0x; undefined without one. */
  candidateHash: string | undefined;
  /** Executions that were begun: one, and one more for each class of doubt that came up (five classes). */
  attempts: number;
  /** Time spent in the execution queue, summed over the attempts. */
  queuedMs: number;
  /** Of the last execution, from sending the request to the answer. */
  wallTimeMs: number;
  /** CPU time of the last job where the worker reported one. */
  cpuTimeNs: bigint | undefined;
  artifact: ArtifactInfo | undefined;
  /** Why and how much, for people; no part of the verdict. */
  detail: ExecutionDetail;
};

/** The rule that a candidate broke. Only a job that ran to an answer, or to its time limit, gives one. */
export type ExecutionRule =
  /** The PVF itself refused the candidate, trapped, or has no usable entry point. */
  | 'refused-by-pvf'
  /** The compressed PoV does not decompress within its limit. */
  | 'pov-decompression'
  /** The job used up its CPU time. */
  | 'cpu-timeout'
  /** The worker gave no answer within four times the limit on the wall clock. */
  | 'wall-timeout';

/** The encoded PoV, compressed or not, is larger than the validation data's `maxPovSize`. Known before execution. */
export type PovSizeRule = 'pov-size';

/**
 * What differs from the receipt, in the order in which it is looked at: the first four before the execution, the fifth
 * and sixth for backing alone, the last for backing alone after it. Names and order are those of the reference
 * (polkadot-node-core-candidate-validation 36.0.0); `pov-size` comes second.
 */
export type ReceiptRule =
  /** Hash of the persisted validation data. */
  | 'validation-data-hash'
  /** Hash of the encoded PoV. */
  | 'pov-hash'
  /** Hash of the validation code. */
  | 'code-hash'
  /** The session that the receipt claims for the scheduling parent. */
  | 'scheduling-session'
  /** The session that the receipt claims for the relay parent. */
  | 'relay-parent-session'
  /** Hash of the head data that the PVF returned. */
  | 'para-head'
  /** Hash of the commitments made of what the PVF returned. */
  | 'commitments-hash'
  /** The PVF's signals to validators, or the core that they and the receipt name. */
  | 'ump-signals';

/** Which rule a candidate breaks; never changes its meaning. */
export type InvalidRule = ExecutionRule | PovSizeRule | ReceiptRule;

/** What the chain could not tell; see `ChainAnswers`. */
export type ChainQuestion = 'scheduling-session' | 'relay-parent-session' | 'claim-queue';

/** Doubts that remained after the retry; candidate or machine may be the cause, so the vote is against. */
export type PossiblyInvalidCause =
  | 'worker-died'
  | 'job-died'
  | 'job-error'
  | 'runtime-construction'
  | 'corrupted-artifact';

/** Faults of this machine. A job cannot cause any of them. */
export type InternalCause =
  /** The worker could not be given its request. */
  | 'host-communication'
  | 'could-not-create-link'
  | 'could-not-open-file'
  | 'could-not-create-pipe'
  | 'could-not-clear-worker-dir'
  | 'kernel'
  /** The artifact could not be prepared, for a reason that may be gone next time. */
  | 'non-deterministic-preparation'
  /** No worker could be started. */
  | 'worker-not-started'
  /** The worker programs were replaced while the host ran: restart it. */
  | 'workers-replaced'
  /** An unexpected fault of the host's own. */
  | 'host-fault';

/**
 * What is claimed holds; without a receipt, what the PVF makes of its input.
 *
 * @typeParam V `for` with a receipt, `unchecked` without
 */
export type ValidOutcome<V extends Vote = 'for' | 'unchecked'> = ValidationCommon & {
  kind: 'valid';
  vote: V;
  result: ValidationResult;
  /** SCALE encoding of `result`. */
  resultBytes: Uint8Array;
  cpuTimeNs: bigint;
  /** Decompressed size of the PoV, bytes. */
  povSize: number;
};
/**
 * A rule is broken: the same answer on any machine.
 *
 * @typeParam V `against` with a receipt, `unchecked` without
 * @typeParam R the rules that can be meant
 */
export type InvalidOutcome<
  V extends Vote = 'against' | 'unchecked',
  R extends InvalidRule = InvalidRule,
> = ValidationCommon & {
  kind: 'invalid';
  vote: V;
  rule: R;
  message: string;
  /** Present with `ump-signals`. */
  umpSignals?: UmpCheckError;
};
/**
 * Candidate or machine may be the cause, after one more try.
 *
 * @typeParam V `against` with a receipt, `unchecked` without
 */
export type PossiblyInvalidOutcome<V extends Vote = 'against' | 'unchecked'> = ValidationCommon & {
  kind: 'possibly-invalid';
  vote: V;
  cause: PossiblyInvalidCause;
  message: string;
};
/** For backing: the relay chain did not say what had to be compared with the receipt. */
export type ChainUnavailableOutcome = ValidationCommon & {
  kind: 'chain-unavailable';
  vote: 'abstain';
  cause: ChainQuestion;
  message: string;
};
/** A fault of this machine: no vote. */
export type InternalOutcome = ValidationCommon & {
  kind: 'internal';
  vote: 'abstain';
  cause: InternalCause;
  message: string;
  /** Present with `non-deterministic-preparation`. */
  prepareError?: PrepareError;
};
/** The PVF cannot be prepared, on any machine: not the candidate's fault, and prechecking should have caught it. */
export type PreparationFailedOutcome = ValidationCommon & {
  kind: 'preparation-failed';
  vote: 'abstain';
  error: PrepareError;
  deterministic: true;
  message: string;
};
/** The answer is of no use any more; nothing was decided. */
export type DeadlinePassedOutcome = ValidationCommon & {
  kind: 'deadline-passed';
  vote: 'none';
  /** The caller's `deadlineMs`, or a backing job whose scheduling parent left the active forks. */
  cause: 'caller-deadline' | 'inactive-fork';
};
/** Somebody took the request back, or closed the host; nothing was decided. */
export type CancelledOutcome = ValidationCommon & {
  kind: 'cancelled';
  vote: 'none';
  cause: 'caller' | 'host-closed';
};

type UndecidedOutcome = InternalOutcome | PreparationFailedOutcome | DeadlinePassedOutcome | CancelledOutcome;

/** What `validate` resolves to with a receipt. */
export type ReceiptOutcome =
  | ValidOutcome<'for'>
  | InvalidOutcome<'against'>
  | PossiblyInvalidOutcome<'against'>
  | ChainUnavailableOutcome
  | UndecidedOutcome;

/** What `validate` resolves to without a receipt: never `for` or `against`. */
export type BareOutcome =
  | ValidOutcome<'unchecked'>
  | InvalidOutcome<'unchecked', ExecutionRule | PovSizeRule>
  | PossiblyInvalidOutcome<'unchecked'>
  | UndecidedOutcome;

/** What `validate` resolves to. */
export type ValidationOutcome = ReceiptOutcome | BareOutcome;

/** What `precheck` resolves to. */
export type PrecheckOutcome = OutcomeCommon & { detail: PreparationDetail } & (
    | { kind: 'ok'; vote: 'for'; artifact: ArtifactInfo }
    /**
     * Not prepared within the limits. Against even if this machine may be the cause, as in the reference: nobody is
     * slashed for a precheck vote, and strictness here allows leniency later (polkadot-node-core-pvf-checker 36.0.0).
     */
    | { kind: 'failed'; vote: 'against'; deterministic: boolean; error: PrepareError; message: string }
    | { kind: 'internal'; vote: 'abstain'; cause: InternalCause; message: string }
    | { kind: 'deadline-passed'; vote: 'none'; cause: 'caller-deadline' }
    | { kind: 'cancelled'; vote: 'none'; cause: 'caller' | 'host-closed' }
  );
