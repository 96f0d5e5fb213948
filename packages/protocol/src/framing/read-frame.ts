import { DEFAULT_FRAME_LIMIT, FRAME_HEADER_BYTES, frameTruncated, readFrameHeader } from './frame.ts';

/**
 * A blocking read: puts at least one byte at the start of `target` and returns how many, or 0 at the end of the
 * stream. `fs.readSync` without a position is one.
 */
export type ReadSome = (target: Uint8Array) => number;

/**
 * Reads one frame with blocking reads, straight into the payload's own buffer (from `allocate`, if given).
 *
 * Returns the payload, or undefined when the stream ends before a frame begins. Throws FRAME_TOO_LARGE for a
 * payload above `limit` bytes, FRAME_TRUNCATED when the stream ends inside the frame, and what `read` throws.
 */
export function readFrame(
  read: ReadSome,
  limit: number = DEFAULT_FRAME_LIMIT,
  allocate: (length: number) => Uint8Array = (length) => new Uint8Array(length),
): Uint8Array | undefined {
  const header = new Uint8Array(FRAME_HEADER_BYTES);
  const headerBytes = fill(header, read);
  if (headerBytes === 0) return undefined;
  if (headerBytes < FRAME_HEADER_BYTES) throw frameTruncated(FRAME_HEADER_BYTES, headerBytes);
  const payload = allocate(readFrameHeader(header, limit));
  const payloadBytes = fill(payload, read);
  if (payloadBytes < payload.byteLength) {
    throw frameTruncated(FRAME_HEADER_BYTES + payload.byteLength, FRAME_HEADER_BYTES + payloadBytes);
  }
  return payload;
}

/** Reads until `target` is full or the stream ends; returns the bytes read. */
function fill(target: Uint8Array, read: ReadSome): number {
  let filled = 0;
  while (filled < target.byteLength) {
    const count = read(target.subarray(filled));
    if (count <= 0) break;
    filled += count;
  }
  return filled;
}
