import type uPlot from 'uplot';
import { colour } from './colours.ts';

const FONT = '12px system-ui, sans-serif';

/** An axis in the page's colours. */
export function axis(more: uPlot.Axis): uPlot.Axis {
  return {
    font: FONT,
    stroke: () => colour('--ink-soft'),
    grid: { stroke: () => colour('--line'), width: 1 },
    ticks: { show: false },
    ...more,
  };
}

export const CHART_FONT = FONT;
