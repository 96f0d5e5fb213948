/** Little-endian magic number of a zstd frame (RFC 8878, 3.1.1). */
const FRAME_MAGIC = 0xfd2fb528;
/** Skippable frames: 0x184D2A50 to 0x184D2A5F (RFC 8878, 3.1.2). */
const SKIPPABLE_MAGIC = 0x184d2a50;

/** Where one zstd frame ends and how much it says it holds. */
export interface ZstdFrame {
  readonly kind: 'frame' | 'skippable';
  /** Offset of the first byte after the frame. */
  readonly end: number;
  /** Bytes of content, when the frame's header declares them. */
  readonly contentSize: number | undefined;
}

/**
 * Finds the end of the zstd frame that starts at `offset` by walking its block headers, without decompressing.
 * Returns `undefined` when the bytes are not a whole frame. Layout: RFC 8878, section 3.1.
 */
export function zstdFrameAt(bytes: Uint8Array, offset: number): ZstdFrame | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (offset + 5 > bytes.length) return undefined;
  const magic = view.getUint32(offset, true);
  if ((magic & 0xfffffff0) >>> 0 === SKIPPABLE_MAGIC) {
    if (offset + 8 > bytes.length) return undefined;
    const end = offset + 8 + view.getUint32(offset + 4, true);
    return end <= bytes.length ? { kind: 'skippable', end, contentSize: 0 } : undefined;
  }
  if (magic !== FRAME_MAGIC) return undefined;

  const descriptor = view.getUint8(offset + 4);
  const singleSegment = (descriptor & 0x20) !== 0;
  const dictionaryBytes = [0, 1, 2, 4][descriptor & 3]!;
  const sizeFlag = descriptor >>> 6;
  const sizeBytes = sizeFlag === 0 ? (singleSegment ? 1 : 0) : 1 << sizeFlag;
  const sizeAt = offset + 5 + (singleSegment ? 0 : 1) + dictionaryBytes;
  let at = sizeAt + sizeBytes;
  if (at > bytes.length) return undefined;
  const contentSize = readContentSize(view, sizeAt, sizeBytes);

  for (let last = false; !last; ) {
    if (at + 3 > bytes.length) return undefined;
    const header = view.getUint16(at, true) | (view.getUint8(at + 2) << 16);
    last = (header & 1) === 1;
    const blockType = (header >>> 1) & 3;
    const RLE = 1;
    at += 3 + (blockType === RLE ? 1 : header >>> 3);
  }
  if ((descriptor & 4) !== 0) at += 4;
  return at <= bytes.length ? { kind: 'frame', end: at, contentSize } : undefined;
}

function readContentSize(view: DataView, at: number, bytes: number): number | undefined {
  switch (bytes) {
    case 1:
      return view.getUint8(at);
    case 2:
      return view.getUint16(at, true) + 256;
    case 4:
      return view.getUint32(at, true);
    case 8:
      return Number(view.getBigUint64(at, true));
    default:
      return undefined;
  }
}
