import { PrepareJobResult } from '../types/prepare.ts';
import { encodeFrame } from './frame.ts';

/**
 * The frame `Err(PrepareError::OutOfMemory)` of a prepare job, made ahead: a job that has run out of memory can
 * still write it without allocating.
 */
export const OUT_OF_MEMORY_FRAME: Uint8Array = encodeFrame(
  PrepareJobResult.encode({ ok: false, error: { type: 'OutOfMemory' } }),
);
