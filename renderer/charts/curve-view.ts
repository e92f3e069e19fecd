/**
 * A curve ready to be drawn at any zoom: raw and smoothed values with their summaries, brought up to
 * date with a growing column at the cost of the new points alone, and thinned to a few points a
 * pixel column (least, greatest, last), so that no spike is lost. Where x goes backwards, as after a
 * restart, a new line begins. Knows no canvas.
 */
import { linearScale, type Scale } from './scale.js';
import { RangePyramid, withRoom, type Extent } from './range-pyramid.js';
import { Smoothing } from '../../src/shared/base/smoothing.js';

/** Parallel arrays that only grow. Wall times in milliseconds. */
export interface CurveSource {
  readonly steps: ArrayLike<number>;
  readonly values: ArrayLike<number>;
  readonly wallTimes?: ArrayLike<number>;
  /** Where it is known which points belong together: all of them, in order, steps ascending within each. */
  readonly stretches?: readonly Stretch[];
}

/** Points `from` ≤ index < `to`. Superseded: a training that was started anew from before them wrote them again. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
  readonly superseded: boolean;
}

/** What x is counted in. */
export type XBase = 'steps' | 'wallTimes';
export type Which = 'raw' | 'smooth';

export interface CurvePoint {
  readonly x: number;
  readonly step: number;
  readonly value: number;
  readonly smoothed: number;
  readonly wallTimeMs: number | undefined;
}

/** x and y by turns; y is NaN where the line is broken. Filled anew by each drawing, so that none allocates. */
export class PointBuffer {
  points = new Float64Array(4096);
  /** Numbers in use: twice the points. */
  length = 0;

  push(x: number, y: number): void {
    if (this.length + 2 > this.points.length) this.points = withRoom(this.points, this.length + 2);
    this.points[this.length++] = x;
    this.points[this.length++] = y;
  }
}

/** Steps whose value is not a number or infinite; the first ones, for marking. */
const NOT_FINITE_KEPT = 2000;
/** Beyond so many turns backwards the points are put in order instead. */
const MOST_RESTARTS = 500;

export class CurveView {
  private readonly raw = new RangePyramid();
  private readonly smooth = new RangePyramid();
  private smoothed: Float64Array<ArrayBuffer> | undefined;
  private smoothing = new Smoothing(0);
  /** Indices at which x is less than before, by what x is. */
  private readonly restarts: Partial<Record<XBase, { readonly at: number[]; seen: number }>> = {};
  private inOrder: Partial<Record<XBase, { readonly view: CurveView; readonly length: number }>> = {};
  readonly notFiniteSteps: number[] = [];

  constructor(readonly source: CurveSource) {}

  /** Takes in what was appended to the source; another weight than before recomputes the smoothed values once. */
  update(weight = this.smoothing.weight): void {
    const { values, steps } = this.source;
    const before = this.raw.length;
    const length = values.length;
    for (let index = before; index < length && this.notFiniteSteps.length < NOT_FINITE_KEPT; index++) {
      if (!Number.isFinite(values[index])) this.notFiniteSteps.push(steps[index]!);
    }
    this.raw.extend(values, length);
    if (weight !== this.smoothing.weight) {
      this.smoothing = new Smoothing(weight);
      this.smooth.clear();
    }
    if (weight > 0 && this.smooth.length < length) {
      this.smoothed = withRoom(this.smoothed, length);
      for (const { from, to, superseded } of this.stretches('steps')) {
        for (let index = Math.max(from, this.smooth.length); index < to; index++) {
          this.smoothed[index] = superseded ? values[index]! : this.smoothing.next(values[index]!);
        }
      }
      this.smooth.extend(this.smoothed, length);
    }
  }

  get length(): number {
    return this.raw.length;
  }

  /** Index of the last point at or before a step, -1 where there is none. */
  indexAt(step: number): number {
    return firstAfter(this.source.steps, 0, this.raw.length, step) - 1;
  }

  /** The point nearest to an x; of a curve that goes over it several times, the one written last. */
  nearest(x: number, base: XBase = 'steps'): CurvePoint | undefined {
    const ordered = this.ordered(base);
    if (ordered) return ordered.nearest(x, base);
    const xs = this.source[base];
    if (!xs || this.raw.length === 0) return undefined;
    let best = -1;
    for (const { from, to, superseded } of this.stretches(base).toReversed()) {
      if (superseded) continue;
      let index = Math.max(from, firstAfter(xs, from, to, x) - 1);
      if (index + 1 < to && xs[index + 1]! - x < x - xs[index]!) index++;
      if (best < 0 || Math.abs(xs[index]! - x) < Math.abs(xs[best]! - x)) best = index;
      if (x >= xs[from]! && x <= xs[to - 1]!) break;
    }
    if (best < 0) return undefined;
    return {
      x: xs[best]!,
      step: this.source.steps[best]!,
      value: this.source.values[best]!,
      smoothed: this.valuesOf('smooth')[best]!,
      wallTimeMs: this.source.wallTimes?.[best],
    };
  }

  /** First and last x; `undefined` where there is no point, or nothing of that kind is known. */
  span(base: XBase): Extent | undefined {
    const xs = this.source[base];
    if (!xs || this.raw.length === 0) return undefined;
    const ordered = this.ordered(base);
    if (ordered) return ordered.span(base);
    let min = Infinity;
    let max = -Infinity;
    for (const { from, to } of this.stretches(base)) {
      min = Math.min(min, xs[from]!);
      max = Math.max(max, xs[to - 1]!);
    }
    return { min, max };
  }

  extent(minX: number, maxX: number, which: Which, base: XBase = 'steps'): Extent | undefined {
    const ordered = this.ordered(base);
    if (ordered) return ordered.extent(minX, maxX, which, base);
    let found: Extent | undefined;
    for (const stretch of this.stretches(base)) {
      const { from, to } = this.visible(stretch, minX, maxX, base);
      const extent = this.pyramidOf(which).extent(this.valuesOf(which), from, to);
      if (!extent) continue;
      found = found ? { min: Math.min(found.min, extent.min), max: Math.max(found.max, extent.max) } : extent;
    }
    return found;
  }

  /** As `trace` on a linear axis, in an array of its own. */
  points(minX: number, maxX: number, columns: number, which: Which): Float64Array<ArrayBuffer> {
    const buffer = new PointBuffer();
    this.trace(buffer, linearScale(minX, maxX), columns, which);
    return buffer.points.slice(0, buffer.length);
  }

  /**
   * Points to draw on `columns` pixel columns of a scale. Up to two points a column come as they are; beyond
   * that a raw column gives its least, greatest and last value, a smoothed one its last. What was superseded is
   * asked for by itself.
   */
  trace(
    into: PointBuffer,
    scale: Scale,
    columns: number,
    which: Which,
    base: XBase = 'steps',
    superseded = false,
  ): void {
    into.length = 0;
    const ordered = this.ordered(base);
    if (ordered) {
      ordered.trace(into, scale, columns, which, base, superseded);
      return;
    }
    const xs = this.source[base];
    if (!xs) return;
    for (const stretch of this.stretches(base)) {
      if (stretch.superseded !== superseded) continue;
      const { from, to } = this.visible(stretch, scale.min, scale.max, base);
      if (from >= to) continue;
      // A line goes on over what was superseded, but never back.
      if (into.length > 0 && (superseded || xs[from]! < into.points[into.length - 2]!))
        into.push(xs[from]!, Number.NaN);
      this.traceRange(into, xs, from, to, scale, columns, which);
    }
  }

  private traceRange(
    into: PointBuffer,
    xs: ArrayLike<number>,
    from: number,
    to: number,
    scale: Scale,
    columns: number,
    which: Which,
  ): void {
    const values = this.valuesOf(which);
    if (to - from <= columns * 2) {
      for (let index = from; index < to; index++) into.push(xs[index]!, values[index]!);
      return;
    }
    const pyramid = this.pyramidOf(which);
    let before = values[from]!;
    for (let index = from; index < to;) {
      const column = Math.floor(scale.share(xs[index]!) * columns);
      const end = Math.max(index + 1, firstAtLeast(xs, index, to, scale.at((column + 1) / columns)));
      const last = values[end - 1]!;
      const extent = which === 'raw' && end - index > 1 ? pyramid.extent(values, index, end) : undefined;
      if (extent) {
        // The order that goes on from the point before keeps the line from zigzagging.
        const rising = !(Math.abs(before - extent.min) > Math.abs(before - extent.max));
        into.push(xs[index]!, rising ? extent.min : extent.max);
        into.push(xs[index]!, rising ? extent.max : extent.min);
      }
      into.push(xs[end - 1]!, last);
      before = last;
      index = end;
    }
  }

  /** Without smoothing the smoothed values are the raw ones. */
  private valuesOf(which: Which): ArrayLike<number> {
    return which === 'smooth' && this.smoothing.weight > 0 ? this.smoothed! : this.source.values;
  }

  private pyramidOf(which: Which): RangePyramid {
    return which === 'smooth' && this.smoothing.weight > 0 ? this.smooth : this.raw;
  }

  get hasSuperseded(): boolean {
    return this.source.stretches?.some(({ superseded }) => superseded) ?? false;
  }

  private stretches(base: XBase): readonly Stretch[] {
    const at = this.restartsOf(base);
    const count = this.raw.length;
    if (at.length === 0 && !this.source.stretches) {
      return count === 0 ? [] : [{ from: 0, to: count, superseded: false }];
    }
    // By the clock a training started anew goes on; by its steps it goes back.
    const known = this.source.stretches;
    if (known && (base === 'steps' || at.length === 0)) {
      return known.filter(({ from }) => from < count).map((one) => ({ ...one, to: Math.min(one.to, count) }));
    }
    return [0, ...at].map((from, index) => ({ from, to: at[index] ?? count, superseded: false }));
  }

  private restartsOf(base: XBase): readonly number[] {
    const known = (this.restarts[base] ??= { at: [], seen: 1 });
    const xs = this.source[base];
    const count = this.raw.length;
    if (!xs) return known.at;
    while (known.seen < count && known.at.length <= MOST_RESTARTS) {
      if (xs[known.seen]! < xs[known.seen - 1]!) known.at.push(known.seen);
      known.seen++;
    }
    return known.at;
  }

  /** A view of the same points by ascending x, where they are in no order of their own. */
  private ordered(base: XBase): CurveView | undefined {
    if (this.restartsOf(base).length <= MOST_RESTARTS) return undefined;
    const known = this.inOrder[base];
    if (known?.length === this.raw.length) {
      known.view.update(this.smoothing.weight);
      return known.view;
    }
    const { steps, values, wallTimes } = this.source;
    const xs = this.source[base]!;
    const order = Uint32Array.from({ length: this.raw.length }, (_, index) => index).sort(
      (a, b) => xs[a]! - xs[b]! || a - b,
    );
    const pick = (column: ArrayLike<number>) => Float64Array.from(order, (index) => column[index]!);
    const view = new CurveView({
      steps: pick(steps),
      values: pick(values),
      ...(wallTimes ? { wallTimes: pick(wallTimes) } : {}),
    });
    view.update(this.smoothing.weight);
    this.inOrder[base] = { view, length: this.raw.length };
    return view;
  }

  /** Indices of the visible points, and one beyond at either side so that lines run to the edge. */
  private visible({ from, to }: Stretch, minX: number, maxX: number, base: XBase): { from: number; to: number } {
    const xs = this.source[base];
    if (!xs) return { from, to: from };
    return {
      from: Math.max(from, firstAtLeast(xs, from, to, minX) - 1),
      to: Math.min(to, firstAfter(xs, from, to, maxX) + 1),
    };
  }
}

const views = new WeakMap<object, CurveView>();

/** The one view of a source, kept as long as the source is. */
export function curveView(source: CurveSource): CurveView {
  const key = Array.isArray(source.values) ? (source.values as object) : source;
  let view = views.get(key);
  if (!view || view.length > source.values.length) {
    view = new CurveView(source);
    views.set(key, view);
  }
  return view;
}

function firstAtLeast(xs: ArrayLike<number>, from: number, to: number, x: number): number {
  let low = from;
  let high = to;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (xs[middle]! < x) low = middle + 1;
    else high = middle;
  }
  return low;
}

function firstAfter(xs: ArrayLike<number>, from: number, to: number, x: number): number {
  let low = from;
  let high = to;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (xs[middle]! <= x) low = middle + 1;
    else high = middle;
  }
  return low;
}
