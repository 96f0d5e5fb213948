const WINDOW_MS = 30_000;

/** Counts what an agent has done, and how fast it goes. */
export class Tally {
  readonly #now: () => number;
  readonly #since: number;
  #recent: number[] = [];
  done = 0;
  failed = 0;

  /** @param now milliseconds of a clock that is never set */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
    this.#since = now();
  }

  add(): void {
    this.done += 1;
    this.#recent.push(this.#now());
    // Bounded whatever the rate is; what is older than the window is left out below.
    if (this.#recent.length > 100_000) this.#recent = this.#recent.slice(-50_000);
  }

  /** Results a second over the last half minute. */
  get rate(): number {
    const now = this.#now();
    this.#recent = this.#recent.filter((time) => time > now - WINDOW_MS);
    const seconds = Math.max(1, Math.min(WINDOW_MS, now - this.#since) / 1000);
    return this.#recent.length / seconds;
  }
}
