import {
  CandidateDescriptorVersion,
  type ExecutorParams,
  PersistedValidationData,
  paramsHash,
  paramsPrepHash,
} from '@pvf/protocol';
import { PvfCode } from '../code.ts';
import { toHex } from '../hex.ts';
import { KINDS } from '../kinds.ts';
import type { CodeInput, PvfInput, RequestControl, ValidateRequest } from '../types.ts';
import { type CheckedClaim, checkClaim } from './check-claim.ts';
import { encodable, HASH_BYTES, invalid, MAX_U32 } from './invalid.ts';

/**
 * Code, or block data with parent head: what fits into one request to a worker (128 MiB) beside everything else. A
 * worker drops a larger one together with the connection, and that must not look like a fault of the machine.
 */
const MAX_INPUT_BYTES = 120 * 1024 * 1024;

/** Far more than there are kinds of them; they fit into a worker's handshake (1 MiB). */
const MAX_PARAMS = 10_000;

const ZERO_HASH = new Uint8Array(HASH_BYTES);

/** A PVF as given, known to be encodable. Hashes in hex. */
export interface CheckedPvf {
  code: CodeInput;
  params: ExecutorParams;
  paramsHash: string;
  prepHash: string;
  bombLimit: number;
}

/** A `ValidateRequest` with its defaults put in. */
export type CheckedCandidate = Pick<ValidateRequest, 'validationData' | 'kind' | 'executionTimeoutMs'> & {
  blockData: Uint8Array;
  relayParent: Uint8Array;
  schedulingParent: Uint8Array;
  hasSchedulingParent: boolean;
  descriptorVersion: CandidateDescriptorVersion;
  /** Undefined without a receipt. */
  claim: CheckedClaim | undefined;
};

/** @throws HostError INVALID_REQUEST */
export function checkPvf(input: PvfInput): CheckedPvf {
  if (typeof input !== 'object' || input === null) throw invalid('request', 'must be an object');
  const { code, executorParams: params, validationCodeBombLimit: bombLimit } = input;
  checkCode(code);
  if (!Array.isArray(params) || params.length > MAX_PARAMS) {
    throw invalid('executorParams', `must be an array of at most ${MAX_PARAMS} params; [] if there are none`);
  }
  if (!Number.isInteger(bombLimit) || bombLimit < 0 || bombLimit > MAX_U32) {
    throw invalid('validationCodeBombLimit', 'must be a number of bytes below 2^32');
  }
  return encodable('executorParams', () => ({
    code,
    params,
    paramsHash: toHex(paramsHash(params)),
    prepHash: toHex(paramsPrepHash(params)),
    bombLimit,
  }));
}

/** @throws HostError INVALID_REQUEST */
export function checkCode(code: CodeInput): CodeInput {
  if (!(code instanceof Uint8Array || code instanceof PvfCode)) {
    throw invalid('code', 'must be a Uint8Array or what importCode() returned');
  }
  if ((code instanceof PvfCode ? code.length : code.byteLength) > MAX_INPUT_BYTES) {
    throw invalid('code', `must not be longer than ${MAX_INPUT_BYTES} bytes`);
  }
  return code;
}

/** @throws HostError INVALID_REQUEST */
export function checkCandidate(request: ValidateRequest): CheckedCandidate {
  const { validationData, pov, kind, executionTimeoutMs } = request;
  encodable('validationData', () => PersistedValidationData.encodeParts(validationData));
  if (!(pov?.blockData instanceof Uint8Array)) throw invalid('pov.blockData', 'must be a Uint8Array');
  if (pov.blockData.byteLength + validationData.parentHead.byteLength > MAX_INPUT_BYTES) {
    throw invalid('pov.blockData', `must not be longer than ${MAX_INPUT_BYTES} bytes, parent head included`);
  }
  if (!KINDS.includes(kind)) throw invalid('kind', `must be one of ${KINDS.join(', ')}`);
  if (executionTimeoutMs !== undefined) checkMs('executionTimeoutMs', executionTimeoutMs);
  const claim = checkClaim(request);
  return {
    validationData,
    kind,
    ...(executionTimeoutMs === undefined ? {} : { executionTimeoutMs }),
    blockData: pov.blockData,
    ...(claim === undefined ? ofRequest(request) : ofReceipt(claim)),
    claim,
  };
}

type DescriptorPart = Pick<
  CheckedCandidate,
  'relayParent' | 'schedulingParent' | 'hasSchedulingParent' | 'descriptorVersion'
>;

function ofReceipt({ receipt, view }: CheckedClaim): DescriptorPart {
  return {
    relayParent: receipt.descriptor.relayParent,
    schedulingParent: view.schedulingParent,
    hasSchedulingParent: true,
    descriptorVersion: view.version,
  };
}

function ofRequest(request: ValidateRequest): DescriptorPart {
  const { relayParent, schedulingParent, descriptorVersion = { type: 'V1' } } = request;
  encodable('descriptorVersion', () => CandidateDescriptorVersion.encodeParts(descriptorVersion));
  if (descriptorVersion.type === 'V3') {
    for (const [field, hash] of Object.entries({ relayParent, schedulingParent })) {
      if (hash === undefined) throw invalid(field, 'is required with descriptor version V3: its PVF sees it');
    }
  }
  return {
    relayParent: checkHash('relayParent', relayParent),
    schedulingParent: checkHash('schedulingParent', schedulingParent),
    hasSchedulingParent: schedulingParent !== undefined,
    descriptorVersion,
  };
}

/** @throws HostError INVALID_REQUEST */
export function checkControl({ deadlineMs, signal }: RequestControl): void {
  if (deadlineMs !== undefined) checkMs('deadlineMs', deadlineMs);
  if (signal !== undefined && !(signal instanceof AbortSignal))
    throw invalid('signal', 'must be an AbortSignal');
}

/** @throws HostError INVALID_REQUEST */
export function checkPruning(options: { limit: number; minStaleMs: number }): void {
  for (const [field, value] of Object.entries(options)) {
    if (typeof value !== 'number' || !(value >= 0)) throw invalid(field, 'must be a number, 0 or above');
  }
}

/** @throws HostError INVALID_REQUEST */
export function checkHash(field: string, hash: Uint8Array = ZERO_HASH): Uint8Array {
  if (!(hash instanceof Uint8Array) || hash.byteLength !== HASH_BYTES) {
    throw invalid(field, `must be a Uint8Array of ${HASH_BYTES} bytes`);
  }
  return hash;
}

/**
 * A code hash as hex with or without 0x, to hex without.
 * @throws HostError INVALID_REQUEST
 */
export function checkHexHash(codeHash: string): string {
  const digits = typeof codeHash === 'string' ? /^(?:0x)?([0-9a-f]{64})$/i.exec(codeHash)?.[1] : undefined;
  if (digits === undefined) throw invalid('codeHash', `must be a hash of ${HASH_BYTES} bytes in hex`);
  return digits.toLowerCase();
}

function checkMs(field: string, ms: number): void {
  if (typeof ms !== 'number' || !(ms > 0)) throw invalid(field, 'must be a number of milliseconds above 0');
}
