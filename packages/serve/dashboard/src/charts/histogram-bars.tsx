import { useMemo } from 'preact/hooks';
import uPlot from 'uplot';
import type { Bars } from '../model/histogram.ts';
import { bound, count } from '../words/units.ts';
import { axis, CHART_FONT } from './axis.ts';
import { colour } from './colours.ts';
import { Plot } from './plot.tsx';

export interface Limit {
  readonly seconds: number;
  /** `12 s` */
  readonly short: string;
  /** `12 s (approval)` */
  readonly label: string;
}

const HEIGHT = 180;

/** Below it there is no room for long names. Pixels. */
const NARROW = 420;

/** Bars of a histogram, one a bucket, and a line at each limit: what lies right of it is beyond. */
export function HistogramBars({
  bars,
  limits,
  label,
}: {
  readonly bars: Bars;
  readonly limits: readonly Limit[];
  readonly label: string;
}) {
  const shape = `${bars.bounds.join()};${limits.map(({ seconds }) => seconds).join()}`;
  const data = useMemo<uPlot.AlignedData>(() => [bars.bounds.map((_, i) => i), [...bars.counts]], [bars]);
  const options = useMemo(() => optionsFor(bars.bounds, limits), [bars.bounds, limits]);
  return <Plot options={options} data={data} shape={shape} label={label} />;
}

function optionsFor(bounds: readonly number[], limits: readonly Limit[]): Omit<uPlot.Options, 'width'> {
  const bars = uPlot.paths.bars?.({ size: [0.9, 60] });
  return {
    height: HEIGHT,
    legend: { show: false },
    cursor: { show: false },
    padding: [18, 8, 0, 0],
    scales: {
      x: { time: false, range: () => [-0.5, bounds.length - 0.5] },
      y: { range: (_, __, max) => [0, Math.max(4, Math.ceil(max * 1.08))] },
    },
    axes: [
      axis({
        grid: { show: false },
        size: 28,
        splits: () => bounds.map((_, i) => i),
        // as many names as there is room for
        filter: (plot, splits) => thin(splits, Math.floor(plot.width / 56)),
        values: (_, splits) => splits.map((i) => (i === null ? '' : name(bounds, i))),
      }),
      axis({
        size: 44,
        values: (_, ticks) => ticks.map((tick) => (Number.isInteger(tick) ? count(tick) : '')),
      }),
    ],
    series: [
      {},
      {
        ...(bars === undefined ? {} : { paths: bars }),
        width: 0,
        points: { show: false },
        fill: () => colour('--chart'),
        stroke: () => colour('--chart'),
      },
    ],
    hooks: { draw: [(plot) => drawLimits(plot, bounds, limits)] },
  };
}

function name(bounds: readonly number[], index: number): string {
  const upper = bounds[index];
  if (upper === undefined) return '';
  return Number.isFinite(upper) ? bound(upper) : '∞';
}

function thin(splits: readonly number[], most: number): (number | null)[] {
  const step = Math.max(1, Math.ceil(splits.length / Math.max(1, most)));
  return splits.map((split, i) => (i % step === 0 ? split : null));
}

function drawLimits(plot: uPlot, bounds: readonly number[], limits: readonly Limit[]): void {
  const { ctx, bbox } = plot;
  const ratio = devicePixelRatio;
  ctx.save();
  ctx.font = CHART_FONT.replace('12px', `${12 * ratio}px`);
  ctx.strokeStyle = colour('--limit');
  ctx.fillStyle = colour('--limit');
  ctx.lineWidth = 2 * ratio;
  ctx.setLineDash([6 * ratio, 4 * ratio]);
  ctx.textBaseline = 'bottom';
  ctx.textAlign = 'left';
  let free = bbox.left;
  for (const { seconds, short, label } of limits) {
    const index = bounds.findIndex((upper) => upper >= seconds);
    if (index < 0) continue;
    const x = plot.valToPos(index + 0.5, 'x', true);
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
    const text = plot.width < NARROW ? short : label;
    const width = ctx.measureText(text).width;
    const left = Math.min(Math.max(free, x - width / 2), bbox.left + bbox.width - width);
    // of two limits so close that their names would lie on each other, the words beside the chart tell both
    if (left < free) continue;
    ctx.fillText(text, left, bbox.top - 3 * ratio);
    free = left + width + 8 * ratio;
  }
  ctx.restore();
}
