import { type ExecutorSemantics, MAX_GUEST_MESSAGE_BYTES } from '@pvf/protocol';
import {
  createHostFunctions,
  HostFunctionError,
  type HostFunctions,
  type LogSink,
} from '../host-functions/index.ts';
import { backtraceOf, noteBacktraces, type TrapFrame } from './backtrace.ts';
import { ConstructionError, checkImports, importObject, MissingFunctionError } from './link.ts';
import type { LoadedArtifact } from './load.ts';
import { ENTRY_POINT, MEMORY_IMPORT } from './shape.ts';

/** How an execution ended, in the terms of the reference's JobResponse. */
export type ExecutionOutcome =
  | {
      readonly type: 'output' /** SCALE bytes in the guest's memory; decode before use. */;
      readonly bytes: Uint8Array;
    }
  | {
      readonly type: 'invalid-candidate';
      readonly message: string;
      /** What is known of a trap, for people. */
      readonly trap?: Trap;
    };

/** Where and why a guest trapped, as far as the guest or the engine tells. */
export interface Trap {
  /** The innermost call first. */
  readonly backtrace: readonly TrapFrame[];
  /** What the guest said with `ext_panic_handler_abort_on_panic`, as bytes of its memory. */
  readonly panic: Uint8Array | undefined;
}

/** A guest that is ready to run: nothing is compiled from here on. */
export interface GuestInstance {
  /** Calls `validate_block` with the SCALE-encoded validation parameters. Call it once. */
  run(params: Uint8Array): ExecutionOutcome;
  /** Size of its memory now, in 64 KiB pages. */
  memoryPages(): number;
  /** Bytes of the decompressed code; undefined if the artifact does not tell. */
  readonly codeBytes: number | undefined;
}

/** What a guest runs under. */
export interface InstantiateOptions {
  readonly semantics: ExecutorSemantics;
  /** What `ext_logging_max_level` answers: the worker's log level, 0 (off) to 5. */
  readonly loggingMaxLevel: number;
  /** Receives what the guest logs and the level lets through. Called from inside the guest: it must not throw. */
  readonly onLog?: LogSink;
}

/** Largest memory that 32-bit wasm can have, in 64 KiB pages. */
const WASM_MAX_PAGES = 65_536;
const WASM_PAGE_BYTES = 65_536;
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
    ...(options.onLog !== undefined && { onLog: options.onLog }),
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
  noteBacktraces();
  return {
    run: (params) => run(artifact, instance, memory, hostFunctions, semantics, params),
    memoryPages: () => memory.buffer.byteLength / WASM_PAGE_BYTES,
    codeBytes: artifact.source?.codeBytes,
  };
}

function run(
  { shape, source }: LoadedArtifact,
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
    const backtrace = backtraceOf(error, source?.functions, hostFunctions.nameAt);
    const height = shape.heightExport === undefined ? undefined : exports[shape.heightExport];
    const message = `trap: ${describeTrap(error, hostFunctions, backtrace, height, semantics)}`;
    return { type: 'invalid-candidate', message, trap: { backtrace, panic: panicTold(error, memory) } };
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

/** What V8 says of a trap is only that; why a host function or the metering has trapped must be asked. */
function describeTrap(
  error: unknown,
  hostFunctions: HostFunctions,
  backtrace: readonly TrapFrame[],
  height: WebAssembly.ExportValue | undefined,
  { stackLogicalMax }: ExecutorSemantics,
): string {
  const told = messageOf(error);
  if (!(error instanceof WebAssembly.RuntimeError)) return told;
  const failure = hostFunctions.failure();
  if (failure !== undefined) {
    const [called] = backtrace;
    return called?.type === 'host-function' ? `${called.name}: ${failure.message}` : failure.message;
  }
  const isAbove = height instanceof WebAssembly.Global && height.value >>> 0 > stackLogicalMax;
  return isAbove
    ? `${told}: stack overflow, more than ${stackLogicalMax} values (StackLogicalMax) are on its logical stack`
    : told;
}

const PANIC_HANDLER = 'ext_panic_handler_abort_on_panic_version_1';

/** The reference has no panic handler, so that a guest which calls it traps; what it had to say is its argument. */
function panicTold(error: unknown, memory: WebAssembly.Memory): Uint8Array | undefined {
  if (!(error instanceof MissingFunctionError) || error.importName !== PANIC_HANDLER) return undefined;
  const [fat] = error.args;
  if (typeof fat !== 'bigint') return undefined;
  const start = Number(fat & 0xffff_ffffn);
  const length = Math.min(Number((fat >> 32n) & 0xffff_ffffn), MAX_GUEST_MESSAGE_BYTES);
  return new Uint8Array(memory.buffer).slice(start, start + length);
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
