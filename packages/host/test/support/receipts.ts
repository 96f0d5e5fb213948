import { type CandidateReceipt, candidateHash, type ValidationResult } from '@pvf/protocol';
import { RECEIPT_CORE, RECEIPT_PARA, RECEIPT_SESSION, receiptFor } from '@pvf/test-kit';
import type { BareRequest, ChainAnswers, ReceiptRequest } from '../../src/index.ts';

/** Of the receipts below. */
export const SESSION = RECEIPT_SESSION;
export const CORE = RECEIPT_CORE;
export const PARA = RECEIPT_PARA;

/** What the chain says of a receipt of {@link receiptOf}. */
export const CHAIN: ChainAnswers = {
  sessionIndexForChild: SESSION,
  ancestorRelayParentInfo: undefined,
  claimQueue: [{ core: CORE, paras: [PARA] }],
};

/** A V2 receipt for a request and what its PVF returns. */
export function receiptOf(
  { code, pov: { blockData }, validationData }: BareRequest,
  result: ValidationResult,
  rest: Partial<CandidateReceipt['descriptor']> = {},
): CandidateReceipt {
  if (!(code instanceof Uint8Array)) throw new TypeError('a receipt needs the code');
  return receiptFor({ code, blockData, validationData }, result, rest);
}

/** The request with a receipt; for backing, with a chain that has nothing against it. */
export function claimed(
  { kind, ...request }: BareRequest,
  receipt: CandidateReceipt | Uint8Array,
  chain: ChainAnswers = CHAIN,
): ReceiptRequest {
  const { relayParent: _, schedulingParent: __, descriptorVersion: ___, ...rest } = request;
  const claim = { ...rest, receipt, v3Seen: true, chain: undefined };
  return kind === 'backing' || kind === 'backing-system' ? { ...claim, kind, chain } : { ...claim, kind };
}

export const hexHashOf = (receipt: CandidateReceipt): string =>
  Buffer.from(candidateHash(receipt)).toString('hex');
