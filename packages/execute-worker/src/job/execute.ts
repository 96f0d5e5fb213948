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
  UnreadJobDetail,
  ValidationInput,
  ValidationResult,
  validationInputOf,
} from '@pvf/protocol';
import { jobErrorOf, writeFrame } from '@pvf/worker';
import { beginGuestLog, detailOf, endGuestLog } from './guest-words.ts';

/**
 * What an execute job does: runs the candidate in `request`, answers on the pipe, and returns its exit status.
 *
 * @param guestOf makes the guest, ready to run
 */
export function executeJob(request: Uint8Array, writeFd: number, guestOf: () => GuestInstance): number {
  beginGuestLog(writeFd);
  try {
    const { response, povSize, detail } = executeCandidate(ExecuteRequest.decode(request), guestOf);
    endGuestLog();
    const trailer = new Uint8Array(4);
    new DataView(trailer.buffer).setUint32(0, povSize, true);
    const answer = JobResult.encodeParts({ ok: true, value: response });
    writeFrame(writeFd, [...answer, trailer, ...UnreadJobDetail.encodeParts(detail)]);
    return 0;
  } catch (error) {
    endGuestLog();
    writeFrame(writeFd, [JobResult.encode({ ok: false, error: jobErrorOf(error) })]);
    return 1;
  }
}

interface ExecutionResult {
  readonly response: JobResponse;
  /** Bytes of the PoV after decompression. */
  readonly povSize: number;
  readonly detail: UnreadJobDetail;
}

/** Runs one candidate, in the order in which the reference can fail: PoV, artifact, construction, call, result. */
function executeCandidate(request: ExecuteRequest, guestOf: () => GuestInstance): ExecutionResult {
  let blockData: Uint8Array;
  try {
    blockData = decompressBlob(request.pov.blockData, POV_BOMB_LIMIT);
  } catch (error) {
    if (!(error instanceof BlobError)) throw error;
    return {
      response: { type: 'PoVDecompressionFailure' },
      povSize: 0,
      detail: detailOf(undefined, undefined),
    };
  }
  const params = ValidationInput.encode(validationInputOf(request, blockData));
  return { ...run(guestOf, params), povSize: blockData.length };
}

function run(
  guestOf: () => GuestInstance,
  params: Uint8Array,
): { readonly response: JobResponse; readonly detail: UnreadJobDetail } {
  let guest: GuestInstance | undefined;
  let outcome: ExecutionOutcome;
  try {
    guest = guestOf();
    outcome = guest.run(params);
  } catch (error) {
    if (error instanceof ArtifactError || error instanceof ConstructionError) {
      return {
        response: runtimeConstruction('execute', error.message),
        detail: detailOf(guest, undefined),
      };
    }
    throw error;
  }
  if (outcome.type === 'invalid-candidate') {
    return { response: invalidCandidate('execute', outcome.message), detail: detailOf(guest, outcome.trap) };
  }
  return { response: responseOf(outcome.bytes), detail: detailOf(guest, undefined) };
}

function responseOf(output: Uint8Array): JobResponse {
  try {
    return { type: 'Ok', resultDescriptor: ValidationResult.decode(output) };
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    return invalidCandidate('validation result decoding failed', error.message);
  }
}
