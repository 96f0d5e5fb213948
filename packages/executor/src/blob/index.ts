/** Blobs that may be zstd-compressed: validation code and PoVs. Decompression is bounded by the caller's limit. */
export { BlobError, type BlobErrorCode, decompressBlob } from './decompress.ts';
export { type ZstdFrame, zstdFrameAt } from './frame.ts';
