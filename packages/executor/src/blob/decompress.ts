import { constants, zstdDecompressSync } from 'node:zlib';
import { COMPRESSED_PREFIX, isCompressed } from '@pvf/protocol';
import { type ZstdFrame, zstdFrameAt } from './frame.ts';

/** The largest window that is accepted, as log2 of bytes: the zstd library's default, 128 MiB. */
const WINDOW_LOG_MAX = 27;
const CHUNK_MIN_BYTES = 64 * 1024;
const CHUNK_MAX_BYTES = 16 * 1024 * 1024;

export type BlobErrorCode = 'POSSIBLE_BOMB' | 'INVALID_FORMAT';

/** A compressed blob that cannot be used; the fault is always the blob's. */
export class BlobError extends Error {
  override readonly name = 'BlobError';
  readonly code: BlobErrorCode;
  readonly meta: { readonly bombLimit: number; readonly compressedLength: number };

  constructor(code: BlobErrorCode, meta: BlobError['meta'], options?: ErrorOptions) {
    super(
      code === 'POSSIBLE_BOMB'
        ? `the blob decompresses to more than the limit of ${meta.bombLimit} bytes`
        : `the blob carries the compression prefix but no valid zstd frames follow it`,
      options,
    );
    this.code = code;
    this.meta = meta;
  }
}

/**
 * Returns the content of a blob that may be compressed. A blob without the prefix is returned as it is, whatever its
 * size: the limit applies to decompressed data only, as in the reference.
 *
 * @param bombLimit largest number of bytes a compressed blob may decompress to
 * @throws BlobError
 */
export function decompressBlob(blob: Uint8Array, bombLimit: number): Uint8Array {
  if (!isCompressed(blob)) return blob;
  const meta = { bombLimit, compressedLength: blob.length };
  const parts: Uint8Array[] = [];
  let total = 0;
  let at = COMPRESSED_PREFIX.length;
  // Frames may be concatenated; Node's decoder stops silently after the first one, so each is decoded by itself.
  do {
    const frame = zstdFrameAt(blob, at);
    if (frame === undefined) throw new BlobError('INVALID_FORMAT', meta);
    if (frame.kind === 'frame') {
      const part = decompressFrame(blob.subarray(at, frame.end), frame, bombLimit - total, meta);
      total += part.length;
      parts.push(part);
    }
    at = frame.end;
  } while (at < blob.length);
  if (parts.length === 1) return parts[0]!;
  const whole = new Uint8Array(total);
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}

function decompressFrame(
  bytes: Uint8Array,
  frame: ZstdFrame,
  room: number,
  meta: BlobError['meta'],
): Uint8Array {
  if ((frame.contentSize ?? 0) > room) throw new BlobError('POSSIBLE_BOMB', meta);
  let content: Uint8Array;
  try {
    content = zstdDecompressSync(bytes, {
      maxOutputLength: Math.max(1, room),
      chunkSize: Math.min(CHUNK_MAX_BYTES, Math.max(CHUNK_MIN_BYTES, frame.contentSize ?? 0)),
      params: { [constants.ZSTD_d_windowLogMax]: WINDOW_LOG_MAX },
    });
  } catch (cause) {
    const tooLarge = cause instanceof Error && 'code' in cause && cause.code === 'ERR_BUFFER_TOO_LARGE';
    throw new BlobError(tooLarge ? 'POSSIBLE_BOMB' : 'INVALID_FORMAT', meta, { cause });
  }
  if (content.length > room) throw new BlobError('POSSIBLE_BOMB', meta);
  return content;
}
