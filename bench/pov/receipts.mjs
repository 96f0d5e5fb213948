import {
  codeHash,
  commitmentsHash,
  commitmentsOf,
  headDataHash,
  povHash,
  validationDataHash,
} from '@pvf/protocol';

const zeros = (length) => new Uint8Array(length);

/** The receipt of a candidate whose outcome this was. */
export function receiptFor(wasm, { validationData, pov }, { result }) {
  const descriptor = {
    paraId: 1,
    relayParent: zeros(32),
    version: 0,
    coreIndex: 0,
    sessionIndex: 0,
    schedulingSessionOffset: 0,
    reserved1: zeros(24),
    persistedValidationDataHash: validationDataHash(validationData),
    povHash: povHash(pov),
    erasureRoot: zeros(32),
    schedulingParent: zeros(32),
    reserved2: zeros(32),
    paraHead: headDataHash(result.headData),
    validationCodeHash: codeHash(wasm),
  };
  return { descriptor, commitmentsHash: commitmentsHash(commitmentsOf(result)) };
}
