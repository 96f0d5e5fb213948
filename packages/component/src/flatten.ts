import { constants as zlib, zstdCompressSync } from 'node:zlib';
import { readInterface, rewriteModule } from '@pvf/executor';
import { PVF_EXPORTS } from './lower/lower.ts';
import { DEFAULT_TOTAL_PAGES } from './plan/layout.ts';
import { flattenSandboxed } from './sandbox/run.ts';
import { findToolchain } from './toolchain.ts';
import { warningsOf } from './warnings.ts';

/** How a component becomes a validation function; everything has a default. */
export interface FlattenOptions {
  /**
   * Pages of 64 KiB that the validation function has, all from the start; 515 of them are the host's. 2,048 by default,
   * which any relay chain grants; more needs the executor parameter MaxMemoryPages.
   */
  readonly memoryPages?: number;
  /** Where the toolchain is installed; see {@link findToolchain}. */
  readonly toolchain?: string;
  /** `required` by default: where the machine cannot isolate, nothing is done. */
  readonly sandbox?: 'required' | 'best-effort';
  /** Ends the sandboxed process when it is aborted; `flatten` rejects with its reason then. */
  readonly signal?: AbortSignal;
}

/** What flattening made, and what its author should know. */
export interface FlattenResult {
  /** The validation function: WebAssembly MVP with the three exports of a PVF and imports of `env` alone. */
  readonly module: Uint8Array;
  /** The same as a compressed blob, as a chain would store it: its size is what limits apply to. */
  readonly compressed: Uint8Array;
  /** Imports of the component that trap when they are called: `interface#function`. */
  readonly trapped: readonly string[];
  /** What the author should know, for people. */
  readonly warnings: readonly string[];
}

/** Prefix of a compressed blob: sc-maybe-compressed-blob, ZSTD_PREFIX. */
const BLOB_PREFIX = [82, 188, 83, 118, 70, 219, 142, 5] as const;
const ZSTD_LEVEL = 22;
/** Stack limit that the check of the output is made with: any will do. */
const STACK_LOGICAL_MAX = 65_536;

/**
 * Flattens a component of world pvf:parachain into a classic PVF. Executes nothing of it: the core modules and how they
 * are wired are read as data, in a sandboxed process. The same component, version of this package and options give the
 * same `module` on every machine (`compressed` also depends on the version of zstd).
 * @throws ComponentError
 */
export async function flatten(component: Uint8Array, options: FlattenOptions = {}): Promise<FlattenResult> {
  const toolchain = findToolchain(options.toolchain);
  const { module, trapped } = await flattenSandboxed({
    component,
    toolchain,
    memoryPages: options.memoryPages ?? DEFAULT_TOTAL_PAGES,
    enforce: options.sandbox ?? 'required',
    ...(options.signal && { signal: options.signal }),
  });
  checkOutput(module);
  const compressed = compress(module);
  return { module, compressed, trapped, warnings: warningsOf({ component, module, compressed, trapped }) };
}

/** A defect of this package must not become a validation function that validators refuse. */
function checkOutput(module: Uint8Array): void {
  rewriteModule(module, { stackLogicalMax: STACK_LOGICAL_MAX, target: 'engine' });
  const { imports, exports } = readInterface(module);
  const foreign = imports.filter(
    ({ module: from, name, kind }) => from !== 'env' || !name.startsWith('ext_') || kind !== 'function',
  );
  const names = exports.map(({ name }) => name);
  if (foreign.length > 0 || names.join() !== PVF_EXPORTS.join()) {
    throw new Error(
      `the flattened module has imports or exports that no PVF has: ${JSON.stringify({ foreign, names })}`,
    );
  }
}

function compress(module: Uint8Array): Uint8Array {
  const frame = zstdCompressSync(module, {
    params: {
      [zlib.ZSTD_c_compressionLevel]: ZSTD_LEVEL,
      [zlib.ZSTD_c_contentSizeFlag]: 1,
    },
    pledgedSrcSize: module.length,
  });
  return Buffer.concat([Buffer.from(BLOB_PREFIX), frame]);
}
