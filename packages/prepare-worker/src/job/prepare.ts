import { type CodeCache, PreparationError, type PreparationStage, prepareArtifact } from '@pvf/executor';
import {
  executorSemantics,
  type PrepareError,
  PrepareJobResult,
  PvfPrepData,
  type Result,
} from '@pvf/protocol';
import { writeFrame } from '@pvf/worker';

/** What every preparation of a worker is made with. */
export interface PreparationSettings {
  readonly codeCache: CodeCache;
  readonly engine: string;
}

interface PreparationSuccess {
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

/**
 * What a prepare job does: prepares the PVF in `request`, answers on the pipe, and returns its exit status. What is thrown
 * is a fault of ours, not of the code.
 */
export function prepareJob(request: Uint8Array, writeFd: number, settings: PreparationSettings): number {
  const prepared = preparePvf(PvfPrepData.decode(request), settings);
  // The worker fills the figures in from what the kernel says: a job is not believed.
  const memoryStats = { memoryTrackerStats: undefined, maxRss: undefined, peakTrackedAlloc: 0n };
  const result: PrepareJobResult = prepared.ok
    ? { ok: true, value: { ...prepared.value, memoryStats } }
    : prepared;
  writeFrame(writeFd, PrepareJobResult.encodeParts(result));
  return prepared.ok ? 0 : 1;
}

function preparePvf(
  request: PvfPrepData,
  { codeCache, engine }: PreparationSettings,
): Result<PreparationSuccess, PrepareError> {
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
