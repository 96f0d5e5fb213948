// Candidates of the example PVF, which takes microseconds for one: what is left is everything around it.
import { createHash } from 'node:crypto';
import { adderChain } from '@pvf/example-adder-pvf';
import type { ValidateInput } from '../../src/index.ts';

const CHAIN_LENGTH = 64;
const chain = adderChain(Array.from({ length: CHAIN_LENGTH }, (_, index) => BigInt(index)));

/** Bytes after the block are ignored by that PVF. */
export function adderInput(index: number, povBytes: number): ValidateInput {
  const candidate = chain[index % CHAIN_LENGTH];
  if (candidate === undefined) throw new Error('the chain is shorter');
  const { parentHead, blockData: block } = candidate;
  const blockData = new Uint8Array(Math.max(povBytes, block.length));
  blockData.set(block);
  return {
    kind: 'approval',
    executorParams: [],
    validationCodeBombLimit: 30 * 1024 * 1024,
    validationData: {
      parentHead,
      relayParentNumber: index,
      relayParentStorageRoot: new Uint8Array(32),
      maxPovSize: 10 * 1024 * 1024,
    },
    pov: { blockData },
  };
}

/** Time from one answer to the next, milliseconds. */
export class Intervals {
  readonly values: number[] = [];
  #last = performance.now();

  mark(): void {
    const now = performance.now();
    this.values.push(now - this.#last);
    this.#last = now;
  }
}

/** Of results in any order. */
export class Digest {
  readonly #of = new Map<number, string>();

  add(index: number, bytes: Uint8Array): void {
    this.#of.set(index, createHash('sha256').update(bytes).digest('hex'));
  }

  get text(): string {
    return [...this.#of]
      .sort(([a], [b]) => a - b)
      .map(([index, hash]) => `${index} ${hash}`)
      .join();
  }
}
