import { milliseconds } from './units.ts';

const MOST_BUCKETS = 10;
const BAR_COLUMNS = 40;

export interface Distribution {
  readonly count: number;
  readonly min: number;
  readonly median: number;
  readonly p95: number;
  readonly max: number;
}

/** @param values milliseconds, at least one */
export function distribution(values: readonly number[]): Distribution {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
  return { count: sorted.length, min: at(0), median: at(0.5), p95: at(0.95), max: at(1) };
}

/** Bars of equal ranges, at most 79 columns wide. @param values milliseconds, at least one */
export function histogram(values: readonly number[]): string[] {
  const { min, max, median, p95 } = distribution(values);
  const buckets = Math.min(MOST_BUCKETS, Math.max(1, Math.ceil(Math.sqrt(values.length))));
  const width = (max - min) / buckets || 1;
  const counts: number[] = Array(buckets).fill(0);
  for (const value of values) {
    const index = Math.min(buckets - 1, Math.floor((value - min) / width));
    counts[index] = (counts[index] ?? 0) + 1;
  }
  const most = Math.max(...counts);
  return [
    `least ${milliseconds(min)}, median ${milliseconds(median)}, 95 % within ${milliseconds(p95)}, most ${milliseconds(max)}`,
    ...counts.map((count, index) => {
      const bar = '█'.repeat(count === 0 ? 0 : Math.max(1, Math.round((BAR_COLUMNS * count) / most)));
      return `${milliseconds(min + index * width).padStart(10)}  ${bar}${bar === '' ? '' : ' '}${count}`;
    }),
  ];
}
