import {
  type CandidateReceipt,
  candidateHash,
  codeHash,
  commitmentsHash,
  commitmentsOf,
  headDataHash,
  povHash,
  type ValidationResult,
  validationDataHash,
} from '@pvf/protocol';
import type { BareRequest, ChainAnswers, ReceiptRequest } from '../../src/index.ts';

const fill = (length: number, byte: number): Uint8Array => new Uint8Array(length).fill(byte);
const ZERO = fill(32, 0);
/** Of the receipts below. */
export const SESSION = 7;
export const CORE = 3;
export const PARA = 2_000;

/** What the chain says of a receipt of {@link receiptOf}. */
export const CHAIN: ChainAnswers = {
  sessionIndexForChild: SESSION,
  ancestorRelayParentInfo: undefined,
  claimQueue: [{ core: CORE, paras: [PARA] }],
};

/** A V2 receipt for a request and what its PVF returns. */
export function receiptOf(
  { code, pov, validationData }: BareRequest,
  result: ValidationResult,
  rest: Partial<CandidateReceipt['descriptor']> = {},
): CandidateReceipt {
  if (!(code instanceof Uint8Array)) throw new TypeError('a receipt needs the code');
  return {
    descriptor: {
      paraId: PARA,
      relayParent: fill(32, 1),
      version: 0,
      coreIndex: CORE,
      sessionIndex: SESSION,
      schedulingSessionOffset: 0,
      reserved1: fill(24, 0),
      persistedValidationDataHash: validationDataHash(validationData),
      povHash: povHash(pov),
      erasureRoot: fill(32, 9),
      schedulingParent: ZERO,
      reserved2: ZERO,
      paraHead: headDataHash(result.headData),
      validationCodeHash: codeHash(code),
      ...rest,
    },
    commitmentsHash: commitmentsHash(commitmentsOf(result)),
  };
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
