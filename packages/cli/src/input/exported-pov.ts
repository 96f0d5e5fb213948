import { isProtocolError, PersistedValidationData, PoV } from '@pvf/protocol';

/** A block that a collator has written down, with all that its validation needs. */
export interface ExportedPov {
  /** As a collator sends it: maybe a compressed blob. */
  readonly blockData: Uint8Array;
  readonly validationData: PersistedValidationData;
}

/**
 * What Cumulus' `--export-pov-to-path` writes (`HASH_NUMBER.pov`), and what validators call available data: SCALE of
 * the PoV, then of the persisted validation data. Undefined for anything else; block data begin with a hash, so that
 * none is taken for it: every byte must be accounted for, and no part may be empty.
 */
export function exportedPov(bytes: Uint8Array): ExportedPov | undefined {
  try {
    const { value, rest } = PoV.decodePrefix(bytes);
    if (value.blockData.length === 0) return undefined;
    const validationData = PersistedValidationData.decodeExact(bytes.subarray(bytes.length - rest));
    if (validationData.parentHead.length === 0 || validationData.maxPovSize === 0) return undefined;
    return { blockData: value.blockData, validationData };
  } catch (error) {
    if (isProtocolError(error)) return undefined;
    throw error;
  }
}
