// Receipts as collators make them, so that the answers are votes. Relay chain, para id and core are made up: what a
// validator asks the chain about them matters to backers alone.
import {
  CandidateReceipt,
  codeHash,
  commitmentsHash,
  headDataHash,
  povHash,
  validationDataHash,
} from '@pvf/protocol';

export const MAX_POV_BYTES = 10 * 1024 * 1024;

const zeros = (length) => new Uint8Array(length);

export function validationDataOf({ parentHead, relayParentNumber, relayParentStorageRoot }) {
  return { parentHead, relayParentNumber, relayParentStorageRoot, maxPovSize: MAX_POV_BYTES };
}

/** The PVF's code hash is the same for all its candidates, and takes a moment for a large one. */
export function receiptsFor(code) {
  const validationCodeHash = codeHash(code);
  return (candidate) => receiptOf(candidate, validationCodeHash);
}

/**
 * The encoded receipt of a candidate: of what it is expected to return, or where it must be refused, of what somebody
 * could have claimed; `claims` replaces fields of the descriptor.
 */
function receiptOf({ blockData, expected, claims = {}, ...inputs }, validationCodeHash) {
  const headData = expected.head ?? zeros(32);
  const descriptor = {
    paraId: 1_000,
    relayParent: zeros(32),
    version: 0,
    coreIndex: 0,
    sessionIndex: 1,
    schedulingSessionOffset: 0,
    reserved1: zeros(24),
    persistedValidationDataHash: validationDataHash(validationDataOf(inputs)),
    povHash: povHash({ blockData }),
    erasureRoot: zeros(32),
    schedulingParent: zeros(32),
    reserved2: zeros(32),
    paraHead: headDataHash(headData),
    validationCodeHash,
    ...claims,
  };
  const commitments = {
    upwardMessages: [],
    horizontalMessages: [],
    newValidationCode: undefined,
    headData,
    processedDownwardMessages: expected.downward ?? 0,
    hrmpWatermark: expected.watermark ?? 0,
  };
  return CandidateReceipt.encode({ descriptor, commitmentsHash: commitmentsHash(commitments) });
}
