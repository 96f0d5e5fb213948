import { cachedDataVersionTag } from 'node:v8';

/**
 * Turns a compiled module into bytes and back. The only file that uses V8's runtime functions
 * `%SerializeWasmModule` / `%DeserializeWasmModule` (Node 20 to 24, `--allow-natives-syntax`): an engine change
 * touches this file alone. Without them every method still works, by compiling anew.
 */
export interface CodeCache {
  /** Names everything that must be equal for serialised code to be loadable: V8 version, flags, CPU features. */
  readonly engineIdentity: string;
  /** Machine code of a module, or empty when there is none to keep. */
  serialize(module: WebAssembly.Module): Uint8Array;
  /** The module of `serialize`'s bytes and the wasm they were made from; `undefined` if the engine rejects them. */
  deserialize(code: ArrayBuffer, wasm: Uint8Array): WebAssembly.Module | undefined;
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
  const identity = `v8-${process.versions.v8} ${process.arch} tag-${cachedDataVersionTag().toString(16)}`;
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
    serialize: (module) => new Uint8Array(native.serialize(module)),
    deserialize: native.deserialize,
  };
}
