import { bool, codec, struct } from '../scale/index.ts';
import { ExecutorParams } from './executor-params.ts';

/** Which security features the host found to work on this machine. */
export interface SecurityStatus {
  /** The operator demands the features below instead of accepting what there is. */
  readonly secureValidatorMode: boolean;
  /** Landlock works here. */
  readonly canEnableLandlock: boolean;
  /** Filters of system calls work here. */
  readonly canEnableSeccomp: boolean;
  /** Workers can have a root of their own. */
  readonly canUnshareUserNamespaceAndChangeRoot: boolean;
  /** Jobs can have namespaces of their own. */
  readonly canDoSecureClone: boolean;
}

/** SCALE codec of {@link SecurityStatus}; decoding throws `ProtocolError`. */
export const SecurityStatus = codec<SecurityStatus>(
  'SecurityStatus',
  struct<SecurityStatus>({
    secureValidatorMode: bool,
    canEnableLandlock: bool,
    canEnableSeccomp: bool,
    canUnshareUserNamespaceAndChangeRoot: bool,
    canDoSecureClone: bool,
  }),
);

/** First frame from the host to a worker of either kind; it has no answer. */
export interface WorkerHandshake {
  /** What the host has found to work on this machine. */
  readonly securityStatus: SecurityStatus;
}

/** SCALE codec of {@link WorkerHandshake}; decoding throws `ProtocolError`. */
export const WorkerHandshake = codec<WorkerHandshake>(
  'WorkerHandshake',
  struct<WorkerHandshake>({ securityStatus: SecurityStatus }),
);

/** Second frame from the host to an execute worker: the parameters for the worker's whole life. No answer. */
export interface ExecuteHandshake {
  /** Of the session; all jobs of this worker run under them. */
  readonly executorParams: ExecutorParams;
}

/** Called `Handshake` in the reference. */
export const ExecuteHandshake = codec<ExecuteHandshake>(
  'ExecuteHandshake',
  struct<ExecuteHandshake>({ executorParams: ExecutorParams }),
);
