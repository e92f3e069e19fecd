import { expect, test } from 'vitest';
import type { Palette } from '../../../../renderer/charts/palette.js';
import { binsOf, type Bins } from '../../../../renderer/panels/summaries/bins.js';
import { columnEnds } from '../../../../renderer/panels/summaries/heat-picture.js';
import { histogramOption, type HistogramView } from '../../../../renderer/panels/summaries/histogram-options.js';

const palette = { resolve: (colour: string) => colour, font: '' } as Palette;
const bins = [1, 4, 8].map((step): Bins =>
  binsOf({ step, wallMs: 0, limits: Float64Array.from([-3, 0, 1, 9]), counts: Float64Array.from([1, 98, 1]) })!,
);

interface Drawn {
  readonly xAxis: { readonly min: number; readonly max: number };
  readonly yAxis: { readonly min: number; readonly max: number };
  readonly tooltip: { formatter(found: unknown): string };
}
const drawn = (view: HistogramView): Drawn =>
  histogramOption(bins, view, { colour: 'red', step: undefined }, palette) as unknown as Drawn;

test.each(['bands', 'heat'] as const)('%s have room for all values, wherever the cursor is', (view) => {
  const { xAxis, yAxis } = drawn(view);
  expect([yAxis.min, yAxis.max]).toEqual([-3, 9]);
  expect([xAxis.min, xAxis.max]).toEqual([1, view === 'heat' ? 12 : 8]);
});

test('columns of a heat map last until the next step, the last as long as the one before', () => {
  expect(columnEnds(bins)).toEqual([4, 8, 12]);
  expect(columnEnds(bins.slice(0, 1))).toEqual([2]);
});

test('what the pointer is nearest to is told with its bands', () => {
  const words = drawn('bands').tooltip.formatter([
    { seriesIndex: 2, dataIndex: 0 },
    { seriesIndex: 0, dataIndex: 1 },
  ]);
  expect(words).toMatch(/^step 4\n100 values\n−?-?3.*9, median 0\.5/);
  expect(
    words
      .split('\n')
      .slice(3)
      .map((line) => line.split(' in ')[0]),
  ).toEqual(['38 %', '68 %', '87 %']);
});
