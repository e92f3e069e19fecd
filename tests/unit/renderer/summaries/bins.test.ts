import { describe, expect, it } from 'vitest';
import { binsOf, extentOf, quantile, rebinned } from '../../../../renderer/panels/summaries/bins.js';

const histogram = (limits: number[], counts: number[], step = 1) => ({
  step,
  wallMs: 0,
  limits: Float64Array.from(limits),
  counts: Float64Array.from(counts),
});

describe('bins of a file', () => {
  it('are kept, but for the empty ones at the ends', () => {
    expect(binsOf(histogram([0, 1, 2, 4, 5], [0, 3, 4, 0]))).toEqual({
      step: 1,
      edges: [1, 2, 4],
      counts: [3, 4],
      densities: [3, 2],
      total: 7,
    });
  });

  it('end where they can be drawn, also where the file says “and everything beyond”', () => {
    const bins = binsOf(histogram([-1.8e308, -1, 0, 1, Infinity], [1, 2, 3, 4]))!;
    expect(bins.edges).toEqual([-2, -1, 0, 1, 2]);
    expect(bins.total).toBe(10);
  });

  it('are none where nothing is counted, or nothing that is a number', () => {
    expect(binsOf(histogram([0, 1, 2], [0, 0]))).toBeUndefined();
    expect(binsOf(histogram([0, 1], [NaN]))).toBeUndefined();
    expect(binsOf(histogram([], []))).toBeUndefined();
  });

  it('of values that are all the same still have a width to be drawn in', () => {
    const bins = binsOf(histogram([3, 3], [5]))!;
    expect(extentOf([bins])).toMatchObject({ low: 2.5, high: 3.5 });
    expect(rebinned(bins, 2.5, 3.5, 4).counts).toEqual([0, 0, 5, 0]);
  });
});

describe('shares', () => {
  const bins = binsOf(histogram([0, 10, 20, 40], [10, 0, 10]))!;

  it('are found within a bin, and skip what is empty', () => {
    expect(quantile(bins, 0)).toBe(0);
    expect(quantile(bins, 0.25)).toBe(5);
    expect(quantile(bins, 0.75)).toBe(30);
    expect(quantile(bins, 1)).toBe(40);
  });

  it('rise', () => {
    let before = -Infinity;
    for (let share = 0; share <= 1; share += 0.01) {
      const value = quantile(bins, share);
      expect(value).toBeGreaterThanOrEqual(before);
      before = value;
    }
  });
});

it('other bins of the same values have as many of them', () => {
  const bins = binsOf(histogram([-1, -0.5, 0.1, 0.11, 7], [3, 8, 100, 5]))!;
  for (const count of [1, 3, 30, 100]) {
    const even = rebinned(bins, -1, 7, count);
    expect(even.counts.reduce((sum, one) => sum + one, 0)).toBeCloseTo(116, 9);
    expect(even.edges).toHaveLength(count + 1);
  }
});
