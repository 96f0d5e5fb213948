import fc, { type Arbitrary } from 'fast-check';
import * as protocol from '../../src/index.ts';
import { claimQueue, descriptor, receipt, signal } from './candidate-arbitraries.ts';

/** Where a property of all codecs gets a codec and values for it. */
export interface CodecCase {
  readonly codec: protocol.Codec<unknown>;
  readonly values: Arbitrary<unknown>;
}

const bytes = fc.uint8Array({ maxLength: 80, size: 'max' });
const hash = fc.uint8Array({ minLength: 32, maxLength: 32, size: 'max' });
const u8 = fc.nat(255);
const u32 = fc.oneof(fc.constantFrom(0, 1, 0xffff_ffff), fc.nat(0xffff_ffff));
const i32 = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
const u64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
const i64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
const text = fc.string({ unit: 'binary', maxLength: 40, size: 'max' });

function optional<T>(values: Arbitrary<T>): Arbitrary<T | undefined> {
  return fc.option(values, { nil: undefined });
}

/** Fields of a struct, or with `type` of a variant. */
function record<T>(fields: { [K in keyof T]-?: Arbitrary<T[K]> }): Arbitrary<T> {
  return fc.record(fields as never, { noNullPrototype: true }) as Arbitrary<T>;
}

function variant(type: string, fields: Record<string, Arbitrary<unknown>> = {}): Arbitrary<{ type: string }> {
  return fc.record({ type: fc.constant(type), ...fields }, { noNullPrototype: true });
}

/** Variants that carry a text alone. */
function texts<T>(...types: string[]): Arbitrary<T>[] {
  return types.map((type) => variant(type, { value: text }) as Arbitrary<unknown> as Arbitrary<T>);
}

function oneOf<T>(...variants: Arbitrary<{ type: string }>[]): Arbitrary<T> {
  return fc.oneof(...variants) as Arbitrary<unknown> as Arbitrary<T>;
}

function resultOf<T, E>(values: Arbitrary<T>, errors: Arbitrary<E>): Arbitrary<protocol.Result<T, E>> {
  return fc.oneof(
    values.map((value) => ({ ok: true as const, value })),
    errors.map((error) => ({ ok: false as const, error })),
  );
}

const duration = record<protocol.Duration>({ secs: u64, nanos: fc.nat(999_999_999) });

const securityStatus = record<protocol.SecurityStatus>({
  secureValidatorMode: fc.boolean(),
  canEnableLandlock: fc.boolean(),
  canEnableSeccomp: fc.boolean(),
  canUnshareUserNamespaceAndChangeRoot: fc.boolean(),
  canDoSecureClone: fc.boolean(),
});

const executorParam = oneOf<protocol.ExecutorParam>(
  variant('MaxMemoryPages', { value: u32 }),
  variant('StackLogicalMax', { value: u32 }),
  variant('StackNativeMax', { value: u32 }),
  variant('PrecheckingMaxMemory', { value: u64 }),
  variant('PvfPrepTimeout', { kind: fc.constantFrom('Precheck', 'Prepare'), value: u64 }),
  variant('PvfExecTimeout', { kind: fc.constantFrom('Backing', 'Approval'), value: u64 }),
  variant('WasmExtBulkMemory'),
  variant('EnabledHostFunction', { value: fc.constant('EccRfc163') }),
);

/** Any set of executor params, sensible or not. */
export const executorParams: Arbitrary<protocol.ExecutorParams> = fc.array(executorParam, {
  maxLength: 8,
  size: 'max',
});

/** Any preparation error. */
export const prepareError: Arbitrary<protocol.PrepareError> = oneOf(
  ...texts<{ type: string }>('Prevalidation', 'Preparation', 'RuntimeConstruction', 'JobError', 'IoErr'),
  ...texts<{ type: string }>('CreateTmpFile', 'ClearWorkerDir', 'Kernel', 'CouldNotDecompressCodeBlob'),
  variant('TimedOut'),
  variant('OutOfMemory'),
  variant('RenameTmpFile', { err: text, src: optional(text), dest: optional(text) }),
  variant('JobDied', { err: text, jobPid: i32 }),
);

/** Any error of an execution job. */
export const jobError: Arbitrary<protocol.JobError> = oneOf(
  ...texts<{ type: string }>('Panic', 'Kernel', 'CouldNotSpawnThread', 'CpuTimeMonitorThread'),
  variant('TimedOut'),
  variant('UnexpectedExitStatus', { value: i32 }),
);

/** Any internal error. */
export const internalError: Arbitrary<protocol.InternalValidationError> = oneOf(
  ...texts<{ type: string }>(
    'HostCommunication',
    'CouldNotCreateLink',
    'CouldNotOpenFile',
    'CouldNotCreatePipe',
  ),
  ...texts<{ type: string }>('Kernel'),
  variant('CouldNotClearWorkerDir', { err: text, path: optional(text) }),
  variant('NonDeterministicPrepareError', { value: prepareError }),
);

/** Any error of an execute worker. */
export const workerError: Arbitrary<protocol.WorkerError> = oneOf(
  variant('JobTimedOut'),
  variant('JobDied', { err: text, jobPid: i32 }),
  variant('JobError', { value: jobError }),
  variant('InternalError', { value: internalError }),
);

const pvfPrepData = record<protocol.PvfPrepData>({
  maybeCompressedCode: bytes,
  validationCodeBombLimit: u32,
  codeHash: hash,
  executorParams,
  prepTimeout: duration,
  prepKind: fc.constantFrom('Compilation', 'Prechecking'),
});

const memoryStats = record<protocol.MemoryStats>({
  memoryTrackerStats: optional(record<protocol.MemoryAllocationStats>({ resident: u64, allocated: u64 })),
  maxRss: optional(i64),
  peakTrackedAlloc: u64,
});

const prepareStats = record<protocol.PrepareStats>({
  cpuTimeElapsed: duration,
  memoryStats,
  observedWasmCodeLen: u32,
});

const prepareWorkerSuccess = record<protocol.PrepareWorkerSuccess>({ checksum: hash, stats: prepareStats });

const prepareJobSuccess = record<protocol.PrepareJobSuccess>({
  artifact: bytes,
  memoryStats,
  observedWasmCodeLen: u32,
});

const persistedValidationData = record<protocol.PersistedValidationData>({
  parentHead: bytes,
  relayParentNumber: u32,
  relayParentStorageRoot: hash,
  maxPovSize: u32,
});

const pov = record<protocol.PoV>({ blockData: bytes });

const descriptorVersion = oneOf<protocol.CandidateDescriptorVersion>(
  variant('V1'),
  variant('V2'),
  variant('V3'),
  variant('Unknown', { value: fc.nat(255) }),
);

const executeRequest = record<protocol.ExecuteRequest>({
  pvd: persistedValidationData,
  pov,
  executionTimeout: duration,
  artifactChecksum: hash,
  relayParent: hash,
  schedulingParent: hash,
  descriptorVersion,
});

const validationParams = {
  parentHead: bytes,
  blockData: bytes,
  relayParentNumber: u32,
  relayParentStorageRoot: hash,
};

const extension = variant('V3', {
  relayParent: hash,
  schedulingParent: hash,
}) as Arbitrary<unknown> as Arbitrary<protocol.ValidationParamsExtension>;

const resultFields = {
  headData: bytes,
  newValidationCode: optional(bytes),
  upwardMessages: fc.array(bytes, { maxLength: 5, size: 'max' }),
  horizontalMessages: fc.array(record<protocol.OutboundHrmpMessage>({ recipient: u32, data: bytes }), {
    maxLength: 5,
    size: 'max',
  }),
  processedDownwardMessages: u32,
  hrmpWatermark: u32,
};
const validationResult = record<protocol.ValidationResult>(resultFields);
const commitments = record<protocol.CandidateCommitments>(resultFields);

const jobResponse = oneOf<protocol.JobResponse>(
  variant('Ok', { resultDescriptor: validationResult }),
  ...texts<{ type: string }>('RuntimeConstruction', 'InvalidCandidate'),
  variant('PoVDecompressionFailure'),
  variant('CorruptedArtifact'),
);

const workerResponse = record<protocol.WorkerResponse>({ jobResponse, duration, povSize: u32 });

function pair<T>(codec: protocol.Codec<T>, values: Arbitrary<T>): CodecCase {
  return { codec: codec as unknown as protocol.Codec<unknown>, values };
}

/** Every codec that the package exports, each with a generator of its values. */
const unreadTexts = (...types: readonly string[]) => types.map((type) => variant(type, { value: bytes }));
const unreadResponse = oneOf<protocol.UnreadJobResponse>(
  variant('Ok', { resultDescriptor: validationResult }),
  ...unreadTexts('RuntimeConstruction', 'InvalidCandidate'),
  variant('PoVDecompressionFailure'),
  variant('CorruptedArtifact'),
);
const unreadJobError = oneOf<protocol.UnreadJobError>(
  variant('TimedOut'),
  ...unreadTexts('Panic', 'Kernel', 'CouldNotSpawnThread', 'CpuTimeMonitorThread'),
  variant('UnexpectedExitStatus', { value: i32 }),
);
const unreadWorkerError = oneOf<protocol.UnreadWorkerError>(
  variant('JobTimedOut'),
  variant('JobDied', { err: text, jobPid: i32 }),
  variant('JobError', { value: unreadJobError }),
  variant('InternalError', { value: internalError }),
);
const unreadPrepareError = oneOf<protocol.UnreadPrepareError>(
  ...unreadTexts('Prevalidation', 'Preparation', 'RuntimeConstruction', 'JobError'),
  ...unreadTexts('CouldNotDecompressCodeBlob'),
);

const line = record<protocol.GuestLogLine>({ level: u8, target: text, message: text });
const unreadLine = record<protocol.UnreadGuestLogLine>({ level: u8, target: bytes, message: bytes });
const jobDetail = record<protocol.JobDetail>({
  memoryPages: u32,
  codeBytes: u32,
  panic: optional(text),
  backtrace: fc.array(
    record<protocol.GuestFrame>({ isHostFunction: fc.boolean(), index: u32, name: optional(text) }),
    { maxLength: 4, size: 'max' },
  ),
});
const unreadJobDetail = record<protocol.UnreadJobDetail>({
  memoryPages: u32,
  codeBytes: u32,
  panic: optional(bytes),
  backtrace: fc.array(
    record<protocol.UnreadGuestFrame>({ isHostFunction: fc.boolean(), index: u32, name: optional(bytes) }),
    { maxLength: 4, size: 'max' },
  ),
});

export const CODEC_CASES: readonly CodecCase[] = [
  pair(protocol.Duration, duration),
  pair(protocol.SecurityStatus, securityStatus),
  pair(protocol.WorkerHandshake, record<protocol.WorkerHandshake>({ securityStatus })),
  pair(protocol.ExecuteHandshake, record<protocol.ExecuteHandshake>({ executorParams })),
  pair(protocol.ExecutorParam, executorParam),
  pair(protocol.ExecutorParams, executorParams),
  pair(protocol.PrepareJobKind, fc.constantFrom('Compilation', 'Prechecking')),
  pair(protocol.PvfPrepData, pvfPrepData),
  pair(protocol.MemoryStats, memoryStats),
  pair(protocol.PrepareStats, prepareStats),
  pair(protocol.PrepareWorkerSuccess, prepareWorkerSuccess),
  pair(protocol.PrepareError, prepareError),
  pair(protocol.PrepareWorkerResult, resultOf(prepareWorkerSuccess, prepareError)),
  pair(protocol.PrepareJobSuccess, prepareJobSuccess),
  pair(protocol.PrepareJobResult, resultOf(prepareJobSuccess, prepareError)),
  pair(protocol.PersistedValidationData, persistedValidationData),
  pair(protocol.PoV, pov),
  pair(protocol.CandidateDescriptorVersion, descriptorVersion),
  pair(protocol.ExecuteRequest, executeRequest),
  pair(protocol.RequestInMemory, record<protocol.RequestInMemory>({ length: u32 })),
  pair(protocol.JobError, jobError),
  pair(protocol.InternalValidationError, internalError),
  pair(protocol.WorkerError, workerError),
  pair(protocol.JobResponse, jobResponse),
  pair(protocol.JobResult, resultOf(jobResponse, jobError)),
  pair(protocol.WorkerResponse, workerResponse),
  pair(protocol.ExecuteWorkerResult, resultOf(workerResponse, workerError)),
  pair(protocol.ValidationParams, record<protocol.ValidationParams>(validationParams)),
  pair(protocol.ValidationParamsExtension, extension),
  pair(
    protocol.ValidationInput,
    record<protocol.ValidationInput>({ ...validationParams, extension: optional(extension) }),
  ),
  pair(protocol.ValidationResult, validationResult),
  pair(protocol.CandidateDescriptor, descriptor),
  pair(protocol.CandidateReceipt, receipt),
  pair(protocol.CandidateCommitments, commitments),
  pair(
    protocol.CommittedCandidateReceipt,
    record<protocol.CommittedCandidateReceipt>({ descriptor, commitments }),
  ),
  pair(protocol.UnreadJobResult, resultOf(unreadResponse, unreadJobError)),
  pair(
    protocol.UnreadExecuteWorkerResult,
    resultOf(
      record<{ jobResponse: protocol.UnreadJobResponse; duration: protocol.Duration; povSize: number }>({
        jobResponse: unreadResponse,
        duration,
        povSize: u32,
      }),
      unreadWorkerError,
    ),
  ),
  pair(protocol.UnreadPrepareJobResult, resultOf(prepareJobSuccess, unreadPrepareError)),
  pair(protocol.UnreadPrepareWorkerResult, resultOf(prepareWorkerSuccess, unreadPrepareError)),
  pair(
    protocol.ExecutionDetail,
    record<protocol.ExecutionDetail>({
      cpuTimeNs: u64,
      maxRssBytes: u64,
      logs: fc.array(line, { maxLength: 4, size: 'max' }),
      logsLeftOut: u32,
      job: optional(jobDetail),
    }),
  ),
  pair(
    protocol.UnreadExecutionDetail,
    record<protocol.UnreadExecutionDetail>({
      cpuTimeNs: u64,
      maxRssBytes: u64,
      logs: fc.array(unreadLine, { maxLength: 4, size: 'max' }),
      logsLeftOut: u32,
      job: optional(unreadJobDetail),
    }),
  ),
  pair(protocol.UnreadJobDetail, unreadJobDetail),
  pair(
    protocol.UnreadGuestLog,
    oneOf<protocol.UnreadGuestLog>(variant('Line', { line: unreadLine }), variant('LeftOut', { count: u32 })),
  ),
  pair(protocol.ClaimQueue, claimQueue),
  pair(protocol.UmpSignal, signal),
];
