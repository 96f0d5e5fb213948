import { adderChain, readAdderPvf } from '@pvf/example-adder-pvf';
import { descendantsOf, guest, openDescriptors, residentBytes, waitUntil } from '@pvf/test-kit';
import { expect } from 'vitest';
import { answerOf, WorkerPair } from './workers.ts';

const LIMIT_MS = 2_000;
/** What V8's heap may have grown by between two collections. */
const MEMORY_NOISE_BYTES = 24 * 1024 * 1024;
const CHAIN_LENGTH = 50;

/** Runs `warmUp` candidates, looks at the worker, runs `count` more, and expects that nothing has grown. */
export async function runMany(warmUp: number, count: number): Promise<void> {
  // Processes that stay are what it looks at.
  const pair = new WorkerPair([], [], 'speed-ups');
  try {
    const adder = await pair.prepare(readAdderPvf());
    const traps = await pair.prepare(guest('trap'));
    const chain = adderChain(Array.from({ length: CHAIN_LENGTH }, (_, i) => BigInt(i) ** 7n));
    const run = async (rounds: number): Promise<void> => {
      for (let i = 0; i < rounds; i++) {
        const { parentHead, blockData, head } = chain[i % CHAIN_LENGTH]!;
        const result = await pair.execute(adder, { parentHead, blockData }, LIMIT_MS);
        if (!result.ok || result.value.jobResponse.type !== 'Ok')
          throw new Error(`candidate ${i}: ${answerOf(result)}`);
        expect(Buffer.from(head).equals(result.value.jobResponse.resultDescriptor.headData)).toBe(true);
        if (i % 10 === 0)
          expect(answerOf(await pair.execute(traps, { parentHead, blockData }, LIMIT_MS))).toBe(
            'InvalidCandidate',
          );
      }
    };
    const { pid } = (await pair.executeWorker()).process;
    await run(warmUp);
    const before = { descriptors: openDescriptors(pid), bytes: residentBytes(pid) };
    const children = await childrenOf(pid);
    const childBytes = new Map(children.map((child) => [child, residentBytes(child)]));
    await run(count);
    expect([...openDescriptors(pid).keys()]).toEqual([...before.descriptors.keys()]);
    const lasting = (await childrenOf(pid)).filter((child) => children.includes(child));
    expect(lasting).toHaveLength(2);
    expect(residentBytes(pid)).toBeLessThan(before.bytes + MEMORY_NOISE_BYTES);
    for (const child of lasting) {
      expect(residentBytes(child)).toBeLessThan(childBytes.get(child)! + MEMORY_NOISE_BYTES);
    }
  } finally {
    await pair.close();
  }
}

/**
 * For each of the two PVFs a process that has loaded it, which stays, and a job that waits for the next candidate: of the
 * PVF that ran last, and of the other one if its job was made before the next request came.
 */
const childrenOf = (pid: number): Promise<number[]> =>
  waitUntil('3 or 4 processes below the worker', () => {
    const found = descendantsOf(pid).map((child) => child.pid);
    return (found.length === 3 || found.length === 4) && found;
  });
