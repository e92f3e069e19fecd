/**
 * One scalar tag of a run: its points from all files that have it, in the order of the files, and what is needed to draw
 * them at any zoom, made when somebody asks. Knows neither files nor requests.
 */
import type { ColumnLine, SeriesStretch } from '../../shared/protocol/summaries.js';
import { Smoothing } from '../../shared/base/smoothing.js';
import { ExtentPyramid } from './extent-pyramid.js';
import { pixelColumns, type AxisRange, type LineSource } from './pixel-columns.js';
import { ScalarColumn } from './scalar-column.js';
import { stretchesOf } from './stretches.js';

export type Axis = 'step' | 'wall';

type Stretch = { readonly from: number; readonly to: number };

interface Smoothed {
  readonly of: ScalarColumn;
  readonly weight: number;
  readonly values: Float64Array;
  readonly average: Smoothing;
  readonly pyramid: ExtentPyramid;
  /** How much of `values` is there, and of which stretches. */
  length: number;
  stretches: readonly Stretch[];
}

/** Counts up over all series: one in the place of another, as of a folder that went and came again, is told from it. */
let generations = 0;

/** One map for all: a hundred thousand of them would have the collector of garbage at work for seconds. */
const pyramids = new WeakMap<ScalarColumn, ExtentPyramid>();

/** A chart's slider is moved: a weight or two are kept, not all it came by. */
const KEPT_SMOOTHINGS = 2;

export class ScalarSeries {
  /** Grows when points that were there before are in another place now; no two series have the same. */
  generation = ++generations;
  private parts: readonly ScalarColumn[] = [];
  private joined: ScalarColumn | undefined;
  /** How much of each part is in `joined`. */
  private taken: number[] = [];
  private sorted: { readonly column: ScalarColumn; readonly length: number } | undefined;
  private byWall: { readonly column: ScalarColumn; readonly length: number } | undefined;
  private smoothings: Smoothed[] = [];
  private known:
    { readonly of: ScalarColumn; readonly length: number; readonly stretches: SeriesStretch[] } | undefined;

  /** All parts there are now, in order. */
  take(parts: readonly ScalarColumn[]): void {
    const same = parts.length === this.parts.length && parts.every((part, index) => part === this.parts[index]);
    if (same) return;
    const appended = this.parts.length > 0 && this.parts.every((part, index) => part === parts[index]);
    const before = this.parts.length;
    this.parts = parts;
    if (appended && before > 1) return;
    if (before > 0 && !appended) this.generation = ++generations;
    this.forget();
  }

  /** The points in the order in which they are given to windows. Good until more is read. */
  get points(): ScalarColumn {
    const column = this.inFileOrder();
    if (!column.unordered) return column;
    if (this.sorted?.length !== column.length) {
      if (this.sorted) this.generation = ++generations;
      this.sorted = { column: sortedBy(column, 'step'), length: column.length };
    }
    return this.sorted.column;
  }

  get isSorted(): boolean {
    return this.inFileOrder().unordered;
  }

  get stretches(): SeriesStretch[] {
    const column = this.points;
    if (this.known?.of !== column || this.known.length !== column.length) {
      this.known = { of: column, length: column.length, stretches: stretchesOf(column) };
    }
    return this.known.stretches;
  }

  /** Of what stands, on an axis. */
  extent(axis: Axis): { readonly from: number; readonly to: number } | undefined {
    const line = this.line(axis);
    const [first] = line.stretches;
    const last = line.stretches.at(-1);
    return first && last ? { from: line.xs[first.from]!, to: line.xs[last.to - 1]! } : undefined;
  }

  /** Superseded lines first. */
  columns(axis: Axis, range: AxisRange): ColumnLine[] {
    const line = this.line(axis);
    const superseded: LineSource[] =
      line.column === this.points
        ? this.stretches
            .filter((stretch) => stretch.superseded)
            .map((stretch) => ({ ...line, stretches: [stretch], superseded: true }))
        : [];
    return [...superseded, line].map((one) => pixelColumns(one, range));
  }

  smoothedColumns(axis: Axis, range: AxisRange, weight: number): ColumnLine {
    const line = this.line(axis);
    const smoothed = this.smoothed(line.column, line.stretches, weight);
    return pixelColumns({ ...line, values: smoothed.values, pyramid: smoothed.pyramid }, range);
  }

  private line(axis: Axis): LineSource & { readonly column: ScalarColumn } {
    const column = axis === 'wall' ? this.inWallOrder() : this.points;
    let pyramid = pyramids.get(column);
    if (!pyramid) pyramids.set(column, (pyramid = new ExtentPyramid()));
    pyramid.update(column.values, column.length);
    return {
      column,
      xs: axis === 'wall' ? column.wallMs : column.steps,
      values: column.values,
      pyramid,
      stretches:
        column === this.points
          ? this.stretches.filter(({ superseded }) => !superseded)
          : [{ from: 0, to: column.length }],
      superseded: false,
    };
  }

  private inFileOrder(): ScalarColumn {
    if (this.parts.length === 1) return this.parts[0]!;
    const grewInside = this.parts.some(
      (part, index) => index < this.taken.length - 1 && part.length !== this.taken[index],
    );
    if (!this.joined || grewInside) {
      if (this.joined) this.generation = ++generations;
      this.forget();
      this.joined = new ScalarColumn();
    }
    this.parts.forEach((part, index) => {
      const from = this.taken[index] ?? 0;
      append(this.joined!, part, from);
      this.taken[index] = part.length;
    });
    return this.joined;
  }

  /** What stands, by wall time; the points themselves where their clock never went back. */
  private inWallOrder(): ScalarColumn {
    const column = this.points;
    if (column.wallAscends && !this.isSorted) return column;
    if (this.byWall?.length !== column.length) {
      const standing = new ScalarColumn();
      for (const { from, to, superseded } of this.stretches) {
        if (superseded) continue;
        for (let index = from; index < to; index++) {
          standing.push(column.steps[index]!, column.wallMs[index]!, column.values[index]!);
        }
      }
      this.byWall = { column: sortedBy(standing, 'wall'), length: column.length };
    }
    return this.byWall.column;
  }

  private smoothed(column: ScalarColumn, stretches: readonly Stretch[], weight: number): Smoothed {
    const { length } = column;
    let found = this.smoothings.find(
      (one) => one.of === column && one.weight === weight && isContinued(one.stretches, stretches),
    );
    if (!found || found.values.length < length) {
      const room = new Float64Array(length < 65_536 ? length * 2 : Math.ceil(length * 1.25));
      if (found) room.set(found.values.subarray(0, found.length));
      found = {
        of: column,
        weight,
        values: room,
        average: found?.average ?? new Smoothing(weight),
        pyramid: found?.pyramid ?? new ExtentPyramid(),
        length: found?.length ?? 0,
        stretches: found?.stretches ?? [],
      };
      this.smoothings = [found, ...this.smoothings.filter((one) => one.of !== column || one.weight !== weight)].slice(
        0,
        KEPT_SMOOTHINGS,
      );
    }
    if (found.length < length) {
      for (const { from, to } of stretches) {
        for (let index = Math.max(from, found.length); index < to; index++) {
          found.values[index] = found.average.next(column.values[index]!);
        }
      }
      found.length = length;
      found.stretches = stretches;
    }
    found.pyramid.update(found.values, length);
    return found;
  }

  private forget(): void {
    this.joined = undefined;
    this.taken = [];
    this.sorted = undefined;
    this.byWall = undefined;
    this.known = undefined;
    this.smoothings = [];
  }
}

/** Whether `now` is `before` and points behind it. */
function isContinued(before: readonly Stretch[], now: readonly Stretch[]): boolean {
  return before.every((stretch, index) => {
    const other = now[index];
    return (
      other?.from === stretch.from && (index === before.length - 1 ? other.to >= stretch.to : other.to === stretch.to)
    );
  });
}

function append(to: ScalarColumn, part: ScalarColumn, from: number): void {
  let next = part.restarts.findIndex(({ index }) => index >= from);
  if (next < 0) next = part.restarts.length;
  for (let index = from; index < part.length; index++) {
    for (; part.restarts[next]?.index === index; next++) to.restart(part.restarts[next]!.step);
    to.push(part.steps[index]!, part.wallMs[index]!, part.values[index]!);
  }
}

function sortedBy(column: ScalarColumn, axis: Axis): ScalarColumn {
  const keys = axis === 'wall' ? column.wallMs : column.steps;
  const order = new Uint32Array(column.length).map((_, index) => index);
  // A clock that says nothing comes first: NaN is not comparable.
  const keyOf = (index: number) => (Number.isNaN(keys[index]!) ? -Infinity : keys[index]!);
  order.sort((a, b) => keyOf(a) - keyOf(b) || a - b);
  const sorted = new ScalarColumn();
  for (const index of order) sorted.push(column.steps[index]!, column.wallMs[index]!, column.values[index]!);
  if (axis === 'wall') sorted.restarts.length = 0;
  return sorted;
}
