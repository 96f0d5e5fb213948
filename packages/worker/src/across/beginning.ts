import { writeAll } from '@pvf/linux';
import { messageOf } from '../errors.ts';

/**
 * The first byte on the pipe of a job that is about to touch its request. Until then the process runs our code alone, so
 * that an end without it says nothing about candidate or PVF; what was written cannot be taken back afterwards.
 */
const BEGUN = 1;
/** What it adds to a job's output. */
export const BEGINNING_BYTES = 1;
/** In its place from a job that could not be isolated; the reason follows. */
const NOT_BEGUN = 0;
const MAX_REASON_BYTES = 2048;

let begun = false;

/** In a job, once it has given everything up: from here on its end is its own. */
export function markBegun(writeFd: number): void {
  writeAll(writeFd, Uint8Array.of(BEGUN));
  begun = true;
}

/** In a job whose body has thrown: says why, if it has not begun. */
export function explainFailure(writeFd: number, error: unknown): void {
  if (begun) return;
  writeAll(writeFd, Uint8Array.of(NOT_BEGUN));
  writeAll(writeFd, Buffer.from(messageOf(error)).subarray(0, MAX_REASON_BYTES));
}

/**
 * Whether a job has begun, and its own bytes: views. Without a beginning `reason` is what it said instead, or empty: UTF-8
 * of our own code in a job that was forked from its worker. In one that was forked from a template it is anybody's, must
 * not be decoded, and may be as long as an answer.
 */
export type Beginning =
  | { readonly begun: true; readonly output: Uint8Array }
  | { readonly begun: false; readonly reason: Uint8Array };

export function readBeginning(bytes: Uint8Array): Beginning {
  const rest = bytes.subarray(BEGINNING_BYTES);
  return bytes[0] === BEGUN ? { begun: true, output: rest } : { begun: false, reason: rest };
}
