/** From curves and a visible range to ECharts' option: what is drawn, without when. */
import type { EChartsCoreOption } from 'echarts/core';
import type { Plot } from './chart-overlay.js';
import type { Curve } from './curve-chart.js';
import { curveView } from './curve-view.js';
import { formatTick } from './format.js';
import type { Palette } from './palette.js';
import type { Extent } from './range-pyramid.js';
import { niceLogRange, niceRange, niceTicks, type AxisRange } from './scale.js';

/** Of everything visible; raw values count where the raw line is drawn. */
export function visibleExtent(
  curves: readonly Curve[],
  x: AxisRange,
  smoothing: number,
  logarithmic: boolean,
): Extent | undefined {
  let min = Infinity;
  let max = -Infinity;
  for (const curve of curves) {
    const which = curve.quiet && smoothing > 0 && !curve.exact ? 'smooth' : 'raw';
    const extent = curveView(curve.source).extent(x.min, x.max, which);
    if (!extent) continue;
    // A logarithm has no place for zero and below; such points are left out.
    const low = logarithmic ? (extent.min > 0 ? extent.min : extent.max / 1e4) : extent.min;
    if (logarithmic && !(extent.max > 0)) continue;
    if (low < min) min = low;
    if (extent.max > max) max = extent.max;
  }
  return min <= max ? { min, max } : undefined;
}

export function yRange(extent: Extent | undefined, logarithmic: boolean, height: number): Plot['y'] {
  if (!extent) return logarithmic ? { min: 0.1, max: 1 } : { min: 0, max: 1, step: 0.5 };
  return logarithmic ? niceLogRange(extent.min, extent.max) : niceRange(extent.min, extent.max, tickCount(height));
}

function tickCount(height: number): number {
  return Math.max(2, Math.min(6, Math.floor(height / 34)));
}

export function chartOption(
  curves: readonly Curve[],
  plot: Plot,
  margin: { readonly left: number; readonly right: number; readonly top: number; readonly bottom: number },
  palette: Palette,
  smoothing: number,
): EChartsCoreOption {
  const label = { color: palette.dim, fontSize: 10.5, fontFamily: palette.font };
  const xTicks = niceTicks(plot.x.min, plot.x.max, Math.max(2, Math.floor(plot.width / 70)), true);
  return {
    animation: false,
    grid: { ...margin, containLabel: false },
    xAxis: {
      type: 'value',
      min: plot.x.min,
      max: plot.x.max,
      axisLine: { onZero: false, lineStyle: { color: palette.grid } },
      axisTick: { show: false, customValues: xTicks },
      axisLabel: { ...label, customValues: xTicks, formatter: formatTick, hideOverlap: true, margin: 6 },
      splitLine: { show: false },
    },
    yAxis: {
      type: plot.logarithmic ? 'log' : 'value',
      min: plot.y.min,
      max: plot.y.max,
      interval: plot.logarithmic ? undefined : plot.y.step,
      axisLine: { show: false },
      axisTick: { show: false },
      axisLabel: { ...label, formatter: formatTick, margin: 6 },
      splitLine: { lineStyle: { color: palette.grid, width: 1 } },
    },
    series: curves.flatMap((curve) => seriesOf(curve, plot, palette, smoothing)),
  };
}

function seriesOf(curve: Curve, plot: Plot, palette: Palette, smoothing: number): EChartsCoreOption[] {
  const view = curveView(curve.source);
  const colour = palette.resolve(curve.colour);
  const columns = Math.max(10, Math.floor(plot.width));
  const line = (id: string, which: 'raw' | 'smooth', width: number, opacity: number) => {
    // The faint line needs no more than every other pixel.
    const points = view.points(plot.x.min, plot.x.max, which === 'raw' && opacity < 1 ? columns >> 1 : columns, which);
    if (plot.logarithmic) for (let at = 1; at < points.length; at += 2) if (!(points[at]! > 0)) points[at] = Number.NaN;
    return {
      id,
      type: 'line',
      silent: true,
      clip: true,
      // A line of one point would not be seen.
      showSymbol: (curve.dots === true && points.length <= 200) || points.length === 2,
      symbol: 'circle',
      symbolSize: 5,
      data: pairs(points),
      itemStyle: { color: colour, opacity: 1 },
      lineStyle: { color: colour, width, opacity, type: curve.dashed ? [5, 4] : 'solid', join: 'bevel' },
      emphasis: { disabled: true },
      z: opacity < 1 ? 1 : 2,
    };
  };
  if (curve.exact || smoothing === 0) return [line(curve.id, 'raw', 1.5, 1)];
  const smooth = line(curve.id, 'smooth', 1.75, 1);
  return curve.quiet ? [smooth] : [line(`${curve.id}#raw`, 'raw', 1, 0.28), smooth];
}

/** ECharts takes lines as pairs. */
function pairs(points: Float64Array): [number, number][] {
  const list = new Array<[number, number]>(points.length / 2);
  for (let at = 0, index = 0; at < points.length; at += 2, index++) list[index] = [points[at]!, points[at + 1]!];
  return list;
}
