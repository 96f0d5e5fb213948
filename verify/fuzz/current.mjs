// The file through which main.mjs sees what loop.mjs does: four numbers, then the input that runs.
import { readFileSync } from 'node:fs';

/** Bytes before the input: executions, length of the input, inputs kept, counters seen, each as u32. */
export const PROGRESS_BYTES = 16;

/** @returns undefined until the first input runs */
export function readCurrent(path) {
  const record = readFileSync(path);
  if (record.length < PROGRESS_BYTES) return undefined;
  const [executions, length, kept, seen] = [0, 4, 8, 12].map((at) => record.readUInt32LE(at));
  return { executions, kept, seen, input: record.subarray(PROGRESS_BYTES, PROGRESS_BYTES + length) };
}
