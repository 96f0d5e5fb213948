import { blake2b256, blake2b256OfParts } from '../checksum/blake2b256.ts';
import { byteLength } from '../scale/index.ts';
import { CandidateCommitments, CandidateReceipt } from '../types/candidate.ts';
import { PersistedValidationData, PoV } from '../types/execute.ts';
import type { ValidationResult } from '../types/validation-result.ts';

// All are blake2-256, 32 bytes, at about 30 MB/s: for many megabytes use a native hasher over `encodeParts`.

/** Hash by which a candidate is known. Throws INVALID_VALUE. */
export function candidateHash(receipt: CandidateReceipt): Uint8Array {
  return blake2b256(CandidateReceipt.encode(receipt));
}

/** What `commitmentsHash` of a receipt must be. Throws INVALID_VALUE. */
export function commitmentsHash(commitments: CandidateCommitments): Uint8Array {
  return blake2b256OfParts(CandidateCommitments.encodeParts(commitments));
}

/** What `persistedValidationDataHash` of a descriptor must be. Throws INVALID_VALUE. */
export function validationDataHash(data: PersistedValidationData): Uint8Array {
  return blake2b256OfParts(PersistedValidationData.encodeParts(data));
}

/** What `povHash` of a descriptor must be: of the encoded PoV, its block data compressed or not. Throws INVALID_VALUE. */
export function povHash(pov: PoV): Uint8Array {
  return blake2b256OfParts(PoV.encodeParts(pov));
}

/** Bytes of the encoded PoV, which `maxPovSize` limits before anything is decompressed. Throws INVALID_VALUE. */
export function povEncodedSize(pov: PoV): number {
  return byteLength(PoV.encodeParts(pov));
}

/** What `paraHead` of a descriptor must be: of the head data itself, without its length. */
export function headDataHash(headData: Uint8Array): Uint8Array {
  return blake2b256(headData);
}

/** What a candidate commits to if its PVF returned `result`. */
export function commitmentsOf(result: ValidationResult): CandidateCommitments {
  const { upwardMessages, horizontalMessages, newValidationCode, headData } = result;
  const { processedDownwardMessages, hrmpWatermark } = result;
  return {
    upwardMessages,
    horizontalMessages,
    newValidationCode,
    headData,
    processedDownwardMessages,
    hrmpWatermark,
  };
}
