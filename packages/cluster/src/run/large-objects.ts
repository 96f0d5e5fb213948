import { INLINE_OUTPUT_BYTES } from '../limits.ts';
import { BUCKETS, placeKey } from '../names.ts';
import { removeObject, type Store } from '../store/index.ts';
import type { Result } from './results.ts';

const AT_ONCE = 16;

/**
 * What did not go along with a message, and is removed as soon as its candidate's answers are taken: else PoVs would fill
 * the store. What cannot be removed now goes with the run.
 */
export class LargeObjects {
  readonly #store: Store;
  readonly #run: string;
  /** Candidates whose PoV is an object. */
  readonly #povs = new Set<number>();
  readonly #tasks = new Set<Promise<void>>();

  constructor(store: Store, run: string) {
    this.#store = store;
    this.#run = run;
  }

  hasPov(index: number): void {
    this.#povs.add(index);
  }

  /** The answers are taken. @param forgotten those that are removed, too */
  async take(index: number, forgotten: readonly Result[]): Promise<void> {
    const { povs, outputs } = this.#store;
    const name = (replica: number) => placeKey({ run: this.#run, index, replica });
    if (this.#povs.delete(index)) await this.#remove(povs, BUCKETS.povs, name(0));
    for (const { replica, answer } of forgotten) {
      const outcome = answer.task === 'validate' ? answer.outcome : undefined;
      if (outcome?.kind === 'valid' && outcome.resultBytes.length > INLINE_OUTPUT_BYTES)
        await this.#remove(outputs, BUCKETS.outputs, name(replica));
    }
  }

  async end(): Promise<void> {
    await Promise.all(this.#tasks);
  }

  async #remove(store: Store['povs'], bucket: string, name: string): Promise<void> {
    const task: Promise<void> = removeObject(this.#store.connection, store, bucket, name)
      .catch(() => {})
      .finally(() => this.#tasks.delete(task));
    this.#tasks.add(task);
    if (this.#tasks.size >= AT_ONCE) await Promise.race(this.#tasks);
  }
}
