import type { Statistics } from '../schemas/index.ts';

const MINUTE_MS = 60_000;
const KEPT_MINUTES = 60;

type Count = Statistics['minutes'][number]['counts'][number];

/** Outcomes by the minute, for the last hour. */
export class Minutes {
  readonly #now: () => number;
  readonly #minutes = new Map<number, Map<string, Count>>();

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  count(what: Omit<Count, 'count'>): void {
    const minute = Math.floor(this.#now() / MINUTE_MS);
    this.#forget(minute);
    const counts = this.#minutes.get(minute) ?? new Map<string, Count>();
    this.#minutes.set(minute, counts);
    const key = `${what.request} ${what.outcome} ${what.vote}`;
    const count = counts.get(key);
    if (count === undefined) counts.set(key, { ...what, count: 1 });
    else count.count += 1;
  }

  list(): Statistics['minutes'] {
    this.#forget(Math.floor(this.#now() / MINUTE_MS));
    return [...this.#minutes]
      .sort(([a], [b]) => a - b)
      .map(([minute, counts]) => ({
        at: new Date(minute * MINUTE_MS).toISOString(),
        counts: [...counts.values()],
      }));
  }

  #forget(minute: number): void {
    for (const old of this.#minutes.keys())
      if (old <= minute - KEPT_MINUTES || old > minute) this.#minutes.delete(old);
  }
}
