// What many measurements of the same thing come to.

/**
 * Sorted values at the given shares (0.5: the median): of n values the one at place floor(share · n), the last one at most. No
 * value is made up between two.
 */
export function quantiles(values, ...shares) {
  if (values.length === 0) throw new RangeError('there is nothing to take a quantile of');
  const sorted = values.toSorted((a, b) => a - b);
  return shares.map((share) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]);
}

/** The value in the middle. */
export function medianOf(values) {
  return quantiles(values, 0.5)[0];
}

/** Count, median and spread of measurements: `{ count, min, p10, p25, median, p75, p90, p99, max }`, in their unit. */
export function summaryOf(values) {
  const [min, p10, p25, median, p75, p90, p99] = quantiles(values, 0, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99);
  const max = Math.max(...quantiles(values, 1));
  return { count: values.length, min, p10, p25, median, p75, p90, p99, max };
}

/** The geometric mean: of ratios the only mean that does not depend on which side is below the line. */
export function geometricMeanOf(ratios) {
  if (ratios.length === 0) throw new RangeError('there is nothing to take a mean of');
  return Math.exp(ratios.reduce((sum, ratio) => sum + Math.log(ratio), 0) / ratios.length);
}
