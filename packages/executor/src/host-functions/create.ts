import { createDecompress } from './decompress.ts';
import { errorOfReason, type HostFunctionError } from './errors.ts';
import { createSinks, type LogSink } from './logging.ts';
import { eccModules, helperModules } from './modules.ts';
import { HOST_FUNCTION_SIGNATURES } from './signatures.ts';
import { STATE } from './state.ts';

export interface HostFunctionOptions {
  /** The memory the guest will use. Its own maximum is what `memory.grow` obeys. */
  readonly memory: WebAssembly.Memory;
  /** What the allocator takes for the largest memory, in pages of 64 KiB; at most 65,536. */
  readonly maxPages: number;
  /** Whether the executor parameters enable the RFC-163 functions. */
  readonly eccEnabled: boolean;
  /** Answer of ext_logging_max_level and the filter of all logging: 0 off, 1 error … 5 trace. */
  readonly loggingMaxLevel: number;
  /** Names the guest imports; others are left out of `imports`. */
  readonly usedImports?: ReadonlySet<string>;
  /** Receives each line that passes the filter. Called from inside the guest: it must not throw. */
  readonly onLog?: LogSink;
}

export interface AllocatorStats {
  /** Bytes handed out now, headers included. */
  readonly bytesAllocated: number;
  readonly bytesAllocatedPeak: number;
  /** Bytes ever handed out. */
  readonly bytesAllocatedSum: bigint;
  /** From the heap base to the end of the last fresh block. */
  readonly addressSpaceUsed: number;
}

export interface HostFunctions {
  /** Import objects for module `env`: wasm functions, by name. */
  readonly imports: Record<string, (...args: never[]) => unknown>;
  /** Must be called once after instantiation; before, every function that touches memory traps. */
  setHeapBase(heapBase: number): void;
  /**
   * Allocates for the host, as a guest's malloc would.
   *
   * @returns address, an unsigned 32-bit number
   * @throws HostFunctionError when the allocator refuses; it is then unusable
   */
  allocate(size: number): number;
  /** Why a host function trapped, if one did; ask after the guest ended with a RuntimeError. */
  failure(): HostFunctionError | undefined;
  /** What the guest has allocated, in bytes. */
  allocatorStats(): AllocatorStats;
  /** Which host function has this index in the module that holds them; for backtraces. */
  nameAt(index: number): string | undefined;
}

type WasmFunction = (...args: number[]) => number;

/**
 * Reserves the state of one guest in the helper's memory.
 *
 * @returns its address
 * @throws HostFunctionError HELPER_OUT_OF_MEMORY
 */
export function reserveState(): number {
  const address = helperModules().core.reserve(STATE.size) >>> 0;
  if (address === 0) throw errorOfReason(21)!;
  return address;
}

/** As createHostFunctions, over a state that may have been used before (tests replace memories). */
export function createOverState(options: HostFunctionOptions, state: number): HostFunctions {
  const { core, shim } = helperModules();
  const { exports } = new WebAssembly.Instance(shim, {
    core: core.exports,
    guest: { memory: options.memory },
    host: { ...createSinks(options.memory, options.onLog), decompress: createDecompress(core) },
  });
  const call = exports as Record<string, WasmFunction>;
  call.initialise!(state, core.scratch, core.output);
  call.configure!(options.maxPages, options.loggingMaxLevel);

  const eccCall = options.eccEnabled ? instantiateEcc(options.memory, state) : undefined;

  const imports: HostFunctions['imports'] = {};
  for (const [name, signature] of HOST_FUNCTION_SIGNATURES) {
    if (signature.eccOnly && !options.eccEnabled) continue;
    if (options.usedImports !== undefined && !options.usedImports.has(name)) continue;
    imports[name] = (signature.eccOnly ? eccCall : call)![name]!;
  }

  const view = (): DataView => new DataView(core.memory.buffer, state, STATE.size);
  const failure = (): HostFunctionError | undefined => errorOfReason(view().getUint32(STATE.reason, true));
  return {
    imports,
    setHeapBase: (heapBase) => void call.setHeapBase!(heapBase),
    allocate: (size) => {
      try {
        return call.ext_allocator_malloc_version_1!(size) >>> 0;
      } catch (cause) {
        throw failure() ?? cause;
      }
    },
    failure,
    allocatorStats: () => ({
      bytesAllocated: view().getUint32(STATE.allocated, true),
      bytesAllocatedPeak: view().getUint32(STATE.peak, true),
      bytesAllocatedSum: view().getBigUint64(STATE.sum, true),
      addressSpaceUsed: view().getUint32(STATE.span, true),
    }),
    // The name of an exported function is its index (WebAssembly JavaScript Interface, "name of a WebAssembly function").
    nameAt: (index) => Object.entries(imports).find(([, { name }]) => name === String(index))?.[0],
  };
}

function instantiateEcc(memory: WebAssembly.Memory, state: number): Record<string, WasmFunction> {
  const { core } = helperModules();
  const { exports, shim } = eccModules();
  const instance = new WebAssembly.Instance(shim, {
    core: core.exports,
    ecc: exports,
    guest: { memory },
  });
  const call = instance.exports as Record<string, WasmFunction>;
  call.initialise!(state, core.scratch, core.output);
  return call;
}

/**
 * The host functions of one guest, over the memory it will import. Cheap: one small instance; everything
 * else is shared and was compiled by prepareHostFunctions.
 *
 * @throws HostFunctionError HELPER_OUT_OF_MEMORY
 */
export function createHostFunctions(options: HostFunctionOptions): HostFunctions {
  return createOverState(options, reserveState());
}

/**
 * Compiles and instantiates the helpers. Call once per worker before it forks: jobs may not compile wasm, and
 * what has run once here need not be compiled by V8's interpreter in every job.
 *
 * @param options.ecc also prepares the functions of RFC-163, about as much work again; call it a second time
 *   once the executor parameters are known to enable them
 */
export function prepareHostFunctions(options: { readonly ecc?: boolean } = {}): void {
  const { allocate, failure, setHeapBase } = createHostFunctions({
    memory: new WebAssembly.Memory({ initial: 0, maximum: 1 }),
    maxPages: 1,
    eccEnabled: options.ecc ?? false,
    loggingMaxLevel: 0,
  });
  setHeapBase(0);
  allocate(0);
  try {
    allocate(0xffff_ffff);
  } catch {
    failure();
  }
}
