import { useMemo } from 'preact/hooks';
import { HistogramBars, type Limit } from '../charts/histogram-bars.tsx';
import { above, type Histogram, quantileBound, trimmed } from '../model/histogram.ts';
import { bound, count, plural } from '../words/units.ts';
import { AsTable, Empty } from './parts.tsx';

/** One histogram with its limits, and in words what it says of them. */
export function HistogramFigure({
  title,
  what,
  histogram,
  limits,
}: {
  readonly title: string;
  /** What is counted: `execution`. */
  readonly what: string;
  readonly histogram: Histogram;
  readonly limits: readonly Limit[];
}) {
  const bars = useMemo(
    () =>
      trimmed(
        histogram,
        limits.map(({ seconds }) => seconds),
      ),
    [histogram, limits],
  );
  return (
    <figure class="histogram">
      <figcaption>
        <h3>{title}</h3>
        <p class="soft">{summary(histogram, what, limits)}</p>
      </figcaption>
      {histogram.total === 0 ? (
        <Empty>No {what} so far.</Empty>
      ) : (
        <>
          <HistogramBars
            bars={bars}
            limits={limits}
            label={`Histogram: ${title}. ${summary(histogram, what, limits)}`}
          />
          <AsTable
            summary={`${title} as a table`}
            head={['Up to', 'How many']}
            rows={bars.bounds.map((upper, i) => [bound(upper), count(bars.counts[i])])}
          />
        </>
      )}
    </figure>
  );
}

function summary(histogram: Histogram, what: string, limits: readonly Limit[]): string {
  if (histogram.total === 0) return '';
  const half = quantileBound(histogram, 0.5);
  const most = quantileBound(histogram, 0.95);
  const beyond = limits
    .map(({ seconds, label }) => `${count(above(histogram, seconds))} above ${label}`)
    .join(', ');
  return `${plural(histogram.total, what)}: half within ${within(half)}, 95 % within ${within(most)}${beyond === '' ? '' : `; ${beyond}`}.`;
}

function within(seconds: number | undefined): string {
  return seconds === undefined || !Number.isFinite(seconds) ? 'more than can be told' : bound(seconds);
}
