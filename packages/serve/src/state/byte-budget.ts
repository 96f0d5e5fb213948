import { ProblemError } from '../problem.ts';

/** A part of the budget. */
export interface Lease {
  readonly bytes: number;
  /** Gives all of it back; more than once does nothing. */
  release(): void;
}

interface Waiting {
  bytes: number;
  admit(): void;
}

/** How long a body waits for others to make room. */
const PATIENCE_MS = 10_000;

/** Bounds the memory that the bodies of all requests take up together. Who finds no room waits, in order, for a while. */
export class ByteBudget {
  readonly limit: number;
  readonly #patienceMs: number;
  readonly #waiting: Waiting[] = [];
  #used = 0;

  constructor(limit: number, patienceMs = PATIENCE_MS) {
    this.limit = limit;
    this.#patienceMs = patienceMs;
  }

  get used(): number {
    return this.#used;
  }

  lease(): Lease & { grow(bytes: number): Promise<void> | undefined } {
    let held = 0;
    let released = false;
    const budget = this;
    return {
      get bytes() {
        return held;
      },
      /**
       * Undefined if there is room.
       * @throws ProblemError BUSY
       */
      grow(bytes) {
        const take = (): void => {
          if (released) budget.#free(bytes);
          else held += bytes;
        };
        const wait = budget.#take(bytes);
        if (wait !== undefined) return wait.then(take);
        take();
        return undefined;
      },
      release() {
        if (released) return;
        released = true;
        budget.#free(held);
      },
    };
  }

  #take(bytes: number): Promise<void> | undefined {
    if (this.#waiting.length === 0 && this.#used + bytes <= this.limit) {
      this.#used += bytes;
      return undefined;
    }
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.splice(this.#waiting.indexOf(waiting), 1);
        reject(
          new ProblemError(
            'BUSY',
            'other requests take up all the memory that bodies may have; try again later',
            {
              retryAfter: 1,
            },
          ),
        );
        this.#admit();
      }, this.#patienceMs);
      const waiting: Waiting = {
        bytes,
        admit: () => {
          clearTimeout(timer);
          resolve();
        },
      };
      this.#waiting.push(waiting);
    });
  }

  #free(bytes: number): void {
    this.#used -= bytes;
    this.#admit();
  }

  #admit(): void {
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      if (this.#used + next.bytes > this.limit) return;
      this.#used += next.bytes;
      this.#waiting.shift();
      next.admit();
    }
  }
}
