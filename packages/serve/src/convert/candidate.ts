import type { PvfCode, PvfInput, ValidateRequest } from '@pvf/host';
import { ClaimQueue, isProtocolError, PersistedValidationData, PoV } from '@pvf/protocol';
import { ProblemError } from '../problem.ts';
import type {
  ChainAnswers,
  PrecheckRequest,
  ValidateForm,
  ValidateRequest as ValidateJson,
  ValidateRequestPart,
} from '../schemas/index.ts';
import { executorParamsOf } from './executor-params.ts';
import { bytesOf } from './hex.ts';

/** @throws ProblemError INVALID_REQUEST */
export function pvfOf(
  {
    executorParams,
    validationCodeBombLimit,
  }: Pick<PrecheckRequest, 'executorParams' | 'validationCodeBombLimit'>,
  code: PvfCode,
): PvfInput {
  return { code, executorParams: executorParamsOf(executorParams), validationCodeBombLimit };
}

/**
 * A candidate as the library takes it. Whether its parts go together is for the library to say.
 * @throws ProblemError INVALID_REQUEST, BAD_MULTIPART
 */
export function candidateOf(body: ValidateJson | ValidateForm, code: PvfCode): ValidateRequest {
  const request = 'request' in body ? body.request : body;
  const { validationData, blockData } = 'request' in body ? partsOf(body) : inJson(body);
  const { kind, receipt, v3Seen, chain, descriptorVersion, relayParent, schedulingParent } = request;
  const given = {
    ...pvfOf(request, code),
    validationData,
    pov: { blockData },
    kind,
    ...(receipt !== undefined && { receipt: bytesOf(receipt) }),
    ...(v3Seen !== undefined && { v3Seen }),
    ...(chain !== undefined && { chain: chainOf(chain) }),
    ...(descriptorVersion !== undefined && { descriptorVersion: { type: descriptorVersion } }),
    ...(relayParent !== undefined && { relayParent: bytesOf(relayParent) }),
    ...(schedulingParent !== undefined && { schedulingParent: bytesOf(schedulingParent) }),
    ...(request.executionTimeoutMs !== undefined && { executionTimeoutMs: request.executionTimeoutMs }),
  };
  // Which of these go together is checked where the library checks its callers.
  return given as unknown as ValidateRequest;
}

interface Parts {
  validationData: PersistedValidationData;
  blockData: Uint8Array;
}

function inJson({ validationData, blockData }: ValidateJson): Parts {
  return { validationData: validationDataOf(validationData), blockData: bytesOf(blockData) };
}

function partsOf({ request, blockData, exportedPov }: ValidateForm): Parts {
  if ((blockData === undefined) === (exportedPov === undefined))
    throw new ProblemError('BAD_MULTIPART', 'give one of the parts blockData and exportedPov');
  const { validationData } = request;
  if (exportedPov !== undefined) {
    if (validationData !== undefined)
      throw wrong('request.validationData', 'is in exportedPov already: leave it out');
    return exported(exportedPov);
  }
  if (validationData === undefined)
    throw wrong('request.validationData', 'is required with the part blockData');
  return { validationData: validationDataOf(validationData), blockData: blockData as Uint8Array };
}

function validationDataOf(
  given: NonNullable<ValidateRequestPart['validationData']>,
): PersistedValidationData {
  return {
    parentHead: bytesOf(given.parentHead),
    relayParentNumber: given.relayParentNumber,
    relayParentStorageRoot: bytesOf(given.relayParentStorageRoot),
    maxPovSize: given.maxPovSize,
  };
}

/** What Cumulus' `--export-pov-to-path` writes: SCALE of the PoV, then of the persisted validation data. */
function exported(bytes: Uint8Array): Parts {
  try {
    const { value, rest } = PoV.decodePrefix(bytes);
    const validationData = PersistedValidationData.decodeExact(bytes.subarray(bytes.length - rest));
    return { validationData, blockData: value.blockData };
  } catch (error) {
    if (!isProtocolError(error)) throw error;
    throw wrong(
      'exportedPov',
      `is not a file that a collator has exported: ${error.message}; block data alone go as blockData`,
    );
  }
}

function chainOf({ sessionIndexForChild, ancestorRelayParentInfo, claimQueue }: ChainAnswers) {
  return {
    sessionIndexForChild: sessionIndexForChild ?? undefined,
    ancestorRelayParentInfo: ancestorRelayParentInfo ?? undefined,
    claimQueue: claimQueue === null ? undefined : claimQueueOf(claimQueue),
  };
}

function claimQueueOf(given: NonNullable<ChainAnswers['claimQueue']>): ClaimQueue {
  if (typeof given !== 'string') return given;
  try {
    return ClaimQueue.decodeExact(bytesOf(given));
  } catch (error) {
    if (!isProtocolError(error)) throw error;
    throw wrong('chain.claimQueue', `is not a claim queue: ${error.message}`);
  }
}

function wrong(field: string, message: string): ProblemError {
  return new ProblemError('INVALID_REQUEST', `${field} ${message}`, { meta: { field } });
}
