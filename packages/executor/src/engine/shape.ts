import {
  type FunctionType,
  HEIGHT_EXPORT,
  HOST_MEMORY,
  HOST_MODULE,
  type ModuleImport,
  readInterface,
} from '../wasm/index.ts';

/**
 * What execution must know of a module before it instantiates it: written into the artifact's header, because the
 * JavaScript API of WebAssembly tells neither the types of functions and globals nor the size of a memory.
 */
export interface ModuleShape {
  /** Number of functions with a body. */
  readonly definedFunctions: number;
  /** Instantiation runs guest code. */
  readonly hasStart: boolean;
  /** Minimum of the memory that the job creates for the guest, in 64 KiB pages; `undefined`: the guest has none. */
  readonly memoryMinPages: number | undefined;
  readonly imports: readonly ImportShape[];
  readonly memoryExport: 'missing' | 'memory' | 'not-a-memory';
  readonly heapBase: 'missing' | 'i32' | 'not-a-global' | 'not-an-i32';
  readonly entryPoint: 'missing' | 'valid' | 'not-a-function' | 'wrong-signature';
  /** Under which name the rewriting exports the logical stack's height; `undefined` where it does not. */
  readonly heightExport: string | undefined;
}

/** An import of a module, as its artifact records it. */
export interface ImportShape {
  readonly module: string;
  readonly name: string;
  readonly kind: 'function' | 'table' | 'memory' | 'global';
  /** A function's type as `i32,i64->i32`. */
  readonly signature?: string;
}

/** The import under which the rewritten module expects its memory. */
export const MEMORY_IMPORT = { module: HOST_MODULE, name: HOST_MEMORY } as const;
/** `validate_block(ptr: i32, len: i32) -> i64` (polkadot-parachain). */
export const ENTRY_POINT = { name: 'validate_block', signature: 'i32,i32->i64' } as const;

/** Reads the shape of a module that `rewriteModule` has written for the engine. */
export function readShape(wasm: Uint8Array): ModuleShape {
  const { exports, imports, functions, start } = readInterface(wasm);
  const hostMemory = imports.find(isHostMemory);
  const exported = (name: string) => exports.find((one) => one.name === name);
  const memory = exported('memory');
  const heapBase = exported('__heap_base');
  const entry = exported(ENTRY_POINT.name);
  // The rewriting adds its own export behind the module's.
  const last = exports.at(-1);
  return {
    definedFunctions: functions.defined,
    hasStart: start !== undefined,
    memoryMinPages: hostMemory?.kind === 'memory' ? hostMemory.size?.minimum : undefined,
    imports: imports.filter((one) => !isHostMemory(one)).map(importShape),
    memoryExport: memory === undefined ? 'missing' : memory.kind === 'memory' ? 'memory' : 'not-a-memory',
    heapBase:
      heapBase === undefined
        ? 'missing'
        : heapBase.kind !== 'global'
          ? 'not-a-global'
          : heapBase.valueType === 'i32'
            ? 'i32'
            : 'not-an-i32',
    entryPoint:
      entry === undefined
        ? 'missing'
        : entry.kind !== 'function'
          ? 'not-a-function'
          : signatureOf(entry.type) === ENTRY_POINT.signature
            ? 'valid'
            : 'wrong-signature',
    heightExport:
      last?.kind === 'global' && last.mutable && last.name.startsWith(HEIGHT_EXPORT) ? last.name : undefined,
  };
}

function isHostMemory({ module, name, kind }: ModuleImport): boolean {
  return kind === 'memory' && module === MEMORY_IMPORT.module && name === MEMORY_IMPORT.name;
}

function importShape(one: ModuleImport): ImportShape {
  const { module, name, kind } = one;
  return kind === 'function'
    ? { module, name, kind, signature: signatureOf(one.type) }
    : { module, name, kind };
}

function signatureOf(type: FunctionType | undefined): string {
  return type === undefined ? '' : `${type.params.join()}->${type.results.join()}`;
}
