import {
  CandidateReceipt,
  ClaimQueue,
  candidateHash,
  type DescriptorView,
  descriptorForValidation,
} from '@pvf/protocol';
import type { ChainAnswers } from '../candidate.ts';
import { toHex } from '../hex.ts';
import { isBacking } from '../kinds.ts';
import type { ValidateRequest } from '../types.ts';
import { encodable, invalid, MAX_U32 } from './invalid.ts';

const RELAY_PARENT_INFO = ['found', 'missing', 'not-supported', undefined] as const;

/** What the receipt itself says, and must not be said a second time. */
const OF_RECEIPT = ['relayParent', 'schedulingParent', 'descriptorVersion'] as const;

/** A receipt and what goes with it; copies, which nobody can change any more. */
export interface CheckedClaim {
  receipt: CandidateReceipt;
  /** Hex. */
  candidateHash: string;
  /** The descriptor as this node must see it. */
  view: DescriptorView;
  /** With backing kinds, and only with them. */
  chain: ChainAnswers | undefined;
}

/**
 * Undefined for a request without receipt.
 * @throws HostError INVALID_REQUEST
 */
export function checkClaim(request: ValidateRequest): CheckedClaim | undefined {
  const { kind, receipt, v3Seen } = request;
  // JSON has no undefined.
  const chain: ChainAnswers | null | undefined = request.chain;
  if (receipt === undefined || receipt === null) {
    if (v3Seen !== undefined) throw invalid('v3Seen', 'is of use only with a receipt');
    if (chain !== undefined && chain !== null) throw invalid('chain', 'is of use only with a receipt');
    return undefined;
  }
  for (const field of OF_RECEIPT) {
    if (request[field] !== undefined) throw invalid(field, 'must not be given with a receipt, which says it');
  }
  if (typeof v3Seen !== 'boolean') throw invalid('v3Seen', 'must be a boolean: it decides the version');
  const decoded = checkReceipt(receipt);
  if (!isBacking(kind) && chain !== undefined && chain !== null) {
    throw invalid('chain', 'is compared for backing only: later the runtime has done so');
  }
  return {
    receipt: decoded,
    candidateHash: toHex(candidateHash(decoded)),
    view: descriptorForValidation(decoded.descriptor, v3Seen),
    chain: isBacking(kind) ? checkChain(chain) : undefined,
  };
}

function checkReceipt(receipt: Uint8Array | CandidateReceipt): CandidateReceipt {
  return encodable('receipt', () =>
    CandidateReceipt.decodeExact(
      receipt instanceof Uint8Array ? Uint8Array.from(receipt) : CandidateReceipt.encode(receipt),
    ),
  );
}

function checkChain(chain: ChainAnswers | null | undefined): ChainAnswers {
  if (typeof chain !== 'object' || chain === null) {
    throw invalid('chain', 'is required for backing with a receipt');
  }
  for (const field of ['sessionIndexForChild', 'ancestorRelayParentInfo', 'claimQueue'] as const) {
    if (!(field in chain)) {
      throw invalid(`chain.${field}`, 'is missing: undefined says that the chain could not be asked');
    }
  }
  const { sessionIndexForChild, ancestorRelayParentInfo, claimQueue } = chain;
  if (
    sessionIndexForChild !== undefined &&
    !(Number.isInteger(sessionIndexForChild) && sessionIndexForChild >= 0 && sessionIndexForChild <= MAX_U32)
  ) {
    throw invalid('chain.sessionIndexForChild', 'must be a session index below 2^32, or undefined');
  }
  if (!RELAY_PARENT_INFO.includes(ancestorRelayParentInfo)) {
    throw invalid(
      'chain.ancestorRelayParentInfo',
      "must be 'found', 'missing', 'not-supported' or undefined",
    );
  }
  return {
    sessionIndexForChild,
    ancestorRelayParentInfo,
    claimQueue:
      claimQueue === undefined
        ? undefined
        : encodable('chain.claimQueue', () => ClaimQueue.decodeExact(ClaimQueue.encode(claimQueue))),
  };
}
