import { codec, i32, option, string, variants } from '../scale/index.ts';
import { PrepareError } from './prepare-error.ts';

/**
 * Something unexpected in the execution job. It comes from a process that runs untrusted code and must never
 * become an internal error: the host retries it once, then votes against.
 */
export type JobError =
  | { readonly type: 'TimedOut' }
  | { readonly type: 'Panic'; readonly value: string }
  /** A system call failed inside the job. */
  | { readonly type: 'Kernel'; readonly value: string }
  | { readonly type: 'CouldNotSpawnThread'; readonly value: string }
  | { readonly type: 'CpuTimeMonitorThread'; readonly value: string }
  /** The job answered and then exited with another status than the answer calls for. */
  | { readonly type: 'UnexpectedExitStatus'; readonly value: number };

/** SCALE codec of {@link JobError}; decoding throws `ProtocolError`. */
export const JobError = codec<JobError>(
  'JobError',
  variants<JobError>({
    TimedOut: [0, {}],
    Panic: [1, { value: string }],
    Kernel: [2, { value: string }],
    CouldNotSpawnThread: [3, { value: string }],
    CpuTimeMonitorThread: [4, { value: string }],
    UnexpectedExitStatus: [5, { value: i32 }],
  }),
);

/**
 * A failure on this machine that neither candidate nor PVF can have caused. The host retries it once, then
 * abstains.
 */
export type InternalValidationError =
  | { readonly type: 'HostCommunication'; readonly value: string }
  | { readonly type: 'CouldNotCreateLink'; readonly value: string }
  | { readonly type: 'CouldNotOpenFile'; readonly value: string }
  | { readonly type: 'CouldNotCreatePipe'; readonly value: string }
  | { readonly type: 'CouldNotClearWorkerDir'; readonly err: string; readonly path: string | undefined }
  | { readonly type: 'Kernel'; readonly value: string }
  | { readonly type: 'NonDeterministicPrepareError'; readonly value: PrepareError };

/** SCALE codec of {@link InternalValidationError}; decoding throws `ProtocolError`. */
export const InternalValidationError = codec<InternalValidationError>(
  'InternalValidationError',
  variants<InternalValidationError>({
    HostCommunication: [0, { value: string }],
    CouldNotCreateLink: [1, { value: string }],
    CouldNotOpenFile: [2, { value: string }],
    CouldNotCreatePipe: [3, { value: string }],
    CouldNotClearWorkerDir: [4, { err: string, path: option(string) }],
    Kernel: [5, { value: string }],
    NonDeterministicPrepareError: [6, { value: PrepareError }],
  }),
);

/** Why an execution has no {@link WorkerResponse}. After any of these the worker is not used again. */
export type WorkerError =
  /** CPU time ran out: vote against, no retry. */
  | { readonly type: 'JobTimedOut' }
  /** The job's process ended without an answer; the guest may have caused it. Retried, then against. */
  | { readonly type: 'JobDied'; readonly err: string; readonly jobPid: number }
  | { readonly type: 'JobError'; readonly value: JobError }
  | { readonly type: 'InternalError'; readonly value: InternalValidationError };

/** SCALE codec of {@link WorkerError}; decoding throws `ProtocolError`. */
export const WorkerError = codec<WorkerError>(
  'WorkerError',
  variants<WorkerError>({
    JobTimedOut: [0, {}],
    JobDied: [1, { err: string, jobPid: i32 }],
    JobError: [2, { value: JobError }],
    InternalError: [3, { value: InternalValidationError }],
  }),
);
