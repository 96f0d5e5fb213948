import { bytes, codec, i32, type Result, result, string, struct, u32, variants } from '../scale/index.ts';
import { Duration } from './duration.ts';
import { InternalValidationError } from './execute-error.ts';
import { PrepareJobSuccess, PrepareWorkerSuccess } from './prepare.ts';
import { ValidationResult } from './validation-result.ts';

/**
 * The same messages for who only passes them on: what a job wrote as text stays the bytes that it is, a view of the
 * input. A text that was decoded would lie in the heap until V8 reuses its place, and in that of every process that
 * is forked meanwhile. The bytes are not checked: `string` refuses what is not UTF-8, so look at that first.
 *
 * Wire indexes are those of `execute.ts`, `execute-error.ts` and `prepare-error.ts`; test/unread.test.ts compares them.
 */
interface UnreadText<Type extends string> {
  readonly type: Type;
  readonly value: Uint8Array;
}

/** {@link JobResponse} with its text unread. */
export type UnreadJobResponse =
  | { readonly type: 'Ok'; readonly resultDescriptor: ValidationResult }
  | UnreadText<'RuntimeConstruction'>
  | UnreadText<'InvalidCandidate'>
  | { readonly type: 'PoVDecompressionFailure' }
  | { readonly type: 'CorruptedArtifact' };

const UnreadJobResponse = variants<UnreadJobResponse>({
  Ok: [0, { resultDescriptor: ValidationResult }],
  RuntimeConstruction: [1, { value: bytes }],
  InvalidCandidate: [2, { value: bytes }],
  PoVDecompressionFailure: [3, {}],
  CorruptedArtifact: [4, {}],
});

/** {@link JobError} with its text unread. */
export type UnreadJobError =
  | { readonly type: 'TimedOut' }
  | UnreadText<'Panic'>
  | UnreadText<'Kernel'>
  | UnreadText<'CouldNotSpawnThread'>
  | UnreadText<'CpuTimeMonitorThread'>
  | { readonly type: 'UnexpectedExitStatus'; readonly value: number };

const UnreadJobError = variants<UnreadJobError>({
  TimedOut: [0, {}],
  Panic: [1, { value: bytes }],
  Kernel: [2, { value: bytes }],
  CouldNotSpawnThread: [3, { value: bytes }],
  CpuTimeMonitorThread: [4, { value: bytes }],
  UnexpectedExitStatus: [5, { value: i32 }],
});

/** {@link JobResult} with its texts unread. */
export type UnreadJobResult = Result<UnreadJobResponse, UnreadJobError>;

/** SCALE codec of {@link UnreadJobResult}; decoding throws `ProtocolError`. */
export const UnreadJobResult = codec<UnreadJobResult>('JobResult', result(UnreadJobResponse, UnreadJobError));

/** {@link WorkerError} with a job's texts unread; those of the worker itself are its own. */
export type UnreadWorkerError =
  | { readonly type: 'JobTimedOut' }
  | { readonly type: 'JobDied'; readonly err: string; readonly jobPid: number }
  | { readonly type: 'JobError'; readonly value: UnreadJobError }
  | { readonly type: 'InternalError'; readonly value: InternalValidationError };

const UnreadWorkerError = variants<UnreadWorkerError>({
  JobTimedOut: [0, {}],
  JobDied: [1, { err: string, jobPid: i32 }],
  JobError: [2, { value: UnreadJobError }],
  InternalError: [3, { value: InternalValidationError }],
});

interface UnreadWorkerResponse {
  readonly jobResponse: UnreadJobResponse;
  readonly duration: Duration;
  readonly povSize: number;
}

/** {@link ExecuteWorkerResult} with a job's texts unread. */
export type UnreadExecuteWorkerResult = Result<UnreadWorkerResponse, UnreadWorkerError>;

/** SCALE codec of {@link UnreadExecuteWorkerResult}; decoding throws `ProtocolError`. */
export const UnreadExecuteWorkerResult = codec<UnreadExecuteWorkerResult>(
  'ExecuteWorkerResult',
  result(
    struct<UnreadWorkerResponse>({ jobResponse: UnreadJobResponse, duration: Duration, povSize: u32 }),
    UnreadWorkerError,
  ),
);

/** What a prepare job may tell of {@link PrepareError}, unread. */
export type UnreadPrepareError =
  | UnreadText<'Prevalidation'>
  | UnreadText<'Preparation'>
  | UnreadText<'RuntimeConstruction'>
  | UnreadText<'JobError'>
  | UnreadText<'CouldNotDecompressCodeBlob'>;

const UnreadPrepareError = variants<UnreadPrepareError>({
  Prevalidation: [0, { value: bytes }],
  Preparation: [1, { value: bytes }],
  RuntimeConstruction: [2, { value: bytes }],
  JobError: [3, { value: bytes }],
  CouldNotDecompressCodeBlob: [12, { value: bytes }],
});

/** {@link PrepareJobResult} with its text unread. An error that is not a job's to tell is an unknown variant here. */
export type UnreadPrepareJobResult = Result<PrepareJobSuccess, UnreadPrepareError>;

/** SCALE codec of {@link UnreadPrepareJobResult}; decoding throws `ProtocolError`. */
export const UnreadPrepareJobResult = codec<UnreadPrepareJobResult>(
  'PrepareJobResult',
  result(PrepareJobSuccess, UnreadPrepareError),
);

/** {@link PrepareWorkerResult} with a job's text unread. */
export type UnreadPrepareWorkerResult = Result<PrepareWorkerSuccess, UnreadPrepareError>;

/** SCALE codec of {@link UnreadPrepareWorkerResult}; decoding throws `ProtocolError`. */
export const UnreadPrepareWorkerResult = codec<UnreadPrepareWorkerResult>(
  'PrepareWorkerResult',
  result(PrepareWorkerSuccess, UnreadPrepareError),
);
