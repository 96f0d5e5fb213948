/**
 * Frames on every stream of the protocol: 8 bytes of little-endian length, then the payload. Writers use
 * {@link encodeFrame}; blocking readers {@link readFrame}; event-driven readers {@link FrameDecoder}.
 */
export {
  DEFAULT_FRAME_LIMIT,
  encodeFrame,
  encodeFrameParts,
  FRAME_HEADER_BYTES,
  frameHeader,
} from './frame.ts';
export { FrameDecoder } from './frame-decoder.ts';
export { OUT_OF_MEMORY_FRAME } from './out-of-memory.ts';
export { type ReadSome, readFrame } from './read-frame.ts';
