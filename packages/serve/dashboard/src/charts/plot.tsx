import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import { onThemeChange } from './colours.ts';

export interface PlotProps {
  /** Without width; read when the chart is made, and again when `shape` changes. */
  readonly options: Omit<uPlot.Options, 'width'>;
  readonly data: uPlot.AlignedData;
  /** Changes when options other than the data do. */
  readonly shape: string;
  /** What is to be seen, for those who do not see it. */
  readonly label: string;
}

/** A canvas of uPlot that follows its column's width and the page's colours. The numbers are told beside it as a table. */
export function Plot({ options, data, shape, label }: PlotProps) {
  const holder = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(undefined);
  const latest = useRef({ options, data });
  latest.current = { options, data };

  // made anew for another shape alone
  useEffect(() => {
    const element = holder.current;
    if (element === null) return;
    const made = new uPlot(
      { ...latest.current.options, width: Math.max(1, element.clientWidth) },
      latest.current.data,
      element,
    );
    plot.current = made;
    const resized = new ResizeObserver(() => {
      const width = Math.max(1, element.clientWidth);
      if (width !== made.width) made.setSize({ width, height: latest.current.options.height });
    });
    resized.observe(element);
    const stopTheme = onThemeChange(() => made.redraw(false, true));
    return () => {
      stopTheme();
      resized.disconnect();
      made.destroy();
      plot.current = undefined;
    };
  }, [shape]);

  useEffect(() => plot.current?.setData(data), [data]);

  return <div ref={holder} class="plot" role="img" aria-label={label} />;
}
