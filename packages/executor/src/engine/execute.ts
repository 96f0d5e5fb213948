import type { ExecutorSemantics } from '@pvf/protocol';
import { createHostFunctions, HostFunctionError, type HostFunctions } from '../host-functions/index.ts';
import { ConstructionError, checkImports, importObject, MissingFunctionError } from './link.ts';
import type { LoadedArtifact } from './load.ts';
import { ENTRY_POINT, MEMORY_IMPORT } from './shape.ts';

/** How an execution ended, in the terms of the reference's JobResponse. */
export type ExecutionOutcome =
  | {
      readonly type: 'output' /** SCALE bytes in the guest's memory; decode before use. */;
      readonly bytes: Uint8Array;
    }
  | { readonly type: 'invalid-candidate'; readonly message: string };

/** A guest that is ready to run: nothing is compiled from here on. */
export interface GuestInstance {
  /** Calls `validate_block` with the SCALE-encoded validation parameters. Call it once. */
  run(params: Uint8Array): ExecutionOutcome;
}

export interface InstantiateOptions {
  readonly semantics: ExecutorSemantics;
  /** What `ext_logging_max_level` answers: the worker's log level, 0 (off) to 5. */
  readonly loggingMaxLevel: number;
}

/** Largest memory that 32-bit wasm can have, in 64 KiB pages. */
const WASM_MAX_PAGES = 65_536;
/**
 * Native stack that the logical limit takes for granted per value, in bytes. A smaller native limit than that allows
 * fewer values; executor params that make sense (at least 128 bytes per value) never get here.
 */
const NATIVE_BYTES_PER_VALUE = 8;
/** Native stack that any call needs: a guest with less ends in "call stack exhausted" at once. */
const MIN_NATIVE_STACK_BYTES = 4096;

/**
 * Instantiates the guest, start function included.
 *
 * @throws ConstructionError what the reference reports as RuntimeConstruction
 */
export function instantiate(artifact: LoadedArtifact, options: InstantiateOptions): GuestInstance {
  const { shape, module } = artifact;
  const { semantics } = options;
  const eccEnabled = semantics.enabledHostFunctions.has('EccRfc163');
  const usedImports = checkImports(shape.imports, eccEnabled);
  const maxPages = Math.min(semantics.maximumPages, WASM_MAX_PAGES);
  const minPages = shape.memoryMinPages ?? 0;
  if (minPages > maxPages) {
    throw new ConstructionError(
      `the memory's minimum of ${minPages} pages exceeds the limit of ${maxPages} pages`,
    );
  }
  const memory = new WebAssembly.Memory({ initial: minPages, maximum: maxPages });
  const hostFunctions = createHostFunctions({
    memory,
    maxPages,
    eccEnabled,
    loggingMaxLevel: options.loggingMaxLevel,
    usedImports,
  });
  const imports: WebAssembly.Imports = Object.create(null);
  imports.env = importObject(shape.imports, hostFunctions.imports as Record<string, WebAssembly.ExportValue>);
  imports[MEMORY_IMPORT.module] = { [MEMORY_IMPORT.name]: memory };
  let instance: WebAssembly.Instance;
  try {
    instance = new WebAssembly.Instance(module, imports);
  } catch (cause) {
    throw new ConstructionError(`cannot instantiate: ${messageOf(cause)}`, { cause });
  }
  return { run: (params) => run(artifact, instance, memory, hostFunctions, semantics, params) };
}

function run(
  { shape }: LoadedArtifact,
  { exports }: WebAssembly.Instance,
  memory: WebAssembly.Memory,
  hostFunctions: HostFunctions,
  semantics: ExecutorSemantics,
  params: Uint8Array,
): ExecutionOutcome {
  // In the reference's order: memory, heap base, entry point, allocation of the parameters.
  if (shape.memoryExport !== 'memory')
    return invalid(`the export 'memory' is ${describe(shape.memoryExport)}`);
  if (shape.heapBase !== 'i32') return invalid(`the export '__heap_base' is ${describe(shape.heapBase)}`);
  if (shape.entryPoint !== 'valid')
    return invalid(`the export '${ENTRY_POINT.name}' is ${describe(shape.entryPoint)}`);
  if (semantics.stackNativeMax < MIN_NATIVE_STACK_BYTES) return invalid('trap: call stack exhausted');
  limitNativeStack(shape.heightExport, exports, semantics);
  hostFunctions.setHeapBase((exports.__heap_base as WebAssembly.Global).value >>> 0);
  let packed: bigint;
  try {
    const pointer = hostFunctions.allocate(params.length);
    new Uint8Array(memory.buffer).set(params, pointer);
    packed = (exports[ENTRY_POINT.name] as (pointer: number, length: number) => bigint)(
      pointer,
      params.length,
    );
  } catch (error) {
    if (!isTrap(error)) throw error;
    return invalid(`trap: ${messageOf(error)}`);
  }
  const pointer = Number(packed & 0xffff_ffffn);
  const length = Number((packed >> 32n) & 0xffff_ffffn);
  const size = memory.buffer.byteLength;
  if (pointer + length > size) {
    return invalid(`the output at ${pointer}, ${length} bytes, exceeds the memory of ${size} bytes`);
  }
  return { type: 'output', bytes: new Uint8Array(memory.buffer, pointer, length) };
}

/** Starts the logical stack as if part of it were taken, where the native limit is the smaller one. */
function limitNativeStack(
  heightExport: string | undefined,
  exports: WebAssembly.Exports,
  { stackLogicalMax, stackNativeMax }: ExecutorSemantics,
): void {
  const values = Math.floor(stackNativeMax / NATIVE_BYTES_PER_VALUE);
  if (heightExport === undefined || values >= stackLogicalMax) return;
  (exports[heightExport] as WebAssembly.Global).value = (stackLogicalMax - values) | 0;
}

/** Whether an exception is the guest's doing; everything else is a fault of ours and must not become a verdict. */
function isTrap(error: unknown): boolean {
  return (
    error instanceof WebAssembly.RuntimeError ||
    error instanceof HostFunctionError ||
    error instanceof MissingFunctionError ||
    (error instanceof RangeError && error.message === 'Maximum call stack size exceeded')
  );
}

function invalid(message: string): ExecutionOutcome {
  return { type: 'invalid-candidate', message };
}

function describe(state: string): string {
  return state.replaceAll('-', ' ');
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
