import type { ExecutorSemantics } from '@pvf/protocol';
import { BlobError, decompressBlob } from '../blob/index.ts';
import { RewriteError, readInterface, rewriteModule } from '../wasm/index.ts';
import { encodeArtifact } from './artifact.ts';
import type { CodeCache } from './code-cache.ts';
import { ConstructionError, checkImports } from './link.ts';
import { readShape } from './shape.ts';

/** Which stage of preparation refused the code; each is a variant of the reference's PrepareError. */
export type PreparationStage = 'decompress' | 'prevalidate' | 'prepare' | 'construct';

/** The code cannot be prepared, and the fault is the code's. */
export class PreparationError extends Error {
  override readonly name = 'PreparationError';
  readonly stage: PreparationStage;
  constructor(stage: PreparationStage, message: string, options?: ErrorOptions) {
    super(message, options);
    this.stage = stage;
  }
}

/** What validation code is prepared under. */
export interface PrepareOptions {
  /** Largest size that compressed code may decompress to, in bytes. */
  readonly bombLimit: number;
  readonly semantics: ExecutorSemantics;
  /** Prechecking also constructs the runtime, so that code which can never run is refused. */
  readonly precheck: boolean;
  /** Identity of the engine and of the worker, written into the artifact. */
  readonly engine: string;
  readonly codeCache: CodeCache;
}

/** An artifact, as bytes of its file. */
export interface PreparedCode {
  readonly artifact: Uint8Array;
  /** Bytes of the code after decompression. */
  readonly observedWasmCodeLength: number;
}

/**
 * Turns validation code into an artifact: decompress, prevalidate and rewrite, compile everything ahead of time.
 * Untrusted: call it inside a job only.
 *
 * @throws PreparationError
 */
export function prepareArtifact(code: Uint8Array, options: PrepareOptions): PreparedCode {
  const raw = stage('decompress', BlobError, () => decompressBlob(code, options.bombLimit));
  const wasm = rewrite(raw, options.semantics);
  if (options.semantics.stackNativeMax === 0)
    throw new PreparationError('prepare', 'the native stack limit is zero');
  const module = stage(
    'prepare',
    WebAssembly.CompileError,
    () => new WebAssembly.Module(wasm as BufferSource),
  );
  const shape = readShape(wasm);
  if (options.precheck) {
    stage('construct', ConstructionError, () =>
      checkImports(shape.imports, options.semantics.enabledHostFunctions.has('EccRfc163')),
    );
  }
  const machineCode = shape.definedFunctions === 0 ? new Uint8Array(0) : options.codeCache.serialize(module);
  const { imported, defined } = readInterface(raw).functions;
  const source = { codeBytes: raw.length, functions: imported + defined };
  return {
    artifact: encodeArtifact({ header: { engine: options.engine, shape, source }, wasm, code: machineCode }),
    observedWasmCodeLength: raw.length,
  };
}

function rewrite(raw: Uint8Array, { stackLogicalMax, wasmBulkMemory }: ExecutorSemantics): Uint8Array {
  try {
    return rewriteModule(raw, { stackLogicalMax, target: 'engine', bulkMemory: wasmBulkMemory });
  } catch (cause) {
    if (!(cause instanceof RewriteError)) throw cause;
    throw new PreparationError(cause.code === 'PREVALIDATION' ? 'prevalidate' : 'prepare', cause.message, {
      cause,
    });
  }
}

function stage<T>(name: PreparationStage, expected: new (...args: never[]) => Error, run: () => T): T {
  try {
    return run();
  } catch (cause) {
    if (!(cause instanceof expected)) throw cause;
    throw new PreparationError(name, cause.message, { cause });
  }
}
