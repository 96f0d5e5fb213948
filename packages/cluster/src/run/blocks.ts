import { blockOf } from '../names.ts';

/** Which blocks of results have been taken whole, so that they can be removed. Holds only blocks that are not finished. */
export class Blocks {
  readonly #open = new Map<number, number>();
  #newest = -1;

  /** A candidate is asked for; indices come in ascending order. @returns blocks that are finished now */
  add(index: number): number[] {
    const block = blockOf(index);
    const finished = block > this.#newest && this.#open.get(this.#newest) === 0 ? [this.#newest] : [];
    for (const each of finished) this.#open.delete(each);
    this.#newest = Math.max(this.#newest, block);
    this.#open.set(block, (this.#open.get(block) ?? 0) + 1);
    return finished;
  }

  /** Its answers are taken. @returns the block if it is finished: no more of its candidates will come */
  take(index: number): number | undefined {
    const block = blockOf(index);
    const left = (this.#open.get(block) ?? 1) - 1;
    this.#open.set(block, left);
    if (left > 0 || block >= this.#newest) return undefined;
    this.#open.delete(block);
    return block;
  }
}
