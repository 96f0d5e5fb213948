import { CORE_WASM_BASE64 } from './core-wasm.generated.ts';
import { ECC_SHIM_WASM_BASE64 } from './ecc-shim-wasm.generated.ts';
import { ECC_WASM_BASE64 } from './ecc-wasm.generated.ts';
import { withInlining } from './inlining.ts';
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
  /** Instantiated for each guest. */
  readonly shim: WebAssembly.Module;
}

export interface EccModules {
  readonly exports: WebAssembly.Exports;
  /** Instantiated for each guest. */
  readonly shim: WebAssembly.Module;
}

let helpers: HelperModules | undefined;
let ecc: EccModules | undefined;

function compile(base64: string): WebAssembly.Module {
  return withInlining(() => new WebAssembly.Module(Buffer.from(base64, 'base64')));
}

/** Compiles and instantiates what no job may compile any more; at once when done before. */
export function helperModules(): HelperModules {
  if (helpers === undefined) {
    const { exports } = new WebAssembly.Instance(compile(CORE_WASM_BASE64), {});
    (exports.initialise as () => void)();
    helpers = {
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
  return helpers;
}

/** The same for the functions of RFC-163. */
export function eccModules(): EccModules {
  if (ecc === undefined) {
    const { core } = helperModules();
    const { exports } = new WebAssembly.Instance(compile(ECC_WASM_BASE64), {
      env: { memory: core.memory },
      core: core.exports,
    });
    (exports.initialise as () => void)();
    ecc = { exports, shim: compile(ECC_SHIM_WASM_BASE64) };
  }
  return ecc;
}
