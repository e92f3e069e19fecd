import { describe, expect, it } from 'vitest';
import { Smoothing } from '../../../../src/shared/base/smoothing.js';

/**
 * TensorBoard's own formula, transcribed from `classicSmoothing` of its line chart (sub_view/…/data_transformer):
 * the oracle that ours, which works point by point, has to agree with.
 */
function classicSmoothing(values: readonly number[], weight: number): number[] {
  let last = values.length > 0 ? 0 : Number.NaN;
  let numAccum = 0;
  const constant = values.every((value) => value === values[0]);
  return values.map((value) => {
    if (constant || !Number.isFinite(value)) return value;
    last = last * weight + (1 - weight) * value;
    numAccum++;
    const debias = weight === 1 ? 1 : 1 - weight ** numAccum;
    return last / debias;
  });
}

const ours = (values: readonly number[], weight: number) => {
  const smoothing = new Smoothing(weight);
  return values.map((value) => smoothing.next(value));
};

const noisy = Array.from({ length: 500 }, (_, index) => Math.exp(-index / 80) + 0.2 * Math.sin(index * 12.9898));

describe('smoothing', () => {
  for (const weight of [0.3, 0.6, 0.9, 0.99, 0.999]) {
    it(`agrees with TensorBoard at ${weight}`, () => {
      const expected = classicSmoothing(noisy, weight);
      ours(noisy, weight).forEach((value, index) => expect(value).toBeCloseTo(expected[index]!, 12));
    });
  }

  it('begins at the first value', () => {
    expect(ours([5, 1], 0.99)[0]).toBe(5);
  });

  it('passes values that are not finite through and goes on as if they were not there', () => {
    const values = [1, 2, Number.NaN, 3, Infinity, 2];
    const expected = classicSmoothing(values, 0.6);
    const got = ours(values, 0.6);
    expect(got[2]).toBeNaN();
    expect(got[4]).toBe(Infinity);
    expect(got[5]).toBeCloseTo(expected[5]!, 12);
  });

  it('leaves a constant curve free of rounding', () => {
    expect(ours([0.1, 0.1, 0.1, 0.1, 0.1], 0.9)).toEqual([0.1, 0.1, 0.1, 0.1, 0.1]);
  });

  it('does nothing at weight 0', () => {
    expect(ours([3, 1, 2], 0)).toEqual([3, 1, 2]);
  });
});
