/** Histograms as Prometheus has them, cumulative, made into bars, and what they tell of the limits. */

export interface Histogram {
  /** Upper bounds of the buckets, seconds, ascending; the last is Infinity. */
  readonly bounds: readonly number[];
  /** How many values are in each bucket alone. */
  readonly counts: readonly number[];
  readonly total: number;
  /** Of all values, seconds. */
  readonly sum: number;
}

/**
 * @param buckets upper bound and how many values are not above it, ascending
 * @param total of all values, those above the last bound too
 */
export function fromCumulative(
  buckets: readonly { readonly le: number; readonly count: number }[],
  sum: number,
  total: number,
): Histogram {
  const whole = [...buckets, { le: Number.POSITIVE_INFINITY, count: total }];
  const counts = whole.map(({ count }, i) => Math.max(0, count - (whole[i - 1]?.count ?? 0)));
  return { bounds: whole.map(({ le }) => le), counts, total, sum };
}

/** The bound that `share` of the values does not exceed; undefined without values. Seconds, Infinity above all bounds. */
export function quantileBound({ bounds, counts, total }: Histogram, share: number): number | undefined {
  if (total === 0) return undefined;
  let seen = 0;
  for (const [i, count] of counts.entries()) {
    seen += count;
    if (seen >= share * total) return bounds[i];
  }
  return Number.POSITIVE_INFINITY;
}

/** Values in buckets that lie wholly above the limit. Exact where the limit is a bound. */
export function above({ bounds, counts }: Histogram, limitSeconds: number): number {
  return counts.reduce((sum, count, i) => ((bounds[i - 1] ?? 0) >= limitSeconds ? sum + count : sum), 0);
}

export interface Bars {
  readonly bounds: readonly number[];
  readonly counts: readonly number[];
}

/** Without the empty buckets at both ends, but with those up to the limits, so that one sees how much room there is. */
export function trimmed({ bounds, counts }: Histogram, limits: readonly number[]): Bars {
  const first = counts.findIndex((count) => count > 0);
  if (first < 0) return { bounds: [], counts: [] };
  const lastFilled = counts.findLastIndex((count) => count > 0);
  const lastLimit = Math.max(-1, ...limits.map((limit) => bounds.findIndex((bound) => bound >= limit)));
  const from = Math.max(0, first - 1);
  const to = Math.min(bounds.length, Math.max(lastFilled, lastLimit) + 2);
  return { bounds: bounds.slice(from, to), counts: counts.slice(from, to) };
}
