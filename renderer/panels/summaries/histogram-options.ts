/** A tag's histograms over the steps as charts: ridges, one over the other, a heat map, percentile bands. Pure. */
import { formatValue } from '../../charts/format.js';
import type { Palette } from '../../charts/palette.js';
import { bandShares, extentOf, quantile, rebinned, type Bins } from './bins.js';
import { axis, stepTip, tip } from './chart-parts.js';
import type { ChartOption } from './echarts.js';
import { columnEnds, heatPicture } from './heat-picture.js';

export const histogramViews = ['ridges', 'overlay', 'heat', 'bands'] as const;
export type HistogramView = (typeof histogramViews)[number];

export const viewNames: Readonly<Record<HistogramView, string>> = {
  ridges: 'Ridges',
  overlay: 'Overlay',
  heat: 'Heat map',
  bands: 'Bands',
};

/** What a custom series of ECharts is given to draw with; its own typings leave it untyped. */
interface DrawApi {
  coord(value: readonly number[]): [number, number];
}

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** The highest ridge covers as large a part of the chart. */
const RIDGE_HEIGHT = 0.22;
const OUTLINE_BINS = 100;
/** A bin that is as many times as dense as all of them on average. */
const SPIKE = 12;
const SPIKY_WORDS = '\nheights are square roots: one bin outgrows all others';

export function histogramOption(
  all: readonly Bins[],
  view: HistogramView,
  { colour, step }: { readonly colour: string; readonly step: number | undefined },
  palette: Palette,
): ChartOption {
  const ink = palette.resolve(colour);
  const parts = { all, ink, palette, step };
  switch (view) {
    case 'ridges':
      return outlines(parts, true);
    case 'overlay':
      return outlines(parts, false);
    case 'heat':
      return heat(parts);
    case 'bands':
      return bands(parts);
  }
}

/** The step that a click on a chart of this view means. */
export function stepPicked(all: readonly Bins[], view: HistogramView, x: number, y: number): number | undefined {
  if (view === 'overlay') return outlineAt(all, x, y);
  if (view === 'ridges') return all[all.length - 1 - Math.min(all.length - 1, Math.max(0, Math.floor(y + 0.2)))]?.step;
  let nearest: Bins | undefined;
  for (const one of all) if (!nearest || Math.abs(one.step - x) < Math.abs(nearest.step - x)) nearest = one;
  return nearest?.step;
}

/** The step whose outline is nearest, above or below; of equal ones the newest. */
function outlineAt(all: readonly Bins[], x: number, y: number): number | undefined {
  const { low, high } = extentOf(all);
  const bin = Math.min(OUTLINE_BINS - 1, Math.max(0, Math.floor(((x - low) / (high - low)) * OUTLINE_BINS)));
  let found: number | undefined;
  let nearest = Infinity;
  for (const one of all) {
    const away = Math.abs(rebinned(one, low, high, OUTLINE_BINS).densities[bin]! - y);
    if (away > nearest) continue;
    nearest = away;
    found = one.step;
  }
  return found;
}

interface Parts {
  readonly all: readonly Bins[];
  readonly ink: string;
  readonly palette: Palette;
  readonly step: number | undefined;
}

/** The outermost values are seldom round. */
const roundAlone = { showMinLabel: false, showMaxLabel: false };
const place = { left: 8, right: 14, top: 10, bottom: 4, containLabel: true };

/** The older, the paler; the one at the cursor in the cursor's colour. */
function outlines({ all: found, ink, palette, step }: Parts, apart: boolean): ChartOption {
  const { low, high } = extentOf(found);
  // Bins of each step's own widths cannot be compared by their heights.
  const all = found.map((one) => rebinned(one, low, high, OUTLINE_BINS));
  const { density } = extentOf(all);
  const count = all.length;
  // Beside a bin that outgrows all others (what relu cuts off) nothing else would be seen.
  const isSpiky = apart && all.some(({ total, densities }) => Math.max(...densities) * (high - low) > SPIKE * total);
  const share = (value: number): number => (isSpiky ? Math.sqrt(value / density) : value / density);
  const height = apart ? Math.max(1, count * RIDGE_HEIGHT) : 1;
  const at = step === undefined ? -1 : all.findLastIndex((one) => one.step <= step);
  const top = apart ? count - 1 + height : density;
  // The newest stands in front, at the bottom.
  const label = (value: number): string => String(all[count - 1 - Math.round(value)]?.step ?? '');
  return {
    grid: place,
    xAxis: axis(palette, { min: low, max: high, splitLine: { show: false } }, roundAlone),
    yAxis: apart
      ? axis(palette, {
          ...{ min: 0, max: top, inverse: false, splitLine: { show: false }, minInterval: 1 },
          axisLabel: {
            ...{ color: palette.dim, fontSize: 10, hideOverlap: true },
            formatter: (value: number) => (value <= count - 1 && Number.isInteger(value) ? label(value) : ''),
          },
        })
      : axis(palette, { min: 0, max: top }),
    tooltip: tip(palette, ({ dataIndex }) => wordsOf(found[dataIndex]!) + (isSpiky ? SPIKY_WORDS : '')),
    series: [
      {
        type: 'custom',
        // From the back to the front.
        data: all.map((_, index) => [index]),
        renderItem: (params: { readonly dataIndex: number }, api: DrawApi) => {
          const index = params.dataIndex;
          const { edges, densities } = all[index]!;
          const base = apart ? count - 1 - index : 0;
          const up = (value: number): number => base + (apart ? share(value) * height : value);
          const points = densities.map((value, bin) => api.coord([(edges[bin]! + edges[bin + 1]!) / 2, up(value)]));
          const [from, to] = [api.coord([edges[0]!, base]), api.coord([edges.at(-1)!, base])];
          const isCursor = index === at;
          const age = count < 2 ? 1 : index / (count - 1);
          return {
            type: 'polygon',
            shape: { points: [from, ...points, to] },
            style: {
              fill: isCursor ? palette.cursor : ink,
              fillOpacity: apart ? 0.25 + 0.5 * age : 0.08,
              stroke: isCursor ? palette.cursor : ink,
              strokeOpacity: isCursor ? 1 : 0.3 + 0.7 * age,
              lineWidth: isCursor ? 2 : 1,
            },
          };
        },
      },
    ],
  };
}

function heat({ all, ink, palette, step }: Parts): ChartOption {
  const { low, high } = extentOf(all);
  const [from, to] = [all[0]!.step, columnEnds(all).at(-1)!];
  return {
    grid: place,
    xAxis: axis(palette, { min: from, max: to, splitLine: { show: false } }),
    yAxis: axis(palette, { min: low, max: high, splitLine: { show: false } }, roundAlone),
    tooltip: stepTip(palette, (at) => wordsOf(all[at]!)),
    series: [
      stepsOf(all),
      {
        type: 'custom',
        data: [[from]],
        renderItem: ({ coordSys }: { readonly coordSys: Box }) => {
          const image = heatPicture(all, { from, to, low, high }, ink, coordSys);
          return { type: 'image', style: { image, ...coordSys } };
        },
      },
      ...cursorLine(palette, step, low, high),
    ],
  };
}

function bands({ all, ink, palette, step }: Parts): ChartOption {
  const lines = bandShares.map((share) => all.map((one) => [one.step, quantile(one, share)] as const));
  const middle = (bandShares.length - 1) / 2;
  const { low, high } = extentOf(all);
  return {
    grid: place,
    xAxis: axis(palette, { min: all[0]!.step, max: all.at(-1)!.step, splitLine: { show: false } }),
    yAxis: axis(palette, { min: low, max: high }, roundAlone),
    tooltip: stepTip(palette, (at) => `${wordsOf(all[at]!)}\n${bandWords(all[at]!)}`),
    series: [
      {
        ...stepsOf(all),
        showSymbol: all.length < 2,
        lineStyle: { color: ink, width: 1.5 },
        itemStyle: { color: ink },
      },
      {
        type: 'custom',
        clip: true,
        // From the outermost band to the innermost.
        data: Array.from({ length: middle }, (_, index) => [index]),
        renderItem: ({ dataIndex }: { readonly dataIndex: number }, api: DrawApi) => {
          const under = lines[dataIndex]!.map((point) => api.coord(point));
          const over = lines[lines.length - 1 - dataIndex]!.map((point) => api.coord(point));
          return {
            type: 'polygon',
            shape: { points: [...under, ...over.reverse()] },
            style: { fill: ink, opacity: 0.16 },
          };
        },
      },
      ...cursorLine(palette, step, low, high),
    ],
  };
}

/** The median of each step: what the pointer is nearest to. */
function stepsOf(all: readonly Bins[]): object {
  const data = all.map((one) => [one.step, quantile(one, 0.5)]);
  return { type: 'line', z: 3, data, showSymbol: false, lineStyle: { opacity: 0 }, itemStyle: { opacity: 0 } };
}

function cursorLine(palette: Palette, step: number | undefined, low: number, high: number): object[] {
  if (step === undefined) return [];
  const data = [
    [step, low],
    [step, high],
  ];
  return [{ type: 'line', data, showSymbol: false, silent: true, lineStyle: { color: palette.cursor, width: 1 } }];
}

/** The bands around the median, from the innermost. */
function bandWords(bins: Bins): string {
  const middle = (bandShares.length - 1) / 2;
  return [1, 2, 3]
    .map((away) => {
      const [from, to] = [bandShares[middle - away]!, bandShares[middle + away]!];
      return `${Math.round((to - from) * 100)} % in ${formatValue(quantile(bins, from))} … ${formatValue(quantile(bins, to))}`;
    })
    .join('\n');
}

function wordsOf(bins: Bins): string {
  const { step, edges, total } = bins;
  const range = `${formatValue(edges[0])} … ${formatValue(edges.at(-1))}`;
  return `step ${step}\n${total.toLocaleString('en-US')} values\n${range}, median ${formatValue(quantile(bins, 0.5))}`;
}
