import { CandidateReceipt, ClaimQueue, type ExecutorParam } from '@pvf/protocol';
import { toHex } from '../hex.ts';
import type { ValidationOutcome } from '../outcome.ts';
import type { ValidateRequest } from '../types.ts';

/** What the outcome's text adds to the note. Characters. */
const MESSAGE_CHARS = 400;

/**
 * A candidate as `pvf validate --candidate` reads it, with everything that the outcome depended on.
 * @returns JSON, without a line break inside, so that files can be joined to one for `pvf replay`
 */
export function encodeCandidate(name: string, request: ValidateRequest, outcome: ValidationOutcome): string {
  const { parentHead, relayParentNumber, relayParentStorageRoot, maxPovSize } = request.validationData;
  const { kind, descriptorVersion } = request;
  return JSON.stringify({
    name,
    note: noteOf(kind, outcome),
    kind,
    codeHash: `0x${outcome.codeHash}`,
    executorParams: request.executorParams.map(paramJson),
    validationCodeBombLimit: request.validationCodeBombLimit,
    relayParentNumber,
    relayParentStorageRoot: hex(relayParentStorageRoot),
    maxPovSize,
    ...claimJson(request),
    ...(descriptorVersion !== undefined && { descriptorVersion: versionNumber(descriptorVersion) }),
    ...(request.relayParent !== undefined && { relayParent: hex(request.relayParent) }),
    ...(request.schedulingParent !== undefined && { schedulingParent: hex(request.schedulingParent) }),
    parentHead: hex(parentHead),
    blockData: hex(request.pov.blockData),
  });
}

function claimJson({ receipt, v3Seen, chain }: ValidateRequest): object {
  if (receipt === undefined) return {};
  const bytes = receipt instanceof Uint8Array ? receipt : CandidateReceipt.encode(receipt);
  if (chain === undefined) return { receipt: hex(bytes), v3Seen };
  const { sessionIndexForChild = null, ancestorRelayParentInfo = null, claimQueue } = chain;
  const queue = claimQueue === undefined ? null : hex(ClaimQueue.encode(claimQueue));
  return {
    receipt: hex(bytes),
    v3Seen,
    chain: { sessionIndexForChild, ancestorRelayParentInfo, claimQueue: queue },
  };
}

function noteOf(kind: string, outcome: ValidationOutcome): string {
  const why = 'rule' in outcome ? outcome.rule : 'cause' in outcome ? outcome.cause : '';
  // A guest's words: they come to a terminal one day.
  const message =
    'message' in outcome ? outcome.message.slice(0, MESSAGE_CHARS).replace(/\p{C}+/gu, ' ') : '';
  return `${kind}: ${outcome.kind} (${why}), ${message}`;
}

/** As chain tools print them. */
function paramJson(param: ExecutorParam): unknown {
  if (!('value' in param)) return param.type;
  const value = typeof param.value === 'bigint' ? safe(param.value) : param.value;
  return { [param.type]: 'kind' in param ? [param.kind, value] : value };
}

function safe(value: bigint): number | string {
  return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
}

function versionNumber(version: NonNullable<ValidateRequest['descriptorVersion']>): number {
  return version.type === 'Unknown' ? version.value : Number(version.type.slice(1));
}

function hex(bytes: Uint8Array): string {
  return `0x${toHex(bytes)}`;
}
