/**
 * Recognition of "compressed blobs": code and PoVs may be sent as 8 magic bytes and one zstd frame. Decompressing
 * is the executor's task.
 */
export { COMPRESSED_PREFIX, DEFAULT_CODE_BOMB_LIMIT, isCompressed, POV_BOMB_LIMIT } from './compressed.ts';
