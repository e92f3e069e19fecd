import { describe, expect, it } from 'vitest';
import { CurveView, curveView } from '../../../../renderer/charts/curve-view.js';
import { RangePyramid } from '../../../../renderer/charts/range-pyramid.js';

/** A generator of its own, so that a failure can be repeated. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1664525 + 1013904223) % 4294967296;
    return state / 4294967296;
  };
}

function plainExtent(values: readonly number[]) {
  const finite = values.filter((value) => Number.isFinite(value));
  return finite.length === 0 ? undefined : { min: Math.min(...finite), max: Math.max(...finite) };
}

describe('RangePyramid', () => {
  it('finds least and greatest of any range, as looking at every value does', () => {
    const next = random(1);
    const values = Array.from({ length: 5000 }, (_, index) => (index % 97 === 0 ? Number.NaN : next() * 100 - 50));
    const pyramid = new RangePyramid();
    values.forEach((value) => pyramid.push(value));
    for (let round = 0; round < 2000; round++) {
      const from = Math.floor(next() * values.length);
      const to = from + Math.floor(next() * (values.length - from + 1));
      expect(pyramid.extent(from, to)).toEqual(plainExtent(values.slice(from, to)));
    }
  });

  it('is right at every length while it grows, and after it was cleared', () => {
    const pyramid = new RangePyramid();
    for (let round = 0; round < 2; round++) {
      for (let length = 1; length <= 700; length++) {
        pyramid.push(round === 0 ? -length : length);
        expect(pyramid.extent(0, length)).toEqual(round === 0 ? { min: -length, max: -1 } : { min: 1, max: length });
      }
      pyramid.clear();
    }
  });

  it('says nothing of a range without a finite value', () => {
    const pyramid = new RangePyramid();
    [Number.NaN, Infinity, -Infinity].forEach((value) => pyramid.push(value));
    expect(pyramid.extent(0, 3)).toBeUndefined();
    expect(pyramid.extent(1, 1)).toBeUndefined();
  });
});

function source(length: number, value: (step: number) => number) {
  const steps = Array.from({ length }, (_, index) => index + 1);
  return { steps, values: steps.map(value) };
}

describe('CurveView', () => {
  it('keeps every spike, and the last value, at a hundredth of the points', () => {
    const spiky = source(100_000, (step) => (step === 43_210 ? 99 : step === 70_001 ? -99 : Math.sin(step / 1000)));
    const view = new CurveView(spiky);
    view.update(0);
    const points = view.points(0, 100_000, 300, 'raw');
    expect(points.length / 2).toBeLessThanOrEqual(302 * 3);
    const values = points.filter((_, index) => index % 2 === 1);
    expect(Math.max(...values)).toBe(99);
    expect(Math.min(...values)).toBe(-99);
    expect(values.at(-1)).toBe(spiky.values.at(-1));
    const steps = points.filter((_, index) => index % 2 === 0);
    expect([...steps]).toEqual([...steps].toSorted((a, b) => a - b));
  });

  it('gives the points themselves once they fit, with one beyond at either side', () => {
    const view = new CurveView(source(100_000, (step) => step));
    view.update(0);
    const points = view.points(500, 520, 300, 'raw');
    expect([...points.filter((_, index) => index % 2 === 0)]).toEqual(
      Array.from({ length: 23 }, (_, index) => 499 + index),
    );
  });

  it('comes to the same, taken in at once or as it grows', () => {
    const all = source(3000, (step) => Math.cos(step / 50));
    const growing: { steps: number[]; values: number[] } = { steps: [], values: [] };
    const view = new CurveView(growing);
    for (let index = 0; index < 3000; index++) {
      growing.steps.push(all.steps[index]!);
      growing.values.push(all.values[index]!);
      if (index % 37 === 0) view.update(0.6);
    }
    view.update(0.6);
    const whole = new CurveView(all);
    whole.update(0.6);
    for (const which of ['raw', 'smooth'] as const) {
      expect(view.points(0, 3000, 200, which)).toEqual(whole.points(0, 3000, 200, which));
      expect(view.extent(100, 900, which)).toEqual(whole.extent(100, 900, which));
    }
  });

  it('computes the smoothed values anew for another weight', () => {
    const view = new CurveView(source(10, (step) => step));
    view.update(0);
    expect(view.nearest(10)?.smoothed).toBe(10);
    view.update(0.9);
    expect(view.nearest(10)?.smoothed).toBeLessThan(8);
    expect(view.nearest(10)?.value).toBe(10);
  });

  it('remembers the steps whose value is not finite', () => {
    const view = new CurveView(source(10, (step) => (step === 4 ? Number.NaN : step === 9 ? -Infinity : 1)));
    view.update(0.6);
    expect(view.notFiniteSteps).toEqual([4, 9]);
    expect(view.extent(0, 10, 'raw')).toEqual({ min: 1, max: 1 });
  });

  it('finds the nearest point where steps have gaps', () => {
    const view = new CurveView({ steps: [10, 20, 40], values: [1, 2, 4] });
    view.update(0);
    expect(view.nearest(0)?.step).toBe(10);
    expect(view.nearest(14)?.step).toBe(10);
    expect(view.nearest(29)?.step).toBe(20);
    expect(view.nearest(31)?.step).toBe(40);
    expect(view.nearest(99)?.step).toBe(40);
  });

  it('is one view a column, and another for another column', () => {
    const one = source(3, (step) => step);
    expect(curveView(one)).toBe(curveView({ ...one }));
    expect(curveView(one)).not.toBe(curveView(source(3, (step) => step)));
  });

  it('thins 300,000 points out in half a frame', () => {
    const view = new CurveView(source(300_000, (step) => Math.sin(step)));
    view.update(0.6);
    const times = Array.from({ length: 10 }, () => {
      const began = performance.now();
      view.points(0, 300_000, 400, 'raw');
      return performance.now() - began;
    });
    // The least: other processes of the machine slow single rounds down.
    expect(Math.min(...times)).toBeLessThan(8);
  });
});
