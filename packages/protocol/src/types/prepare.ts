import {
  bytes,
  codec,
  hash,
  i64,
  names,
  option,
  type Result,
  result,
  struct,
  u32,
  u64,
} from '../scale/index.ts';
import { Duration } from './duration.ts';
import { ExecutorParams } from './executor-params.ts';
import { PrepareError } from './prepare-error.ts';

/** `Prechecking` also constructs the runtime once and applies the precheck memory limit. */
export type PrepareJobKind = 'Compilation' | 'Prechecking';

/** SCALE codec of {@link PrepareJobKind}; decoding throws `ProtocolError`. */
export const PrepareJobKind = codec<PrepareJobKind>(
  'PrepareJobKind',
  names<PrepareJobKind>({ Compilation: 0, Prechecking: 1 }),
);

/** Host → prepare worker, after the handshake; answered by one {@link PrepareWorkerResult}. */
export interface PvfPrepData {
  /** The code as it is on chain, compressed or not. */
  readonly maybeCompressedCode: Uint8Array;
  /** Decompressed code may have at most this many bytes; does not apply to code that is not compressed. */
  readonly validationCodeBombLimit: number;
  /** blake2-256 of `maybeCompressedCode`, 32 bytes; see {@link codeHash}. */
  readonly codeHash: Uint8Array;
  /** Of the session; some of them change the artifact. */
  readonly executorParams: ExecutorParams;
  /** CPU time that the job may take. */
  readonly prepTimeout: Duration;
  /** A precheck, or a compilation for execution. */
  readonly prepKind: PrepareJobKind;
}

/** SCALE codec of {@link PvfPrepData}; decoding throws `ProtocolError`. */
export const PvfPrepData = codec<PvfPrepData>(
  'PvfPrepData',
  struct<PvfPrepData>({
    maybeCompressedCode: bytes,
    validationCodeBombLimit: u32,
    codeHash: hash,
    executorParams: ExecutorParams,
    prepTimeout: Duration,
    prepKind: PrepareJobKind,
  }),
);

/** What an allocator reports, in bytes. */
export interface MemoryAllocationStats {
  /** Bytes that were mapped. */
  readonly resident: bigint;
  /** Bytes that were given out. */
  readonly allocated: bigint;
}

/** Memory that a preparation took. */
export interface MemoryStats {
  /** Polled from the allocator; undefined when there is nothing to ask. */
  readonly memoryTrackerStats: MemoryAllocationStats | undefined;
  /** `ru_maxrss` of `getrusage`, in KiB on Linux; undefined when it failed. */
  readonly maxRss: bigint | undefined;
  /** Highest sum of tracked allocations, in bytes. */
  readonly peakTrackedAlloc: bigint;
}

/** SCALE codec of {@link MemoryStats}; decoding throws `ProtocolError`. */
export const MemoryStats = codec<MemoryStats>(
  'MemoryStats',
  struct<MemoryStats>({
    memoryTrackerStats: option(struct<MemoryAllocationStats>({ resident: u64, allocated: u64 })),
    maxRss: option(i64),
    peakTrackedAlloc: u64,
  }),
);

/** What a preparation took. */
export interface PrepareStats {
  /** The job's user and system CPU time. */
  readonly cpuTimeElapsed: Duration;
  /** Most memory that it took. */
  readonly memoryStats: MemoryStats;
  /** Bytes of the decompressed code. */
  readonly observedWasmCodeLen: number;
}

/** SCALE codec of {@link PrepareStats}; decoding throws `ProtocolError`. */
export const PrepareStats = codec<PrepareStats>(
  'PrepareStats',
  struct<PrepareStats>({ cpuTimeElapsed: Duration, memoryStats: MemoryStats, observedWasmCodeLen: u32 }),
);

/** A preparation that succeeded, as the worker tells. */
export interface PrepareWorkerSuccess {
  /** twox-256 of the artifact file, 32 bytes; see {@link artifactChecksum}. */
  readonly checksum: Uint8Array;
  /** What the preparation took, by the worker's account. */
  readonly stats: PrepareStats;
}

/** SCALE codec of {@link PrepareWorkerSuccess}; decoding throws `ProtocolError`. */
export const PrepareWorkerSuccess = codec<PrepareWorkerSuccess>(
  'PrepareWorkerSuccess',
  struct<PrepareWorkerSuccess>({ checksum: hash, stats: PrepareStats }),
);

/** Prepare worker → host. On success the artifact is in the worker dir's `tmp-artifact`. */
export type PrepareWorkerResult = Result<PrepareWorkerSuccess, PrepareError>;

/** SCALE codec of {@link PrepareWorkerResult}; decoding throws `ProtocolError`. */
export const PrepareWorkerResult = codec<PrepareWorkerResult>(
  'PrepareWorkerResult',
  result(PrepareWorkerSuccess, PrepareError),
);

/** What a prepare job sends when it succeeded. Untrusted: the job may say anything. */
export interface PrepareJobSuccess {
  /** The artifact file's content. */
  readonly artifact: Uint8Array;
  /** Most memory that it took, by the job's own account. */
  readonly memoryStats: MemoryStats;
  /** Bytes of the decompressed code. */
  readonly observedWasmCodeLen: number;
}

/** SCALE codec of {@link PrepareJobSuccess}; decoding throws `ProtocolError`. */
export const PrepareJobSuccess = codec<PrepareJobSuccess>(
  'PrepareJobSuccess',
  struct<PrepareJobSuccess>({ artifact: bytes, memoryStats: MemoryStats, observedWasmCodeLen: u32 }),
);

/** Prepare job → prepare worker, one frame on the job's pipe. */
export type PrepareJobResult = Result<PrepareJobSuccess, PrepareError>;

/** SCALE codec of {@link PrepareJobResult}; decoding throws `ProtocolError`. */
export const PrepareJobResult = codec<PrepareJobResult>(
  'PrepareJobResult',
  result(PrepareJobSuccess, PrepareError),
);
