import { pause } from '../store/index.ts';
import type { Breaker } from './faults.ts';
import type { PartitionOrder } from './order.ts';
import type { Puller } from './pull.ts';

const IDLE_MS = 5_000;

interface FeedContext {
  readonly puller: Puller;
  readonly breaker: Breaker;
  readonly order: PartitionOrder;
  /** Partitions of PVFs that are loaded. */
  readonly loaded: () => ReadonlySet<number>;
  /** How many more jobs the agent may have. */
  readonly room: () => number;
  /** Ends it. */
  readonly signal: AbortSignal;
}

/** Asks for jobs as long as there is room for them. */
export class Feed {
  readonly #context: FeedContext;
  #wake: () => void = () => {};

  constructor(context: FeedContext) {
    this.#context = context;
  }

  /** There may be room now, or it is to end. */
  wake(): void {
    this.#wake();
  }

  async run(): Promise<void> {
    const { puller, breaker, room, signal } = this.#context;
    while (!signal.aborted) {
      const { pauseMs } = breaker;
      if (pauseMs > 0) {
        await pause(pauseMs, signal);
        continue;
      }
      if (room() <= 0) {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
        continue;
      }
      if (!(await this.#take(room())) && !signal.aborted) await puller.wait(IDLE_MS);
    }
  }

  /** @returns whether there was something */
  async #take(room: number): Promise<boolean> {
    const { puller, order, signal } = this.#context;
    const loaded = this.#context.loaded();
    for (const partition of order.order(loaded)) {
      if (signal.aborted) return true;
      // Asking again there would only keep what comes elsewhere waiting.
      if (puller.isWaiting(partition)) continue;
      if ((await puller.poll(partition, room)) === 0) continue;
      order.took(partition, loaded);
      return true;
    }
    return false;
  }
}
