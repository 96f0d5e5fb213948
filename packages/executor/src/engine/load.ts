import {
  ArtifactError,
  type ArtifactParts,
  type ArtifactSource,
  readHeader,
  readSource,
} from './artifact.ts';
import type { CodeCache } from './code-cache.ts';
import type { ModuleShape } from './shape.ts';

/** What an artifact holds, machine code in place. Untrusted: a job has made it. */
export interface LoadedArtifact {
  readonly module: WebAssembly.Module;
  readonly shape: ModuleShape;
  readonly source: ArtifactSource | undefined;
}

/**
 * Loads an artifact's module. Untrusted: call it inside a job only.
 *
 * @throws ArtifactError when it is not an artifact of this very engine
 */
export function loadArtifact(parts: ArtifactParts, codeCache: CodeCache, engine: string): LoadedArtifact {
  const { wasm, code } = parts;
  const header = readHeader(parts);
  if (header.engine !== engine) {
    throw new ArtifactError(
      'OTHER_ENGINE',
      `the artifact was compiled by "${header.engine}", this is "${engine}"`,
      {
        artifact: String(header.engine),
        engine,
      },
    );
  }
  // A module without functions has no machine code; compiling it is instant.
  const module =
    header.shape.definedFunctions === 0
      ? new WebAssembly.Module(wasm as BufferSource)
      : codeCache.deserialize(code, wasm);
  if (module === undefined) {
    throw new ArtifactError('REJECTED_CODE', 'the engine rejects the machine code of the artifact', {
      engine,
    });
  }
  return { module, shape: header.shape, source: readSource(header) };
}
