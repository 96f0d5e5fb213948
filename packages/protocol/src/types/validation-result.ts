import { bytes, codec, option, struct, u32, vector } from '../scale/index.ts';

/** A message from one parachain to another. */
export interface OutboundHrmpMessage {
  /** Para id of the receiver. */
  readonly recipient: number;
  /** The message, opaque to the relay chain. */
  readonly data: Uint8Array;
}

/** What `validate_block` returns. */
export interface ValidationResult {
  /** Head data of the block. */
  readonly headData: Uint8Array;
  /** Code that shall replace the PVF. */
  readonly newValidationCode: Uint8Array | undefined;
  /** At most `MAX_UPWARD_MESSAGES`. */
  readonly upwardMessages: readonly Uint8Array[];
  /** At most `MAX_HORIZONTAL_MESSAGES`. */
  readonly horizontalMessages: readonly OutboundHrmpMessage[];
  /** Downward messages that the block has taken in, u32. */
  readonly processedDownwardMessages: number;
  /** Block number of the relay chain up to which horizontal messages are taken in, u32. */
  readonly hrmpWatermark: number;
}

/** Upward messages in one result; more make the candidate invalid. Rule: the reference's parachain-primitives. */
export const MAX_UPWARD_MESSAGES = 16 * 1024;

/** Horizontal messages in one result; more make the candidate invalid. */
export const MAX_HORIZONTAL_MESSAGES = 16 * 1024;

export const upwardMessages = vector(bytes, MAX_UPWARD_MESSAGES);

export const horizontalMessages = vector(
  struct<OutboundHrmpMessage>({ recipient: u32, data: bytes }),
  MAX_HORIZONTAL_MESSAGES,
);

/** Untrusted: written by the PVF. As in the reference, bytes behind the result are accepted. */
export const ValidationResult = codec<ValidationResult>(
  'ValidationResult',
  struct<ValidationResult>({
    headData: bytes,
    newValidationCode: option(bytes),
    upwardMessages,
    horizontalMessages,
    processedDownwardMessages: u32,
    hrmpWatermark: u32,
  }),
);
