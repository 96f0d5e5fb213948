import type { ExecutorHostFunction, ExecutorParams } from '../types/executor-params.ts';

/** Values on the logical stack when no parameter says otherwise. */
export const DEFAULT_STACK_LOGICAL_MAX = 65_536;

/** Bytes of native stack when no parameter says otherwise: 256 MiB. */
export const DEFAULT_STACK_NATIVE_MAX = 256 * 1024 * 1024;

/** Pages that a module is estimated to need for its own data and stack; always added to the limit. */
export const HEAP_PAGES_ESTIMATE = 32;

/** Pages beyond the estimate when no parameter says otherwise. */
export const DEFAULT_MAX_MEMORY_PAGES = 2_048;

const U32_MAX = 0xffff_ffff;

/** How the executor has to run a PVF. */
export interface ExecutorSemantics {
  /** Limit of the guest's memory in pages of 64 KiB, the estimate included. */
  readonly maximumPages: number;
  /** Limit of the logical stack in wasm values. */
  readonly stackLogicalMax: number;
  /** Native stack in bytes. */
  readonly stackNativeMax: number;
  /** The bulk-memory parameter is set. It changes the prep hash and nothing that a PVF can use. */
  readonly wasmBulkMemory: boolean;
  /** Groups of host functions that are switched on. */
  readonly enabledHostFunctions: ReadonlySet<ExecutorHostFunction>;
}

/**
 * The semantics that `params` ask for. The last parameter of a kind wins, unlike for timeouts, where the first
 * does. Rule: `params_to_wasmtime_semantics` of polkadot-node-core-pvf-common 29.0.0.
 */
export function executorSemantics(params: ExecutorParams): ExecutorSemantics {
  let maximumPages = DEFAULT_MAX_MEMORY_PAGES + HEAP_PAGES_ESTIMATE;
  let stackLogicalMax = DEFAULT_STACK_LOGICAL_MAX;
  let stackNativeMax = DEFAULT_STACK_NATIVE_MAX;
  let wasmBulkMemory = false;
  const enabledHostFunctions = new Set<ExecutorHostFunction>();
  for (const param of params) {
    switch (param.type) {
      case 'MaxMemoryPages':
        maximumPages = Math.min(param.value + HEAP_PAGES_ESTIMATE, U32_MAX);
        break;
      case 'StackLogicalMax':
        stackLogicalMax = param.value;
        break;
      case 'StackNativeMax':
        stackNativeMax = param.value;
        break;
      case 'WasmExtBulkMemory':
        wasmBulkMemory = true;
        break;
      case 'EnabledHostFunction':
        enabledHostFunctions.add(param.value);
        break;
      case 'PrecheckingMaxMemory':
      case 'PvfPrepTimeout':
      case 'PvfExecTimeout':
        break;
      default:
        param satisfies never;
    }
  }
  return { maximumPages, stackLogicalMax, stackNativeMax, wasmBulkMemory, enabledHostFunctions };
}
