import { useMemo, useState } from 'preact/hooks';
import uPlot from 'uplot';
import type { MinuteSeries } from '../model/minutes.ts';
import { count, minute } from '../words/units.ts';
import { axis } from './axis.ts';
import { colour } from './colours.ts';
import { Plot } from './plot.tsx';

export interface StackedSeries {
  readonly name: string;
  readonly label: string;
  readonly colour: string;
}

const HEIGHT = 220;
const HALF_A_MINUTE = 30;

/** A bar a minute, of the counts of all series on top of each other. */
export function StackedMinutes({
  series,
  shown,
  label,
}: {
  readonly series: MinuteSeries;
  readonly shown: readonly StackedSeries[];
  readonly label: string;
}) {
  const [pointed, setPointed] = useState<number>();
  const shape = shown.map(({ name }) => name).join();
  const data = useMemo(() => stack(series, shown), [series, shown]);
  const options = useMemo(() => optionsFor(shown, setPointed), [shown]);
  return (
    <div>
      <Plot options={options} data={data} shape={shape} label={label} />
      <p class="readout" aria-hidden="true">
        {pointed === undefined ? 'Point at a bar to read it.' : readout(series, shown, pointed)}
      </p>
    </div>
  );
}

/** The highest sums first: what is drawn later covers the lower part of the bar. */
function stack({ minutes, counts }: MinuteSeries, shown: readonly StackedSeries[]): uPlot.AlignedData {
  const sums: number[][] = [];
  let below = minutes.map(() => 0);
  for (const { name } of shown) {
    const own = counts.get(name) ?? [];
    below = below.map((sum, i) => sum + (own[i] ?? 0));
    sums.push(below);
  }
  return [minutes.map((at) => at / 1_000), ...sums.reverse()];
}

function readout({ minutes, counts }: MinuteSeries, shown: readonly StackedSeries[], index: number): string {
  const at = minutes[index];
  if (at === undefined) return '';
  const parts = shown.flatMap(({ name, label }) => {
    const own = counts.get(name)?.[index] ?? 0;
    return own === 0 ? [] : [`${label} ${count(own)}`];
  });
  return `${minute(at)}: ${parts.length === 0 ? 'no answers' : parts.join(', ')}`;
}

function optionsFor(
  shown: readonly StackedSeries[],
  setPointed: (index: number | undefined) => void,
): Omit<uPlot.Options, 'width'> {
  const bars = uPlot.paths.bars?.({ size: [0.8, 24] });
  return {
    height: HEIGHT,
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false }, points: { show: false } },
    scales: {
      x: { time: true, range: (_, min, max) => [min - HALF_A_MINUTE, max + HALF_A_MINUTE] },
      y: { range: (_, __, max) => [0, Math.max(4, Math.ceil(max * 1.08))] },
    },
    axes: [
      axis({ values: (_, ticks) => ticks.map((tick) => minute(tick * 1_000)), space: 56, size: 28 }),
      axis({
        size: 44,
        values: (_, ticks) => ticks.map((tick) => (Number.isInteger(tick) ? count(tick) : '')),
      }),
    ],
    series: [
      {},
      ...[...shown].reverse().map(({ label, colour: name }) => ({
        label,
        ...(bars === undefined ? {} : { paths: bars }),
        width: 0,
        points: { show: false },
        fill: () => colour(name),
        stroke: () => colour(name),
      })),
    ],
    hooks: { setCursor: [({ cursor }) => setPointed(cursor.idx ?? undefined)] },
  };
}
