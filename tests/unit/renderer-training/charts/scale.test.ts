import { describe, expect, it } from 'vitest';
import { liveEnd, logTicks, niceLogRange, niceRange, niceStep, niceTicks } from '../../../../renderer/charts/scale.js';

describe('scale', () => {
  it('takes round steps', () => {
    expect([0.3, 1, 1.1, 2.2, 3, 7].map(niceStep)).toEqual([0.5, 1, 2, 2.5, 5, 10]);
  });

  it('puts ticks on round values inside the range', () => {
    expect(niceTicks(0, 1, 4)).toEqual([0, 0.25, 0.5, 0.75, 1]);
    expect(niceTicks(0, 7, 20, true)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });

  it('widens a range to round bounds that are whole steps apart', () => {
    const range = niceRange(0.13, 1.21, 4);
    expect(range.min).toBeLessThanOrEqual(0.13);
    expect(range.max).toBeGreaterThanOrEqual(1.21);
    const steps = (range.max - range.min) / range.step;
    expect(Math.abs(steps - Math.round(steps))).toBeLessThan(1e-9);
  });

  it('gives a constant curve room', () => {
    const range = niceRange(0.001, 0.001);
    expect(range.min).toBeLessThan(0.001);
    expect(range.max).toBeGreaterThan(0.001);
    expect(niceRange(0, 0).max).toBeGreaterThan(0);
  });

  it.each([
    [1e16, 1e16 + 2],
    [1e30, 1e30 * (1 + 3e-16)],
    [-1.7e308, 1.7e308],
    [5e-324, 1e-323],
    [1e-30, 3e-30],
    [-1e30, 1e30],
    [0.1, 0.1 + 2e-16],
  ])('has an end and a few marks from %f to %f', (least, greatest) => {
    const { min, max, step } = niceRange(least, greatest);
    expect(max).toBeGreaterThan(min);
    expect(Number.isFinite(max - min)).toBe(true);
    const ticks = niceTicks(min, max, (max - min) / step);
    expect(ticks.length).toBeLessThan(12);
    expect(niceTicks(least, greatest, 4).length).toBeLessThan(12);
  });

  it('bounds a logarithmic axis by positive values', () => {
    expect(niceLogRange(0.013, 0.9)).toEqual({ min: 0.01, max: 1 });
    expect(niceLogRange(1_000_000, 1_000_010)).toEqual({ min: 1_000_000, max: 1_000_010 });
    expect(niceLogRange(0.652, 0.693)).toEqual({ min: 0.64, max: 0.7 });
    // Marks of a linear axis would lie in one corner of a short one.
    expect(logTicks(6, 2000, 2)).toEqual([10, 1000]);
    expect(logTicks(1e-5, 1e5, 4)).toEqual([1e-3, 1, 1e3]);
    expect(logTicks(0.2, 5, 6)).toEqual([0.2, 0.5, 1, 2, 5]);
    const flat = niceLogRange(1, 1);
    expect(flat.min).toBeLessThan(1);
    expect(flat.max).toBeGreaterThan(1);
  });

  it('moves the end of a live axis seldom, and never beyond what is planned', () => {
    let end: number | undefined;
    let moves = 0;
    for (let step = 1; step <= 5000; step++) {
      const next = liveEnd(end, step, 5000);
      expect(next).toBeGreaterThanOrEqual(step);
      expect(next).toBeLessThanOrEqual(5000);
      if (next !== end) moves++;
      end = next;
    }
    expect(moves).toBeLessThan(60);
  });

  it('begins anew for a shorter run', () => {
    expect(liveEnd(5000, 10, undefined)).toBeLessThan(50);
  });
});
