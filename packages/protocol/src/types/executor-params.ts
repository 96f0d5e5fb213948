import { codec, names, u32, u64, variants, vector } from '../scale/index.ts';

/** Why something is prepared: `Precheck` decides about the PVF, `Prepare` serves an execution. */
export type PvfPrepKind = 'Precheck' | 'Prepare';

/** Why something is executed: `Backing`, or `Approval`, which covers disputes too. */
export type PvfExecKind = 'Backing' | 'Approval';

/** A group of host functions that a chain may switch on. `EccRfc163`: BLS12-381, Bandersnatch, Pallas, Vesta. */
export type ExecutorHostFunction = 'EccRfc163';

/** One change to the default execution environment, decided on chain. */
export type ExecutorParam =
  /** Pages of 64 KiB beyond the 32 that a module is estimated to use itself. Valid: 1 … 65,536. */
  | { readonly type: 'MaxMemoryPages'; readonly value: number }
  /** Logical stack limit in wasm values. Valid: 1,024 … 131,072. */
  | { readonly type: 'StackLogicalMax'; readonly value: number }
  /** Native stack in bytes. Valid: at least 128 × the logical limit. */
  | { readonly type: 'StackNativeMax'; readonly value: number }
  /** Memory of a prechecking job in bytes. Valid: 256 MiB … 16 GiB. */
  | { readonly type: 'PrecheckingMaxMemory'; readonly value: bigint }
  /** CPU time of a preparation in milliseconds. */
  | { readonly type: 'PvfPrepTimeout'; readonly kind: PvfPrepKind; readonly value: bigint }
  /** CPU time of an execution in milliseconds. */
  | { readonly type: 'PvfExecTimeout'; readonly kind: PvfExecKind; readonly value: bigint }
  | { readonly type: 'WasmExtBulkMemory' }
  | { readonly type: 'EnabledHostFunction'; readonly value: ExecutorHostFunction };

/** A session's parameters in the order of the chain; order and repetition count for the hash. */
export type ExecutorParams = readonly ExecutorParam[];

const PvfPrepKind = names<PvfPrepKind>({ Precheck: 0, Prepare: 1 });
const PvfExecKind = names<PvfExecKind>({ Backing: 0, Approval: 1 });
const ExecutorHostFunction = names<ExecutorHostFunction>({ EccRfc163: 1 });

/** SCALE codec of {@link ExecutorParam}; decoding throws `ProtocolError`. */
export const ExecutorParam = codec<ExecutorParam>(
  'ExecutorParam',
  variants<ExecutorParam>({
    MaxMemoryPages: [1, { value: u32 }],
    StackLogicalMax: [2, { value: u32 }],
    StackNativeMax: [3, { value: u32 }],
    PrecheckingMaxMemory: [4, { value: u64 }],
    PvfPrepTimeout: [5, { kind: PvfPrepKind, value: u64 }],
    PvfExecTimeout: [6, { kind: PvfExecKind, value: u64 }],
    WasmExtBulkMemory: [7, {}],
    EnabledHostFunction: [8, { value: ExecutorHostFunction }],
  }),
);

/** SCALE codec of {@link ExecutorParams}; decoding throws `ProtocolError`. */
export const ExecutorParams = codec<ExecutorParams>('ExecutorParams', vector<ExecutorParam>(ExecutorParam));
