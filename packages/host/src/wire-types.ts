/**
 * Wire types that the host's API shows to its callers. Until `@pvf/protocol` exports them they are written out
 * here with the same shapes; afterwards this file only re-exports.
 */

export type PrepTimeoutKind = 'Precheck' | 'Prepare';
export type ExecTimeoutKind = 'Backing' | 'Approval';

export type ExecutorParam =
  | { type: 'MaxMemoryPages'; value: number }
  | { type: 'StackLogicalMax'; value: number }
  | { type: 'StackNativeMax'; value: number }
  | { type: 'PrecheckingMaxMemory'; value: bigint }
  | { type: 'PvfPrepTimeout'; kind: PrepTimeoutKind; ms: bigint }
  | { type: 'PvfExecTimeout'; kind: ExecTimeoutKind; ms: bigint }
  | { type: 'WasmExtBulkMemory' }
  | { type: 'EnabledHostFunction'; value: { type: 'EccRfc163' } };

export type PersistedValidationData = {
  parentHead: Uint8Array;
  relayParentNumber: number;
  relayParentStorageRoot: Uint8Array;
  maxPovSize: number;
};

export type CandidateDescriptorVersion =
  | { type: 'V1' }
  | { type: 'V2' }
  | { type: 'V3' }
  | { type: 'Unknown'; value: number };

export type ValidationResult = {
  headData: Uint8Array;
  newValidationCode: Uint8Array | undefined;
  upwardMessages: Uint8Array[];
  horizontalMessages: { recipient: number; data: Uint8Array }[];
  processedDownwardMessages: number;
  hrmpWatermark: number;
};

export type PrepareError =
  | { type: 'Prevalidation'; value: string }
  | { type: 'Preparation'; value: string }
  | { type: 'RuntimeConstruction'; value: string }
  | { type: 'JobError'; value: string }
  | { type: 'TimedOut' }
  | { type: 'IoErr'; value: string }
  | { type: 'CreateTmpFile'; value: string }
  | { type: 'RenameTmpFile'; err: string; src: string | undefined; dest: string | undefined }
  | { type: 'OutOfMemory' }
  | { type: 'ClearWorkerDir'; value: string }
  | { type: 'JobDied'; err: string; jobPid: number }
  | { type: 'Kernel'; value: string }
  | { type: 'CouldNotDecompressCodeBlob'; value: string };
