/** The service's counts of answers by minute, made into a series for the chart: every minute has a place, also an empty one. */

export const MINUTES_SHOWN = 60;

const MINUTE_MS = 60_000;

export interface ToldMinute {
  /** Its beginning, RFC 3339. */
  readonly at: string;
  readonly counts: readonly {
    readonly request: string;
    readonly outcome: string;
    readonly vote: string;
    readonly count: number;
  }[];
}

export type By = 'outcome' | 'vote' | 'request';

export interface MinuteSeries {
  /** Starts of the minutes, milliseconds since the epoch, oldest first. */
  readonly minutes: readonly number[];
  /** For each name that occurs a count a minute. */
  readonly counts: ReadonlyMap<string, readonly number[]>;
}

/**
 * The last hour up to the minute of `now`.
 * @param now of the service, milliseconds since the epoch
 */
export function minuteSeries(told: readonly ToldMinute[], by: By, now: number): MinuteSeries {
  const last = Math.floor(now / MINUTE_MS);
  const first = last - MINUTES_SHOWN + 1;
  const counts = new Map<string, number[]>();
  for (const { at, counts: ofMinute } of told) {
    const place = Math.floor(Date.parse(at) / MINUTE_MS) - first;
    if (!(place >= 0 && place < MINUTES_SHOWN)) continue;
    for (const entry of ofMinute) {
      const series = counts.get(entry[by]) ?? Array.from({ length: MINUTES_SHOWN }, () => 0);
      series[place] = (series[place] ?? 0) + entry.count;
      counts.set(entry[by], series);
    }
  }
  const minutes = Array.from({ length: MINUTES_SHOWN }, (_, i) => (first + i) * MINUTE_MS);
  return { minutes, counts };
}

export function total(series: readonly number[] | undefined): number {
  return (series ?? []).reduce((sum, more) => sum + more, 0);
}

/** Answers of the last full minute and of the whole hour. */
export function rates({ counts }: MinuteSeries): { lastMinute: number; hour: number } {
  let lastMinute = 0;
  let hour = 0;
  for (const series of counts.values()) {
    lastMinute += series.at(-2) ?? 0;
    hour += total(series);
  }
  return { lastMinute, hour };
}
