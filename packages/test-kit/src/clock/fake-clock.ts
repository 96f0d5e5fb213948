interface Timer {
  at: number;
  order: number;
  callback: () => void;
}

/**
 * Time that moves only by {@link FakeClock.advance}. Has the shape of `@pvf/host`'s `Clock`.
 */
export class FakeClock {
  readonly #timers = new Set<Timer>();
  #now: number;
  #order = 0;

  /** @param start milliseconds since the epoch; any value serves as well as another */
  constructor(start = 1_000_000) {
    this.#now = start;
  }

  now(): number {
    return this.#now;
  }

  after(ms: number, callback: () => void): { cancel(): void } {
    const timer: Timer = { at: this.#now + Math.max(0, ms), order: this.#order++, callback };
    this.#timers.add(timer);
    return { cancel: () => this.#timers.delete(timer) };
  }

  /** Timers that have not fired. */
  get pending(): number {
    return this.#timers.size;
  }

  /** Whether a timer will fire in exactly `ms` milliseconds. */
  isWaitingFor(ms: number): boolean {
    return [...this.#timers].some(({ at }) => at === this.#now + ms);
  }

  /**
   * Moves time on, fires what is due in order, and lets promises settle before and after each timer, so that a timer
   * that a settled promise sets within the span fires too.
   */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    for (;;) {
      await settle();
      const due = [...this.#timers]
        .filter(({ at }) => at <= end)
        .sort((a, b) => a.at - b.at || a.order - b.order)[0];
      if (due === undefined) break;
      this.#timers.delete(due);
      this.#now = due.at;
      due.callback();
    }
    this.#now = end;
    await settle();
  }
}

/** A real clock that can be put forward, for tests in which real processes run. Timers take real time. */
export class ShiftedClock {
  #shift = 0;

  now(): number {
    return performance.timeOrigin + performance.now() + this.#shift;
  }

  after(ms: number, callback: () => void): { cancel(): void } {
    const timer = setTimeout(callback, Math.min(ms, 2 ** 31 - 1));
    timer.unref();
    return { cancel: () => clearTimeout(timer) };
  }

  /** Later calls of `now` are `ms` later. */
  shift(ms: number): void {
    this.#shift += ms;
  }
}

/** Lets everything run that needs no timer and no I/O. */
export function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
