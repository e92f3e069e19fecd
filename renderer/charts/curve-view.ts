/**
 * A curve ready to be drawn at any zoom: raw and smoothed values with their summaries, brought up to
 * date with a growing column at the cost of the new points alone, and thinned to a few points a
 * pixel column (least, greatest, last), so that no spike is lost. Knows no canvas.
 */
import { RangePyramid, type Extent } from './range-pyramid.js';
import { Smoothing } from './smoothing.js';

/** Parallel arrays that only grow; `steps` ascending. */
export interface CurveSource {
  readonly steps: ArrayLike<number>;
  readonly values: ArrayLike<number>;
}

/** x and y by turns. */
export type FlatPoints = Float64Array<ArrayBuffer>;

/** Steps whose value is not a number or infinite; the first ones, for marking. */
const NOT_FINITE_KEPT = 2000;

export class CurveView {
  private readonly raw = new RangePyramid();
  private readonly smooth = new RangePyramid();
  private smoothing = new Smoothing(0);
  readonly notFiniteSteps: number[] = [];

  constructor(readonly source: CurveSource) {}

  /** Takes in what was appended to the source; a new weight recomputes the smoothed values once. */
  update(weight: number): void {
    if (weight !== this.smoothing.weight) {
      this.smoothing = new Smoothing(weight);
      this.smooth.clear();
      for (let index = 0; index < this.raw.length; index++) this.smooth.push(this.smoothing.next(this.raw.at(index)));
    }
    const { values, steps } = this.source;
    for (let index = this.raw.length; index < values.length; index++) {
      const value = values[index]!;
      this.raw.push(value);
      this.smooth.push(this.smoothing.next(value));
      if (!Number.isFinite(value) && this.notFiniteSteps.length < NOT_FINITE_KEPT)
        this.notFiniteSteps.push(steps[index]!);
    }
  }

  get length(): number {
    return this.raw.length;
  }

  /** Index of the last point at or before a step, -1 where there is none. */
  indexAt(step: number): number {
    return firstAfter(this.source.steps, this.raw.length, step) - 1;
  }

  /** The point nearest to a step, with its raw and smoothed value. */
  nearest(step: number): { readonly step: number; readonly value: number; readonly smoothed: number } | undefined {
    if (this.raw.length === 0) return undefined;
    let index = Math.max(0, this.indexAt(step));
    const next = index + 1;
    if (next < this.raw.length && this.source.steps[next]! - step < step - this.source.steps[index]!) index = next;
    return { step: this.source.steps[index]!, value: this.raw.at(index), smoothed: this.smooth.at(index) };
  }

  extent(minStep: number, maxStep: number, which: 'raw' | 'smooth'): Extent | undefined {
    const { from, to } = this.range(minStep, maxStep);
    return this[which].extent(from, to);
  }

  /**
   * Points to draw between two steps on `columns` pixel columns. Up to two points a column come as
   * they are; beyond that a raw column gives its least, greatest and last value, a smoothed one its last.
   */
  points(minStep: number, maxStep: number, columns: number, which: 'raw' | 'smooth'): FlatPoints {
    const { from, to } = this.range(minStep, maxStep);
    const { steps } = this.source;
    const values = this[which];
    if (to - from <= columns * 2) {
      const points = new Float64Array((to - from) * 2);
      for (let index = from, at = 0; index < to; index++) {
        points[at++] = steps[index]!;
        points[at++] = values.at(index);
      }
      return points;
    }
    const perColumn = which === 'raw' ? 3 : 1;
    const points = new Float64Array((columns + 2) * perColumn * 2);
    const width = (maxStep - minStep) / columns;
    let at = 0;
    for (let index = from; index < to;) {
      const column = Math.floor((steps[index]! - minStep) / width);
      const end = Math.max(index + 1, Math.min(to, firstAtLeast(steps, index, to, minStep + (column + 1) * width)));
      const last = values.at(end - 1);
      if (which === 'raw') {
        const extent = values.extent(index, end);
        if (extent) {
          // The order that goes on from the point before keeps the line from zigzagging.
          const before = at > 0 ? points[at - 1]! : values.at(index);
          const rising = Math.abs(before - extent.min) <= Math.abs(before - extent.max);
          points[at++] = steps[index]!;
          points[at++] = rising ? extent.min : extent.max;
          points[at++] = steps[index]!;
          points[at++] = rising ? extent.max : extent.min;
        }
      }
      if (at + 2 <= points.length) {
        points[at++] = steps[end - 1]!;
        points[at++] = last;
      }
      index = end;
    }
    return points.slice(0, at);
  }

  /** Indices of the visible points, and one beyond at either side so that lines run to the edge. */
  private range(minStep: number, maxStep: number): { from: number; to: number } {
    const { steps } = this.source;
    const count = this.raw.length;
    return {
      from: Math.max(0, firstAtLeast(steps, 0, count, minStep) - 1),
      to: Math.min(count, firstAfter(steps, count, maxStep) + 1),
    };
  }
}

const views = new WeakMap<object, CurveView>();

/** The one view of a source, kept as long as the source's values are. */
export function curveView(source: CurveSource): CurveView {
  const key = source.values as object;
  let view = views.get(key);
  if (!view || view.length > source.values.length) {
    view = new CurveView(source);
    views.set(key, view);
  }
  return view;
}

function firstAtLeast(steps: ArrayLike<number>, from: number, to: number, step: number): number {
  let low = from;
  let high = to;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (steps[middle]! < step) low = middle + 1;
    else high = middle;
  }
  return low;
}

function firstAfter(steps: ArrayLike<number>, count: number, step: number): number {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (steps[middle]! <= step) low = middle + 1;
    else high = middle;
  }
  return low;
}
