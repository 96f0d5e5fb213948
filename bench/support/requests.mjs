// Requests as all programs make them: the limits of the real network, nothing particular about the relay parent.
import { codeHash, durationFromMs } from '@pvf/protocol';

/** Approval's limit of CPU time, milliseconds. */
const EXECUTION_LIMIT_MS = 12_000;
const PREPARATION_LIMIT_MS = 360_000;
/** Of code and of PoVs, bytes. */
export const CODE_BOMB_LIMIT_BYTES = 30 * 1024 * 1024;
export const MAX_POV_BYTES = 10 * 1024 * 1024;
const ZERO_HASH = new Uint8Array(32);

/** Validation data of a candidate that does not care about the relay chain. */
export function validationDataOf(parentHead, maxPovSize = MAX_POV_BYTES) {
  return { parentHead, relayParentNumber: 1, relayParentStorageRoot: ZERO_HASH, maxPovSize };
}

/** What an execute worker is sent. */
export function executionOf({ validationData, blockData }, artifactChecksum) {
  return {
    pvd: validationData,
    pov: { blockData },
    executionTimeout: durationFromMs(EXECUTION_LIMIT_MS),
    artifactChecksum,
    relayParent: ZERO_HASH,
    schedulingParent: ZERO_HASH,
    descriptorVersion: { type: 'V1' },
  };
}

/** What a prepare worker is sent. */
export function preparationOf(code, hash = codeHash(code)) {
  return {
    maybeCompressedCode: code,
    validationCodeBombLimit: CODE_BOMB_LIMIT_BYTES,
    codeHash: hash,
    executorParams: [],
    prepTimeout: durationFromMs(PREPARATION_LIMIT_MS),
    prepKind: 'Compilation',
  };
}

/** What a `PvfHost` is asked about a candidate. */
export function validationOf(code, { validationData, blockData }) {
  return {
    code,
    executorParams: [],
    validationCodeBombLimit: CODE_BOMB_LIMIT_BYTES,
    validationData,
    pov: { blockData },
    kind: 'approval',
  };
}
