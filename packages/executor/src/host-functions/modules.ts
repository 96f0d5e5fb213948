import { CORE_WASM_BASE64 } from './core-wasm.generated.ts';
import { SHIM_WASM_BASE64 } from './shim-wasm.generated.ts';

type WasmFunction = (...args: number[]) => number;

/** The helper instance all guests of this process share; no state of a guest outlives a call in it. */
export interface Core {
  readonly exports: WebAssembly.Exports;
  readonly memory: WebAssembly.Memory;
  readonly scratch: number;
  readonly output: number;
  readonly reserve: WasmFunction;
  /** Working memory of the host call that is running; 0 when there is no more. */
  readonly allocate: (size: bigint) => number;
}

export interface HelperModules {
  readonly core: Core;
  readonly shim: WebAssembly.Module;
}

let prepared: HelperModules | undefined;

function compile(base64: string): WebAssembly.Module {
  return new WebAssembly.Module(Buffer.from(base64, 'base64'));
}

/** Compiles and instantiates what no job may compile any more; at once when done before. */
export function helperModules(): HelperModules {
  if (prepared === undefined) {
    const { exports } = new WebAssembly.Instance(compile(CORE_WASM_BASE64));
    (exports.initialise as () => void)();
    prepared = {
      core: {
        exports,
        memory: exports.memory as WebAssembly.Memory,
        scratch: (exports.SCRATCH as WebAssembly.Global<'i32'>).value,
        output: (exports.OUTPUT as WebAssembly.Global<'i32'>).value,
        reserve: exports.reserve as WasmFunction,
        allocate: exports.heapAllocate as (size: bigint) => number,
      },
      shim: compile(SHIM_WASM_BASE64),
    };
  }
  return prepared;
}
