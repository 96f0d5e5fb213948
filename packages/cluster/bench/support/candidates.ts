import { jobOf } from '../../check/support/jobs.ts';
import type { ClusterCode, Entry } from '../../src/index.ts';

/** The servers of the checks have 4 GB. */
export const LIMITS = { storeBytes: 2 * 1024 ** 3 };

const MICROSECONDS = 1000;

/** Milliseconds that a candidate takes: its block data says so. */
export function waitOf(blockData: Uint8Array): number {
  return new DataView(blockData.buffer, blockData.byteOffset).getUint32(4) / MICROSECONDS;
}

/** Candidates without end: number, then wait, in block data of so many bytes. */
export async function* waitingEntries(
  code: ClusterCode,
  wait: (index: number) => number,
  bytes = 64,
  count = Number.POSITIVE_INFINITY,
): AsyncGenerator<Entry> {
  for (let index = 0; index < count; index += 1) {
    const data = new Uint8Array(bytes);
    const view = new DataView(data.buffer);
    view.setUint32(0, index);
    view.setUint32(4, Math.round(wait(index) * MICROSECONDS));
    yield { index, job: jobOf(code, data) };
  }
}

/** Evenly between two bounds, the same for the same index each time. */
export function drawnWait({ least, most }: { least: number; most: number }): (index: number) => number {
  return (index) => {
    // One step of the generator of Steele and others (SplitMix32) for each index.
    let z = (Math.imul(index + 1, 0x9e3779b9) ^ 0x5bd1e995) >>> 0;
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    return least + (((z ^ (z >>> 15)) >>> 0) / 2 ** 32) * (most - least);
  };
}
