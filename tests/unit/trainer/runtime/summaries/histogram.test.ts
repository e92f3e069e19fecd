import { describe, expect, test } from 'vitest';
import { distanceOf, distributionOf, normOf } from '../../../../../src/trainer/runtime/summaries/histogram.js';
import { numbers } from '../support.js';

/** Bin by bin as NumPy's `histogram` counts, the slow and plain way. */
function plainCounts(values: Float32Array, count: number): number[] {
  const [min, max] = [Math.min(...values), Math.max(...values)];
  const counts = new Array<number>(count).fill(0);
  for (const value of values) counts[Math.min(count - 1, Math.floor(((value - min) / (max - min)) * count))]!++;
  return counts;
}

const column = (bins: Float64Array, index: number): number[] => [...bins].filter((_, at) => at % 3 === index);

describe('a distribution', () => {
  test('counts every value once, between its least and its greatest', () => {
    const values = Float32Array.from(numbers(1003), (value) => value * 3 - 1);
    const { bins, notFinite, norm } = distributionOf(values, 30);
    expect(column(bins, 2)).toEqual(plainCounts(values, 30));
    expect(bins[0]).toBe(Math.min(...values));
    expect(bins[30 * 3 - 2]).toBe(Math.max(...values));
    expect(column(bins, 0).slice(1)).toEqual(column(bins, 1).slice(0, -1));
    expect(notFinite).toBe(0);
    expect(norm).toBeCloseTo(Math.hypot(...values), 4);
  });

  test('of one value has all in its last bin, as TensorBoard has it', () => {
    const { bins } = distributionOf(new Float32Array(7).fill(0.5), 4);
    expect([...bins]).toEqual([0.5, 0.5, 0, 0.5, 0.5, 0, 0.5, 0.5, 0, 0.5, 0.5, 7]);
  });

  test('leaves out what is not finite, counts it, and shows it in the norm', () => {
    const { bins, notFinite, norm } = distributionOf(Float32Array.of(1, NaN, 2, Infinity, -Infinity), 2);
    expect([...bins]).toEqual([1, 1.5, 1, 1.5, 2, 1]);
    expect(notFinite).toBe(3);
    expect(norm).toBeNaN();
    expect(distributionOf(Float32Array.of(NaN, NaN))).toEqual({ bins: new Float64Array(0), norm: NaN, notFinite: 2 });
  });

  test('of nothing is empty', () => {
    expect(distributionOf(new Float32Array(0))).toEqual({ bins: new Float64Array(0), norm: 0, notFinite: 0 });
  });

  test('of values whose range is beyond single precision stays finite', () => {
    const { bins } = distributionOf(Float32Array.of(-3e38, 3e38, 0), 3);
    expect(column(bins, 2)).toEqual([1, 1, 1]);
    expect([...bins].every(Number.isFinite)).toBe(true);
  });
});

test('norms and distances, of any number of values', () => {
  for (const length of [0, 1, 2, 5, 8, 11]) {
    const before = Float32Array.from(numbers(length, 2));
    const after = Float32Array.from(numbers(length, 3));
    expect(normOf(before)).toBeCloseTo(Math.hypot(...before), 6);
    expect(distanceOf(before, after)).toBeCloseTo(Math.hypot(...after.map((value, at) => value - before[at]!)), 6);
  }
});
