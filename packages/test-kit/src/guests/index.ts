/**
 * Guests (PVFs), named after how they behave, compiled from `guests/*.wat` when asked for; generated guests; and blobs
 * that are no module at all.
 */
export { compressedBlob, garbageBlob, truncatedBlob, zstdBomb } from './blobs.ts';
export { compileWat } from './compile.ts';
export { acceptsWithWatermark, slowToCompile, weighsItsInput, weightOf } from './generated.ts';
export {
  burnsCpuBlock,
  GUEST_ANSWERS,
  GUEST_INPUT,
  GUEST_NAMES,
  type GuestAnswer,
  type GuestName,
  guest,
} from './guests.ts';
