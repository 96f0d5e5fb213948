import type { Logger } from 'pino';
import { parseRun } from '../records/index.ts';
import { pause, type Store } from '../store/index.ts';

/** Which runs are over: an agent stops working for them. */
export class RunsWatch {
  readonly #over = new Set<string>();
  readonly #store: Store;
  readonly #logger: Logger;
  readonly #onOver: (run: string) => void;
  #closed = false;
  #stop: () => void = () => {};

  constructor(store: Store, logger: Logger, onOver: (run: string) => void) {
    this.#store = store;
    this.#logger = logger;
    this.#onOver = onOver;
    void this.#watch();
  }

  isOver(run: string): boolean {
    return this.#over.has(run);
  }

  close(): void {
    this.#closed = true;
    this.#stop();
  }

  async #watch(): Promise<void> {
    while (!this.#closed && !this.#store.connection.nc.isClosed()) {
      try {
        const entries = await this.#store.runs.watch();
        this.#stop = () => entries.stop();
        if (this.#closed) return this.#stop();
        for await (const { key, operation, value } of entries)
          this.#note(key, operation === 'PUT' ? value : undefined);
      } catch (error) {
        this.#logger.debug({ error: String(error) }, 'runs are not watched at the moment');
      }
      if (!this.#closed) await pause(1_000);
    }
  }

  #note(key: string, value: Uint8Array | undefined): void {
    let isOpen = false;
    try {
      isOpen = value !== undefined && parseRun(value).state === 'open';
    } catch (error) {
      this.#logger.warn({ run: key, error: String(error) }, 'a run cannot be read');
    }
    if (isOpen) this.#over.delete(key);
    else if (!this.#over.has(key)) {
      this.#over.add(key);
      this.#onOver(key);
    }
  }
}
