/** The first 8 bytes of a compressed blob (sp-maybe-compressed-blob 11.1.0); a zstd frame follows. */
export const COMPRESSED_PREFIX: Uint8Array = Uint8Array.of(0x52, 0xbc, 0x53, 0x76, 0x46, 0xdb, 0x8e, 0x05);

/** Bytes that compressed code may grow to unless the request says otherwise (runtime API default): 30 MiB. */
export const DEFAULT_CODE_BOMB_LIMIT = 30 * 1024 * 1024;

/** Bytes that a compressed PoV may grow to: four times the largest PoV of 10 MiB (polkadot-node-primitives 28). */
export const POV_BOMB_LIMIT = 40 * 1024 * 1024;

/** Whether `blob` is to be decompressed; anything else is taken as it is. */
export function isCompressed(blob: Uint8Array): boolean {
  return COMPRESSED_PREFIX.every((byte, index) => blob[index] === byte);
}
