import { type CodeCache, PreparationError, type PreparationStage, prepareArtifact } from '@pvf/executor';
import { executorSemantics, type PrepareError, type PvfPrepData, type Result } from '@pvf/protocol';

export interface PreparationInput {
  readonly request: PvfPrepData;
  readonly codeCache: CodeCache;
  readonly engine: string;
}

export interface PreparationSuccess {
  readonly artifact: Uint8Array;
  readonly observedWasmCodeLen: number;
}

/** Each stage's refusal, as the reference's PrepareError. */
const ERROR_OF_STAGE = {
  decompress: 'CouldNotDecompressCodeBlob',
  prevalidate: 'Prevalidation',
  prepare: 'Preparation',
  construct: 'RuntimeConstruction',
} as const satisfies Record<PreparationStage, PrepareError['type']>;

/** Prepares one PVF. What is thrown is a fault of ours, not of the code. */
export function preparePvf({
  request,
  codeCache,
  engine,
}: PreparationInput): Result<PreparationSuccess, PrepareError> {
  try {
    const { artifact, observedWasmCodeLength } = prepareArtifact(request.maybeCompressedCode, {
      bombLimit: request.validationCodeBombLimit,
      semantics: executorSemantics(request.executorParams),
      precheck: request.prepKind === 'Prechecking',
      engine,
      codeCache,
    });
    return { ok: true, value: { artifact, observedWasmCodeLen: observedWasmCodeLength } };
  } catch (error) {
    if (!(error instanceof PreparationError)) throw error;
    return { ok: false, error: { type: ERROR_OF_STAGE[error.stage], value: error.message } };
  }
}
