import { bytes, codec, fixedBytes, hash, option, struct, u8, u16, u32 } from '../scale/index.ts';
import { horizontalMessages, type OutboundHrmpMessage, upwardMessages } from './validation-result.ts';

/**
 * What a collator claims about a candidate, except for its commitments. Fields as they lie on the wire: what they mean
 * depends on the version, which `descriptorForValidation` tells. In V1 the bytes from `version` to `reserved1` are a
 * collator's public key, and `schedulingParent` with `reserved2` its signature.
 */
export interface CandidateDescriptor {
  /** The parachain's id, u32. */
  readonly paraId: number;
  /** Block of the relay chain in whose context the candidate is executed, 32 bytes. */
  readonly relayParent: Uint8Array;
  /** The raw byte: 0 for V2, 1 for V3. */
  readonly version: number;
  /** u16. */
  readonly coreIndex: number;
  /** Session of the relay parent. */
  readonly sessionIndex: number;
  /** Sessions from the relay parent's to the scheduling parent's. */
  readonly schedulingSessionOffset: number;
  /** 24 bytes. */
  readonly reserved1: Uint8Array;
  /** blake2-256 of the encoded `PersistedValidationData`. */
  readonly persistedValidationDataHash: Uint8Array;
  /** blake2-256 of the encoded `PoV`. */
  readonly povHash: Uint8Array;
  /** Root of the Merkle tree of the erasure-coded PoV and validation data, 32 bytes. Not checked by validation. */
  readonly erasureRoot: Uint8Array;
  /** Block of the relay chain that decides about the core, 32 bytes. */
  readonly schedulingParent: Uint8Array;
  /** 32 bytes. */
  readonly reserved2: Uint8Array;
  /** blake2-256 of the new head data. */
  readonly paraHead: Uint8Array;
  /** blake2-256 of the PVF's code as it is on chain. */
  readonly validationCodeHash: Uint8Array;
}

/** `CandidateDescriptorV2` of polkadot-primitives 26.0.0: 292 bytes, the same for every version. */
export const CandidateDescriptor = codec<CandidateDescriptor>(
  'CandidateDescriptor',
  struct<CandidateDescriptor>({
    paraId: u32,
    relayParent: hash,
    version: u8,
    coreIndex: u16,
    sessionIndex: u32,
    schedulingSessionOffset: u8,
    reserved1: fixedBytes(24),
    persistedValidationDataHash: hash,
    povHash: hash,
    erasureRoot: hash,
    schedulingParent: hash,
    reserved2: hash,
    paraHead: hash,
    validationCodeHash: hash,
  }),
);

/** What validators vote on. */
export interface CandidateReceipt {
  /** What the candidate is. */
  readonly descriptor: CandidateDescriptor;
  /** blake2-256 of the encoded `CandidateCommitments`. */
  readonly commitmentsHash: Uint8Array;
}

/** `CandidateReceiptV2` of polkadot-primitives 26.0.0: 324 bytes. */
export const CandidateReceipt = codec<CandidateReceipt>(
  'CandidateReceipt',
  struct<CandidateReceipt>({ descriptor: CandidateDescriptor, commitmentsHash: hash }),
);

/** The effects of a candidate, to which its receipt commits by hash. */
export interface CandidateCommitments {
  /** At most `MAX_UPWARD_MESSAGES`. */
  readonly upwardMessages: readonly Uint8Array[];
  /** At most `MAX_HORIZONTAL_MESSAGES`. */
  readonly horizontalMessages: readonly OutboundHrmpMessage[];
  /** Code that shall replace the PVF. */
  readonly newValidationCode: Uint8Array | undefined;
  /** Head data of the block. */
  readonly headData: Uint8Array;
  /** Downward messages that the block has taken in, u32. */
  readonly processedDownwardMessages: number;
  /** Block number of the relay chain up to which horizontal messages are taken in, u32. */
  readonly hrmpWatermark: number;
}

/** The fields of `ValidationResult`, in another order. */
export const CandidateCommitments = codec<CandidateCommitments>(
  'CandidateCommitments',
  struct<CandidateCommitments>({
    upwardMessages,
    horizontalMessages,
    newValidationCode: option(bytes),
    headData: bytes,
    processedDownwardMessages: u32,
    hrmpWatermark: u32,
  }),
);

/** A receipt with its commitments in place of their hash, as blocks of the relay chain carry it. */
export interface CommittedCandidateReceipt {
  /** What the candidate is. */
  readonly descriptor: CandidateDescriptor;
  /** Its effects. */
  readonly commitments: CandidateCommitments;
}

/** SCALE codec of {@link CommittedCandidateReceipt}; decoding throws `ProtocolError`. */
export const CommittedCandidateReceipt = codec<CommittedCandidateReceipt>(
  'CommittedCandidateReceipt',
  struct<CommittedCandidateReceipt>({ descriptor: CandidateDescriptor, commitments: CandidateCommitments }),
);
