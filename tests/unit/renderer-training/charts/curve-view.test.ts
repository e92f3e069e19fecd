import { describe, expect, it } from 'vitest';
import { CurveView, curveView, PointBuffer } from '../../../../renderer/charts/curve-view.js';
import { linearScale, logScale } from '../../../../renderer/charts/scale.js';
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
    pyramid.extend(values, values.length);
    for (let round = 0; round < 2000; round++) {
      const from = Math.floor(next() * values.length);
      const to = from + Math.floor(next() * (values.length - from + 1));
      expect(pyramid.extent(values, from, to)).toEqual(plainExtent(values.slice(from, to)));
    }
  });

  it('is right at every length while it grows, and after it was cleared', () => {
    const pyramid = new RangePyramid();
    for (let round = 0; round < 2; round++) {
      const values: number[] = [];
      for (let length = 1; length <= 700; length++) {
        values.push(round === 0 ? -length : length);
        pyramid.extend(values, length);
        expect(pyramid.extent(values, 0, length)).toEqual(
          round === 0 ? { min: -length, max: -1 } : { min: 1, max: length },
        );
      }
      pyramid.clear();
    }
  });

  it('says nothing of a range without a finite value', () => {
    const pyramid = new RangePyramid();
    const values = Array.from({ length: 300 }, (_, index) => [Number.NaN, Infinity, -Infinity][index % 3]!);
    pyramid.extend(values, values.length);
    expect(pyramid.extent(values, 0, 300)).toBeUndefined();
    expect(pyramid.extent(values, 1, 1)).toBeUndefined();
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

  it('begins a new line where steps go back, and loses no value of either', () => {
    const view = new CurveView({ steps: [1, 2, 3, 4, 3, 4, 5], values: [1, 2, 30, 40, 3, 4, 5] });
    view.update(0);
    const points = [...view.points(0, 6, 50, 'raw')];
    expect(points).toEqual([1, 1, 2, 2, 3, 30, 4, 40, 3, Number.NaN, 3, 3, 4, 4, 5, 5]);
    expect(view.nearest(4)?.value).toBe(4);
    expect(view.extent(2.5, 4.5, 'raw')).toEqual({ min: 1 + 1, max: 40 });
  });

  it('draws what a restart superseded by itself, and smooths as if it were not there', () => {
    const steps = [1, 2, 3, 4, 3, 4, 5];
    const values = [1, 2, 30, 40, 3, 4, 5];
    const stretches = [
      { from: 0, to: 2, superseded: false },
      { from: 2, to: 4, superseded: true },
      { from: 4, to: 7, superseded: false },
    ];
    const view = new CurveView({ steps, values, stretches });
    view.update(0.6);
    const plain = new CurveView({ steps: [1, 2, 3, 4, 5], values: [1, 2, 3, 4, 5] });
    plain.update(0.6);
    expect(view.points(0, 6, 50, 'smooth')).toEqual(plain.points(0, 6, 50, 'smooth'));
    const old = new PointBuffer();
    view.trace(old, linearScale(0, 6), 50, 'raw', 'steps', true);
    expect([...old.points.slice(0, old.length)]).toEqual([3, 30, 4, 40]);
  });

  it('puts points that are in no order at all in order', () => {
    const next = random(3);
    const steps = Array.from({ length: 4000 }, () => Math.floor(next() * 1000));
    const view = new CurveView({ steps, values: steps.map((step) => step * 2) });
    view.update(0);
    const points = view.points(0, 1000, 100, 'raw');
    const xs = points.filter((_, index) => index % 2 === 0);
    expect([...xs]).toEqual([...xs].toSorted((a, b) => a - b));
    expect(view.extent(0, 1000, 'raw')?.max).toBe(Math.max(...steps) * 2);
  });

  it('keeps each column’s least, greatest and last of ten million points, on linear and logarithmic axes', () => {
    const count = 10_000_000;
    const steps = new Float64Array(count);
    const values = new Float64Array(count);
    const next = random(9);
    for (let index = 0; index < count; index++) {
      steps[index] = index + 1;
      values[index] = next() * 2 - 1;
    }
    values[6_543_210] = 1e9;
    values[7_000_003] = -1e9;
    const view = new CurveView({ steps, values });
    view.update(0);
    const buffer = new PointBuffer();
    for (const scale of [linearScale(1, count), logScale(1, count), linearScale(6_500_000, 7_100_000)]) {
      view.trace(buffer, scale, 700, 'raw');
      const wanted = new Map<number, { min: number; max: number; last: number }>();
      for (let index = 0; index < count; index += 1) {
        const step = index + 1;
        if (step < scale.min || step > scale.max) continue;
        const column = Math.floor(scale.share(step) * 700);
        const value = values[index]!;
        const known = wanted.get(column);
        if (!known) wanted.set(column, { min: value, max: value, last: value });
        else {
          if (value < known.min) known.min = value;
          if (value > known.max) known.max = value;
          known.last = value;
        }
      }
      const got = new Map<number, { min: number; max: number; last: number }>();
      for (let at = 0; at < buffer.length; at += 2) {
        if (buffer.points[at]! < scale.min || buffer.points[at]! > scale.max) continue;
        const column = Math.floor(scale.share(buffer.points[at]!) * 700);
        const value = buffer.points[at + 1]!;
        const known = got.get(column);
        got.set(column, {
          min: Math.min(known?.min ?? value, value),
          max: Math.max(known?.max ?? value, value),
          last: value,
        });
      }
      // A point that rounding puts on the edge of two columns counts for either.
      let same = 0;
      for (const [column, one] of wanted) if (JSON.stringify(got.get(column)) === JSON.stringify(one)) same++;
      expect(same / wanted.size).toBeGreaterThan(0.98);
      expect(Math.max(...[...got.values()].map(({ max }) => max))).toBe(1e9);
      expect(Math.min(...[...got.values()].map(({ min }) => min))).toBe(-1e9);
    }
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
