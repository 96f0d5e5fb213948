import {
  ArtifactError,
  BlobError,
  ConstructionError,
  decompressBlob,
  type ExecutionOutcome,
  type GuestInstance,
} from '@pvf/executor';
import {
  ExecuteRequest,
  invalidCandidate,
  type JobResponse,
  JobResult,
  POV_BOMB_LIMIT,
  ProtocolError,
  runtimeConstruction,
  ValidationInput,
  ValidationResult,
  validationInputOf,
} from '@pvf/protocol';
import { jobErrorOf, writeFrame } from '@pvf/worker';

/**
 * What an execute job does: runs the candidate in `request`, answers on the pipe, and returns its exit status.
 *
 * @param guestOf makes the guest, ready to run
 */
export function executeJob(request: Uint8Array, writeFd: number, guestOf: () => GuestInstance): number {
  try {
    const { response, povSize } = executeCandidate(ExecuteRequest.decode(request), guestOf);
    const trailer = new Uint8Array(4);
    new DataView(trailer.buffer).setUint32(0, povSize, true);
    writeFrame(writeFd, [...JobResult.encodeParts({ ok: true, value: response }), trailer]);
    return 0;
  } catch (error) {
    writeFrame(writeFd, [JobResult.encode({ ok: false, error: jobErrorOf(error) })]);
    return 1;
  }
}

interface ExecutionResult {
  readonly response: JobResponse;
  /** Bytes of the PoV after decompression. */
  readonly povSize: number;
}

/** Runs one candidate, in the order in which the reference can fail: PoV, artifact, construction, call, result. */
function executeCandidate(request: ExecuteRequest, guestOf: () => GuestInstance): ExecutionResult {
  let blockData: Uint8Array;
  try {
    blockData = decompressBlob(request.pov.blockData, POV_BOMB_LIMIT);
  } catch (error) {
    if (!(error instanceof BlobError)) throw error;
    return { response: { type: 'PoVDecompressionFailure' }, povSize: 0 };
  }
  const params = ValidationInput.encode(validationInputOf(request, blockData));
  return { response: run(guestOf, params), povSize: blockData.length };
}

function run(guestOf: () => GuestInstance, params: Uint8Array): JobResponse {
  let outcome: ExecutionOutcome;
  try {
    outcome = guestOf().run(params);
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
