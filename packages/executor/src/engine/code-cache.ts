import { cachedDataVersionTag, setFlagsFromString } from 'node:v8';

/**
 * Turns a compiled module into bytes and back. The only file that uses V8's runtime functions
 * `%SerializeWasmModule` / `%DeserializeWasmModule` (Node 20 to 24, `--allow-natives-syntax`): an engine change
 * touches this file alone. Without them every method still works, by compiling anew.
 */
export interface CodeCache {
  /**
   * Names the engine that code is for. V8 itself also compares its flags and the CPU's features, and rejects code
   * that was made under others.
   */
  readonly engineIdentity: string;
  /** Machine code of a module, or empty when there is none to keep. */
  serialize(module: WebAssembly.Module): Uint8Array;
  /** The module of `serialize`'s bytes and the wasm they were made from; `undefined` if the engine rejects them. */
  deserialize(code: ArrayBuffer, wasm: Uint8Array): WebAssembly.Module | undefined;
}

const JAVASCRIPT_COMPILERS = ['opt', 'maglev', 'sparkplug'] as const;

/**
 * Turns V8's compilers of JavaScript on or off. The worker programs are started with all of them off: an execute job
 * may neither make nor patch machine code once its guest runs, so that no JavaScript there may ever have been
 * compiled. The prepare worker turns them on for the rewriting pass. V8 stamps serialised code with a hash of its
 * flags and rejects it under others, hence `serialize` turns them off again.
 */
export function compileJavaScript(on: boolean): void {
  for (const compiler of JAVASCRIPT_COMPILERS) setFlagsFromString(on ? `--${compiler}` : `--no-${compiler}`);
}

type Serialize = (module: WebAssembly.Module) => ArrayBuffer;
type Deserialize = (code: ArrayBuffer, wasm: Uint8Array) => WebAssembly.Module | undefined;

function nativeFunctions(): { serialize: Serialize; deserialize: Deserialize } | undefined {
  try {
    // Only a function body made at run time parses: a bundler or an engine without the flag rejects the syntax.
    return {
      serialize: new Function('module', 'return %SerializeWasmModule(module)') as Serialize,
      deserialize: new Function('code', 'wasm', 'return %DeserializeWasmModule(code, wasm)') as Deserialize,
    };
  } catch {
    return undefined;
  }
}

/** Opens the code cache of the running engine. `native: false` forces the slow way (for tests). */
export function openCodeCache(options: { native?: boolean } = {}): CodeCache {
  const native = options.native === false ? undefined : nativeFunctions();
  const identity = `v8-${process.versions.v8} ${process.arch}`;
  if (native === undefined) {
    return {
      engineIdentity: `${identity} compile-on-load`,
      serialize: () => new Uint8Array(0),
      deserialize: (_code, wasm) => new WebAssembly.Module(wasm as BufferSource),
    };
  }
  return {
    engineIdentity: identity,
    // V8 aborts the process when it serialises a module without functions: nothing is kept for such a module.
    serialize: (module) => {
      compileJavaScript(false);
      return new Uint8Array(native.serialize(module));
    },
    deserialize: native.deserialize,
  };
}

/**
 * Names everything that V8 compares when it loads machine code: its version, its flags and the CPU's features (the
 * tag is V8's own hash of these), and whether machine code can be kept at all.
 */
export function engineStamp(): string {
  const tag = cachedDataVersionTag().toString(16).padStart(8, '0');
  return `${openCodeCache().engineIdentity} tag-${tag}`;
}
