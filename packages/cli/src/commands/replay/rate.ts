/** Milliseconds. */
export type Clock = () => number;

/** Counts, and says how fast it goes and how long it will take. What an earlier call did takes no time. */
export class Rate {
  readonly total: number;
  readonly #now: Clock;
  readonly #since: number;
  #fresh = 0;
  done = 0;

  constructor(total: number, now: Clock) {
    this.total = total;
    this.#now = now;
    this.#since = now();
  }

  step(fresh: boolean): void {
    this.done += 1;
    if (fresh) this.#fresh += 1;
  }

  /** `1,200 of 5,000 (24 %), 21/s, 3 min left` */
  text(): string {
    const share = `${grouped(this.done)} of ${grouped(this.total)} (${Math.floor((100 * this.done) / this.total)} %)`;
    const seconds = (this.#now() - this.#since) / 1000;
    if (this.#fresh === 0 || seconds <= 0) return share;
    const rate = this.#fresh / seconds;
    const shown = rate >= 10 ? Math.round(rate) : rate.toFixed(1);
    return `${share}, ${shown}/s, ${duration((this.total - this.done) / rate)} left`;
  }
}

function grouped(count: number): string {
  return count.toLocaleString('en-US');
}

/** `45 s`, `12 min`, `3 h 20 min` */
export function duration(seconds: number): string {
  if (seconds < 60) return `${Math.ceil(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
