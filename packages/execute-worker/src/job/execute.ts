import {
  ArtifactError,
  type ArtifactParts,
  BlobError,
  type CodeCache,
  ConstructionError,
  decompressBlob,
  type ExecutionOutcome,
  instantiate,
  loadArtifact,
} from '@pvf/executor';
import {
  type ExecuteRequest,
  type ExecutorSemantics,
  invalidCandidate,
  type JobResponse,
  ProtocolError,
  runtimeConstruction,
  ValidationInput,
  ValidationResult,
  validationInputOf,
} from '@pvf/protocol';

/** Largest PoV after decompression, in bytes: POV_BOMB_LIMIT of polkadot-node-primitives 28 (4 × 10 MiB). */
const POV_BOMB_LIMIT = 40 * 1024 * 1024;

export interface ExecutionInput {
  readonly request: ExecuteRequest;
  readonly artifact: ArtifactParts;
  readonly semantics: ExecutorSemantics;
  readonly loggingMaxLevel: number;
  readonly codeCache: CodeCache;
  readonly engine: string;
  /** Forbids new machine code; called when everything is compiled and before the guest runs. */
  readonly lock: () => void;
}

export interface ExecutionResult {
  readonly response: JobResponse;
  /** Bytes of the PoV after decompression. */
  readonly povSize: number;
}

/** Runs one candidate, in the order in which the reference can fail: PoV, artifact, construction, call, result. */
export function executeCandidate(input: ExecutionInput): ExecutionResult {
  const { request } = input;
  let blockData: Uint8Array;
  try {
    blockData = decompressBlob(request.pov.blockData, POV_BOMB_LIMIT);
  } catch (error) {
    if (!(error instanceof BlobError)) throw error;
    return { response: { type: 'PoVDecompressionFailure' }, povSize: 0 };
  }
  const params = ValidationInput.encode(validationInputOf(request, blockData));
  return { response: run(input, params), povSize: blockData.length };
}

function run(input: ExecutionInput, params: Uint8Array): JobResponse {
  let outcome: ExecutionOutcome;
  try {
    const artifact = loadArtifact(input.artifact, input.codeCache, input.engine);
    const guest = instantiate(artifact, {
      semantics: input.semantics,
      loggingMaxLevel: input.loggingMaxLevel,
    });
    input.lock();
    outcome = guest.run(params);
  } catch (error) {
    if (error instanceof ArtifactError || error instanceof ConstructionError) {
      return runtimeConstruction('execute', error.message);
    }
    throw error;
  }
  if (outcome.type === 'invalid-candidate') return invalidCandidate('execute', outcome.message);
  try {
    return { type: 'Ok', resultDescriptor: ValidationResult.decode(outcome.bytes) };
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    return invalidCandidate('validation result decoding failed', error.message);
  }
}
