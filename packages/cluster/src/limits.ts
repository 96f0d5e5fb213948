/** Largest PoV that goes through the cluster, bytes. Chains have 10 MiB or less; a PoV that a chain refuses must get through. */
export const DEFAULT_MAX_POV_BYTES: number = 32 * 1024 * 1024;
/** Largest PVF, bytes. */
export const MAX_CODE_BYTES: number = 64 * 1024 * 1024;
/** PoVs up to that size lie in the queue with their job, larger ones are objects of their own. Bytes. */
export const INLINE_POV_BYTES: number = 256 * 1024;
/** What a PVF returned goes along with the result up to that size, larger is an object of its own. Bytes. */
export const INLINE_OUTPUT_BYTES: number = 128 * 1024;
