import type { ClusterCode, Entry, Job } from '../../src/index.ts';

export const CODE = new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);

/** Block data that tells its candidate's number. */
export function blockDataOf(index: number, bytes = 32): Uint8Array {
  const data = new Uint8Array(bytes);
  new DataView(data.buffer).setUint32(0, index);
  return data;
}

/** The number in block data of {@link blockDataOf}. */
export function numberIn(blockData: Uint8Array): number {
  return new DataView(blockData.buffer, blockData.byteOffset).getUint32(0);
}

export function jobOf(code: ClusterCode, blockData: Uint8Array): Extract<Job, { task: 'validate' }> {
  return {
    task: 'validate',
    code,
    input: {
      kind: 'approval',
      executorParams: [],
      validationCodeBombLimit: 30 * 1024 * 1024,
      validationData: {
        parentHead: new Uint8Array(4),
        relayParentNumber: 1,
        relayParentStorageRoot: new Uint8Array(32),
        maxPovSize: 10 * 1024 * 1024,
      },
      pov: { blockData },
    },
  };
}

export async function* entries(code: ClusterCode, count: number, bytes?: number): AsyncGenerator<Entry> {
  for (let index = 0; index < count; index += 1) yield { index, job: jobOf(code, blockDataOf(index, bytes)) };
}
