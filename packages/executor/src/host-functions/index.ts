/**
 * The functions a PVF may import: allocator, hashing, signatures, tries, logging.
 *
 * All of them are wasm. The *core* module (assembly/core) has the algorithms and its own memory and is
 * instantiated once per worker, before it forks. The *shim* module (assembly/shim) is instantiated per
 * guest: it sees the guest's memory as a second memory, checks and copies arguments, runs the allocator and
 * calls the core. Guest → shim → core are calls from wasm to wasm; JavaScript runs only for log lines.
 */
export {
  type AllocatorStats,
  createHostFunctions,
  type HostFunctionOptions,
  type HostFunctions,
  prepareHostFunctions,
} from './create.ts';
export { HostFunctionError, type HostFunctionErrorCode } from './errors.ts';
export type { LogSink } from './logging.ts';
export {
  HOST_FUNCTION_SIGNATURES,
  type HostFunctionKind,
  type HostFunctionSignature,
  type ValType,
} from './signatures.ts';
