/**
 * One line of a chart, as exact as it can be drawn: for each pixel column that has points, the first, the last, the
 * least and the greatest of all of them. Knows no series, only rows of numbers.
 */
import type { ColumnLine } from '../../shared/protocol/summaries.js';
import type { ExtentPyramid } from './extent-pyramid.js';
import { firstAtLeast } from './stretches.js';

type Numbers = Int32Array | Float32Array | Float64Array;

export interface LineSource {
  /** Ascending within `stretches`, and from one to the next. */
  readonly xs: Numbers;
  readonly values: Numbers;
  /** Over `values`, up to date. */
  readonly pyramid: ExtentPyramid;
  /** Indices of its points. */
  readonly stretches: readonly { readonly from: number; readonly to: number }[];
  readonly superseded: boolean;
}

export interface AxisRange {
  readonly from: number;
  /** Not in it any more. */
  readonly to: number;
  readonly columns: number;
}

export function pixelColumns(line: LineSource, { from, to, columns }: AxisRange): ColumnLine {
  const { xs, values, pyramid } = line;
  const found = new Columns(Math.min(columns, inRange(line, from, to)));
  const width = (to - from) / columns;
  for (const stretch of line.stretches) {
    let index = firstAtLeast(xs, stretch.from, stretch.to, from);
    while (index < stretch.to) {
      const x = xs[index]!;
      if (x >= to) break;
      const column = Math.max(0, Math.min(columns - 1, Math.floor((x - from) / width)));
      // By rounding the edge may lie a little off: what then comes twice is joined.
      const end = column === columns - 1 ? to : from + (column + 1) * width;
      const next = nearFirstAtLeast(xs, index + 1, stretch.to, end);
      pyramid.reset();
      pyramid.add(index, next);
      found.add(column, index, next, xs, values, pyramid);
      index = next;
    }
  }
  return {
    superseded: line.superseded,
    ...found.rows(),
    before: neighbour(line, from, to, -1),
    after: neighbour(line, from, to, 1),
  };
}

/** Columns are often a few points wide: looks near `from` before it halves what is left. */
function nearFirstAtLeast(xs: Numbers, from: number, to: number, wanted: number): number {
  let low = from;
  for (let step = 1; ; step *= 4) {
    const probe = low + step;
    if (probe >= to) return firstAtLeast(xs, low, to, wanted);
    if (xs[probe]! >= wanted) return firstAtLeast(xs, low, probe, wanted);
    low = probe;
  }
}

function inRange({ xs, stretches }: LineSource, from: number, to: number): number {
  return stretches.reduce(
    (sum, stretch) =>
      sum + firstAtLeast(xs, stretch.from, stretch.to, to) - firstAtLeast(xs, stretch.from, stretch.to, from),
    0,
  );
}

/** The nearest finite point outside, to the left (−1) or right (1). Looks past a thousand that are not, and no further. */
function neighbour(
  { xs, values, stretches }: LineSource,
  from: number,
  to: number,
  side: -1 | 1,
): { x: number; value: number } | undefined {
  const ordered = side < 0 ? [...stretches].reverse() : stretches;
  for (const stretch of ordered) {
    let index =
      side < 0 ? firstAtLeast(xs, stretch.from, stretch.to, from) - 1 : firstAtLeast(xs, stretch.from, stretch.to, to);
    for (let left = 1000; left > 0 && index >= stretch.from && index < stretch.to; left--, index += side) {
      const value = values[index]!;
      if (Number.isFinite(value)) return { x: xs[index]!, value };
    }
  }
  return undefined;
}

/** The arrays of a `ColumnLine` while they are filled. */
class Columns {
  private readonly column: Uint32Array<ArrayBuffer>;
  private readonly count: Uint32Array<ArrayBuffer>;
  private readonly firstX: Float64Array<ArrayBuffer>;
  private readonly lastX: Float64Array<ArrayBuffer>;
  private readonly first: Float64Array<ArrayBuffer>;
  private readonly last: Float64Array<ArrayBuffer>;
  private readonly min: Float64Array<ArrayBuffer>;
  private readonly max: Float64Array<ArrayBuffer>;
  private readonly notFinite: Uint8Array<ArrayBuffer>;
  private used = 0;

  constructor(most: number) {
    this.column = new Uint32Array(most);
    this.count = new Uint32Array(most);
    this.firstX = new Float64Array(most);
    this.lastX = new Float64Array(most);
    this.first = new Float64Array(most);
    this.last = new Float64Array(most);
    this.min = new Float64Array(most);
    this.max = new Float64Array(most);
    this.notFinite = new Uint8Array(most);
  }

  /** The points `from` ≤ index < `to`; a stretch may go on in the column that the one before ended in. */
  add(column: number, from: number, to: number, xs: Numbers, values: Numbers, extent: ExtentPyramid): void {
    const goesOn = this.used > 0 && this.column[this.used - 1] === column;
    const at = goesOn ? this.used - 1 : this.used++;
    const isFinite = extent.min <= extent.max;
    const first = isFinite ? firstFinite(values, from, to, 1) : Number.NaN;
    const last = isFinite ? firstFinite(values, to - 1, from - 1, -1) : Number.NaN;
    this.lastX[at] = xs[to - 1]!;
    if (!goesOn) {
      this.column[at] = column;
      this.firstX[at] = xs[from]!;
      this.first[at] = first;
      this.last[at] = last;
      this.min[at] = isFinite ? extent.min : Number.NaN;
      this.max[at] = isFinite ? extent.max : Number.NaN;
    } else if (isFinite) {
      const hadNone = Number.isNaN(this.min[at]!);
      if (hadNone) this.first[at] = first;
      this.last[at] = last;
      this.min[at] = hadNone ? extent.min : Math.min(this.min[at]!, extent.min);
      this.max[at] = hadNone ? extent.max : Math.max(this.max[at]!, extent.max);
    }
    this.count[at]! += to - from;
    this.notFinite[at]! |= extent.notFinite;
  }

  rows(): Omit<ColumnLine, 'superseded' | 'before' | 'after'> {
    const of = <A extends { readonly length: number; slice(from: number, to: number): A }>(row: A) =>
      row.length === this.used ? row : row.slice(0, this.used);
    const rows = {
      column: of(this.column),
      count: of(this.count),
      firstX: of(this.firstX),
      first: of(this.first),
      notFinite: of(this.notFinite),
    };
    // Where each column has one point all is said by it, and travels once.
    return rows.count.every((count) => count === 1)
      ? { ...rows, lastX: rows.firstX, last: rows.first, min: rows.first, max: rows.first }
      : { ...rows, lastX: of(this.lastX), last: of(this.last), min: of(this.min), max: of(this.max) };
  }
}

function firstFinite(values: Numbers, from: number, to: number, side: 1 | -1): number {
  for (let index = from; index !== to; index += side) {
    const value = values[index]!;
    if (value - value === 0) return value;
  }
  return Number.NaN;
}
