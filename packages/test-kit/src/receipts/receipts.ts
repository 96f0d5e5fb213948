import {
  CandidateReceipt,
  codeHash,
  commitmentsHash,
  commitmentsOf,
  headDataHash,
  type PersistedValidationData,
  povHash,
  type ValidationResult,
  validationDataHash,
} from '@pvf/protocol';

/** What the descriptors of {@link receiptFor} name. */
export const RECEIPT_SESSION = 7;
export const RECEIPT_CORE = 3;
export const RECEIPT_PARA = 2_000;

const fill = (length: number, byte: number): Uint8Array => new Uint8Array(length).fill(byte);

/**
 * A V2 receipt that is right for a candidate and what its PVF returns.
 *
 * @param code as it is given to the host
 * @param descriptor fields that are to be others
 */
export function receiptFor(
  {
    code,
    blockData,
    validationData,
  }: { code: Uint8Array; blockData: Uint8Array; validationData: PersistedValidationData },
  result: ValidationResult,
  descriptor: Partial<CandidateReceipt['descriptor']> = {},
): CandidateReceipt {
  return {
    descriptor: {
      paraId: RECEIPT_PARA,
      relayParent: fill(32, 1),
      version: 0,
      coreIndex: RECEIPT_CORE,
      sessionIndex: RECEIPT_SESSION,
      schedulingSessionOffset: 0,
      reserved1: fill(24, 0),
      persistedValidationDataHash: validationDataHash(validationData),
      povHash: povHash({ blockData }),
      erasureRoot: fill(32, 2),
      schedulingParent: fill(32, 0),
      reserved2: fill(32, 0),
      paraHead: headDataHash(result.headData),
      validationCodeHash: codeHash(code),
      ...descriptor,
    },
    commitmentsHash: commitmentsHash(commitmentsOf(result)),
  };
}

/**
 * {@link receiptFor} a block of the adder, as SCALE: its head is the result's, its watermark the relay parent's number.
 *
 * @param head that the block leads to
 */
export function adderReceipt(
  { head, ...candidate }: Parameters<typeof receiptFor>[0] & { head: Uint8Array },
  descriptor: Partial<CandidateReceipt['descriptor']> = {},
): Uint8Array<ArrayBuffer> {
  const result: ValidationResult = {
    headData: head,
    newValidationCode: undefined,
    upwardMessages: [],
    horizontalMessages: [],
    processedDownwardMessages: 0,
    hrmpWatermark: candidate.validationData.relayParentNumber,
  };
  return Uint8Array.from(CandidateReceipt.encode(receiptFor(candidate, result, descriptor)));
}
