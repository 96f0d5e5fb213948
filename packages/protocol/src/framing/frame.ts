import { u64 } from 'scale-ts';
import { ProtocolError } from '../errors.ts';
import { byteLength, concat } from '../scale/bytes.ts';

/** Bytes of a frame's header: the payload's length as a little-endian u64. */
export const FRAME_HEADER_BYTES = 8;

/**
 * Largest payload that a reader accepts unless told otherwise, in bytes. The largest real frames are artifacts on
 * a prepare job's pipe (47 MB for the largest known runtime); the bound keeps a hostile length from allocating.
 */
export const DEFAULT_FRAME_LIMIT = 256 * 1024 * 1024;

/** The 8 bytes before a payload of `length` bytes. */
export function frameHeader(length: number): Uint8Array {
  return u64.enc(BigInt(length));
}

/**
 * One frame: header and payload, which may be given in pieces (`Codec.encodeParts`) and is copied once.
 * Never throws for any payload; the reader's limit is the reader's affair.
 */
export function encodeFrame(payload: Uint8Array | readonly Uint8Array[]): Uint8Array {
  return concat(encodeFrameParts(payload));
}

/** The same frame in pieces for a vectored write, nothing copied. */
export function encodeFrameParts(payload: Uint8Array | readonly Uint8Array[]): Uint8Array[] {
  const parts = payload instanceof Uint8Array ? [payload] : payload;
  return [frameHeader(byteLength(parts)), ...parts];
}

/** Payload length in `header`; throws FRAME_TOO_LARGE above `limit` bytes, before anything is allocated. */
export function readFrameHeader(header: Uint8Array, limit: number): number {
  const length = u64.dec(header.slice(0, FRAME_HEADER_BYTES));
  if (length > BigInt(limit)) {
    throw new ProtocolError(
      'FRAME_TOO_LARGE',
      { length, limit },
      `a frame of ${length} bytes was announced, ${limit} are allowed; the stream is broken or hostile, close it`,
    );
  }
  return Number(length);
}

/** The error for a stream that ended with `available` of `needed` bytes. */
export function frameTruncated(needed: number, available: number): ProtocolError<'FRAME_TRUNCATED'> {
  return new ProtocolError(
    'FRAME_TRUNCATED',
    { needed, available },
    `the stream ended inside a frame: ${available} of ${needed} bytes; the other side died or was killed`,
  );
}
