/** A chart by ECharts that fills its place and follows the theme. Knows no summaries. */
import { useEffect, useRef } from 'react';
import { readPalette, type Palette } from '../../charts/palette.js';
import { useApp } from '../../use-app.js';
import { init, type Chart, type ChartOption } from './echarts.js';

export interface ChartProps {
  /** New only when something changes. */
  readonly option: (palette: Palette) => ChartOption;
  /** What it shows, in words. */
  readonly label: string;
  /** Where a click is, on its axes. */
  onPick?(x: number, y: number): void;
}

export function SummaryChart({ option, label, onPick }: ChartProps) {
  const place = useRef<HTMLDivElement>(null);
  const chart = useRef<Chart>(undefined);
  const theme = useApp((state) => state.theme);
  const pick = useRef(onPick);
  pick.current = onPick;

  useEffect(() => {
    const element = place.current!;
    const made = init(element, undefined, { renderer: 'canvas' });
    chart.current = made;
    made.getZr().on('click', ({ offsetX, offsetY }) => {
      const at = [offsetX, offsetY];
      if (!made.containPixel('grid', at)) return;
      const [x, y] = made.convertFromPixel('grid', at) as [number, number];
      pick.current?.(x, y);
    });
    const observer = new ResizeObserver(() => made.resize());
    observer.observe(element);
    return () => {
      observer.disconnect();
      made.dispose();
      chart.current = undefined;
    };
  }, []);
  useEffect(() => {
    chart.current?.setOption({ animation: false, ...option(readPalette(place.current!)) }, { notMerge: true });
  }, [option, theme]);
  return <div className="summary-chart" ref={place} role="img" aria-label={label} />;
}
