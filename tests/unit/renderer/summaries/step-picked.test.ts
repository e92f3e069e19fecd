import { expect, it } from 'vitest';
import { binsOf, type Bins } from '../../../../renderer/panels/summaries/bins.js';
import { stepPicked } from '../../../../renderer/panels/summaries/histogram-options.js';

const bins = [10, 20, 30].map((step, index): Bins => {
  const counts = Float64Array.from([10 * (index + 1), 5]);
  return binsOf({ step, wallMs: 0, limits: Float64Array.from([0, 1, 2]), counts })!;
});

it('of ridges is the one that stands at this height, the newest at the bottom', () => {
  expect([0, 1, 2, 9].map((y) => stepPicked(bins, 'ridges', 1, y))).toEqual([30, 20, 10, 10]);
});

it('over time is the nearest', () => {
  for (const view of ['heat', 'bands'] as const)
    expect([-5, 14, 16, 99].map((x) => stepPicked(bins, view, x, 0))).toEqual([10, 10, 20, 30]);
});

it('of outlines over each other is the nearest above or below; of equal ones the newest', () => {
  expect([11, 19, 40].map((y) => stepPicked(bins, 'overlay', 0.5, y))).toEqual([10, 20, 30]);
  expect(stepPicked(bins, 'overlay', 1.5, 5)).toBe(30);
});
