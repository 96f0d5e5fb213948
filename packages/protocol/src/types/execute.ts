import {
  bytes,
  codec,
  hash,
  type Result,
  result,
  string,
  struct,
  u8,
  u32,
  variants,
} from '../scale/index.ts';
import { Duration } from './duration.ts';
import { JobError, WorkerError } from './execute-error.ts';
import { ValidationResult } from './validation-result.ts';

/** What the relay chain fixes about a candidate before its block exists. */
export interface PersistedValidationData {
  /** Head data of the parent block. */
  readonly parentHead: Uint8Array;
  /** Block number of the relay parent, u32. */
  readonly relayParentNumber: number;
  /** 32 bytes. */
  readonly relayParentStorageRoot: Uint8Array;
  /** Largest proof of validity in bytes. */
  readonly maxPovSize: number;
}

/** SCALE codec of {@link PersistedValidationData}; decoding throws `ProtocolError`. */
export const PersistedValidationData = codec<PersistedValidationData>(
  'PersistedValidationData',
  struct<PersistedValidationData>({
    parentHead: bytes,
    relayParentNumber: u32,
    relayParentStorageRoot: hash,
    maxPovSize: u32,
  }),
);

/** Proof of validity. */
export interface PoV {
  /** The block and its state proof, compressed or not. */
  readonly blockData: Uint8Array;
}

/** SCALE codec of {@link PoV}; decoding throws `ProtocolError`. */
export const PoV = codec<PoV>('PoV', struct<PoV>({ blockData: bytes }));

/** Version of the candidate's descriptor; V3 candidates get the extended validation params. */
export type CandidateDescriptorVersion =
  | { readonly type: 'V1' }
  | { readonly type: 'V2' }
  | { readonly type: 'V3' }
  | { readonly type: 'Unknown'; readonly value: number };

/** SCALE codec of {@link CandidateDescriptorVersion}; decoding throws `ProtocolError`. */
export const CandidateDescriptorVersion = codec<CandidateDescriptorVersion>(
  'CandidateDescriptorVersion',
  variants<CandidateDescriptorVersion>({
    V1: [0, {}],
    V2: [1, {}],
    V3: [2, {}],
    Unknown: [3, { value: u8 }],
  }),
);

/** Host → execute worker, after both handshakes; answered by one {@link ExecuteWorkerResult}. */
export interface ExecuteRequest {
  /** The validation data that the PVF gets. */
  readonly pvd: PersistedValidationData;
  /** The block to execute, compressed or not. */
  readonly pov: PoV;
  /** CPU time that the job may take. */
  readonly executionTimeout: Duration;
  /** twox-256 of the file `artifact` in the worker dir, 32 bytes. */
  readonly artifactChecksum: Uint8Array;
  /** 32 bytes. */
  readonly relayParent: Uint8Array;
  /** 32 bytes. */
  readonly schedulingParent: Uint8Array;
  /** Decides about the extension of the params. */
  readonly descriptorVersion: CandidateDescriptorVersion;
}

/** SCALE codec of {@link ExecuteRequest}; decoding throws `ProtocolError`. */
export const ExecuteRequest = codec<ExecuteRequest>(
  'ExecuteRequest',
  struct<ExecuteRequest>({
    pvd: PersistedValidationData,
    pov: PoV,
    executionTimeout: Duration,
    artifactChecksum: hash,
    relayParent: hash,
    schedulingParent: hash,
    descriptorVersion: CandidateDescriptorVersion,
  }),
);

/**
 * What the memory that an execute worker shares with its host is called: it is the worker's only memfd of this name.
 * Workers offer one that name `shared-memory` among their capabilities and are started with `--shared-memory 1`.
 */
export const SHARED_MEMORY = 'pvf-shared-memory';

/**
 * Host → execute worker in place of a large {@link ExecuteRequest}: the request lies in {@link SHARED_MEMORY}, from its
 * first byte to its last. Shorter than any request, so that the frame tells which of both it holds.
 */
export interface RequestInMemory {
  /** Of the request and of the memory that holds it, bytes, u32. */
  readonly length: number;
}

/** SCALE codec of {@link RequestInMemory}; decoding throws `ProtocolError`. */
export const RequestInMemory = codec<RequestInMemory>(
  'RequestInMemory',
  struct<RequestInMemory>({ length: u32 }),
);

/** Of an encoded {@link RequestInMemory}. */
export const REQUEST_IN_MEMORY_BYTES = 4;

/** How the execution of a candidate ended, as far as the job or the worker can tell. */
export type JobResponse =
  /** Valid, with this result. Said by the job; the result still has to match the candidate's commitments. */
  | { readonly type: 'Ok'; readonly resultDescriptor: ValidationResult }
  /** The artifact could not be instantiated: prepare it again and retry. Said by the job. */
  | { readonly type: 'RuntimeConstruction'; readonly value: string }
  /** The PVF rejected the candidate or broke its rules: vote against. Said by the job. */
  | { readonly type: 'InvalidCandidate'; readonly value: string }
  /** The PoV is compressed and broken or above the bomb limit: vote against. Said by the worker. */
  | { readonly type: 'PoVDecompressionFailure' }
  /** The artifact is not the one that was asked for: prepare it again and retry. Said by the worker. */
  | { readonly type: 'CorruptedArtifact' };

/** SCALE codec of {@link JobResponse}; decoding throws `ProtocolError`. */
export const JobResponse = codec<JobResponse>(
  'JobResponse',
  variants<JobResponse>({
    Ok: [0, { resultDescriptor: ValidationResult }],
    RuntimeConstruction: [1, { value: string }],
    InvalidCandidate: [2, { value: string }],
    PoVDecompressionFailure: [3, {}],
    CorruptedArtifact: [4, {}],
  }),
);

/** Execute job → execute worker, one frame on the job's pipe. Untrusted: the job may say anything. */
export type JobResult = Result<JobResponse, JobError>;

/** SCALE codec of {@link JobResult}; decoding throws `ProtocolError`. */
export const JobResult = codec<JobResult>('JobResult', result(JobResponse, JobError));

/** A job that ended in a way the worker survives. */
export interface WorkerResponse {
  /** What became of the job. */
  readonly jobResponse: JobResponse;
  /** CPU time of the job. */
  readonly duration: Duration;
  /** Bytes of the decompressed PoV. */
  readonly povSize: number;
}

/** SCALE codec of {@link WorkerResponse}; decoding throws `ProtocolError`. */
export const WorkerResponse = codec<WorkerResponse>(
  'WorkerResponse',
  struct<WorkerResponse>({ jobResponse: JobResponse, duration: Duration, povSize: u32 }),
);

/** Execute worker → host. */
export type ExecuteWorkerResult = Result<WorkerResponse, WorkerError>;

/** SCALE codec of {@link ExecuteWorkerResult}; decoding throws `ProtocolError`. */
export const ExecuteWorkerResult = codec<ExecuteWorkerResult>(
  'ExecuteWorkerResult',
  result(WorkerResponse, WorkerError),
);

function inContext(context: string, message: string): string {
  return message === '' ? context : `${context}: ${message}`;
}

/** `InvalidCandidate` with the text `context: message`, or `context` alone when there is no message. */
export function invalidCandidate(context: string, message = ''): JobResponse {
  return { type: 'InvalidCandidate', value: inContext(context, message) };
}

/** `RuntimeConstruction` with the text `context: message`, or `context` alone when there is no message. */
export function runtimeConstruction(context: string, message = ''): JobResponse {
  return { type: 'RuntimeConstruction', value: inContext(context, message) };
}
