/**
 * Least, greatest and not-finite values of any range of a growing row, in logarithmic time: summaries of 64 values, and
 * of 16 summaries, and so on. What makes curves of any length exact at every zoom. Knows no chart.
 */

type Numbers = Float32Array | Float64Array;

const FIRST_BITS = 6;
const FIRST = 1 << FIRST_BITS;
const FAN_OUT_BITS = 4;
const FAN_OUT = 1 << FAN_OUT_BITS;

export const NAN = 1;
export const PLUS_INFINITY = 2;
export const MINUS_INFINITY = 4;

export function notFiniteFlag(value: number): number {
  return Number.isNaN(value) ? NAN : value > 0 ? PLUS_INFINITY : MINUS_INFINITY;
}

interface Level {
  min: Float64Array;
  max: Float64Array;
  notFinite: Uint8Array;
  /** Whole summaries. */
  length: number;
}

export class ExtentPyramid {
  private readonly levels: Level[] = [];
  private values: Numbers = new Float32Array(0);

  /** What `add` found. */
  min = Infinity;
  max = -Infinity;
  notFinite = 0;

  /** Takes over what was appended to the row since; what was there before must be the same. */
  update(values: Numbers, length: number): void {
    this.values = values;
    let whole = length >> FIRST_BITS;
    for (let level = 0; whole > 0; level++, whole >>= FAN_OUT_BITS) this.extend(level, whole);
  }

  /** Begins anew; `add` then widens `min` and `max` by ranges. */
  reset(): void {
    this.min = Infinity;
    this.max = -Infinity;
    this.notFinite = 0;
  }

  /** The values `from` ≤ index < `to`; not-finite ones count in `notFinite` alone. */
  add(from: number, to: number): void {
    let low = from;
    let high = to;
    const firstWhole = (low + FIRST - 1) >> FIRST_BITS;
    const lastWhole = high >> FIRST_BITS;
    if (firstWhole >= lastWhole || this.levels.length === 0) {
      this.addValues(low, high);
      return;
    }
    this.addValues(low, firstWhole << FIRST_BITS);
    this.addValues(lastWhole << FIRST_BITS, high);
    low = firstWhole;
    high = lastWhole;
    for (let level = 0; low < high; level++) {
      const upLow = (low + FAN_OUT - 1) >> FAN_OUT_BITS;
      const upHigh = high >> FAN_OUT_BITS;
      if (upLow >= upHigh || level + 1 >= this.levels.length) {
        this.addSummaries(level, low, high);
        return;
      }
      this.addSummaries(level, low, upLow << FAN_OUT_BITS);
      this.addSummaries(level, upHigh << FAN_OUT_BITS, high);
      low = upLow;
      high = upHigh;
    }
  }

  get bytes(): number {
    return this.levels.reduce((sum, { min, notFinite }) => sum + 2 * min.byteLength + notFinite.byteLength, 0);
  }

  private addValues(from: number, to: number): void {
    const { values } = this;
    let { min, max } = this;
    for (let index = from; index < to; index++) {
      const value = values[index]!;
      if (value - value !== 0) this.notFinite |= notFiniteFlag(value);
      else {
        if (value < min) min = value;
        if (value > max) max = value;
      }
    }
    this.min = min;
    this.max = max;
  }

  private addSummaries(level: number, from: number, to: number): void {
    const { min, max, notFinite } = this.levels[level]!;
    for (let index = from; index < to; index++) {
      if (min[index]! < this.min) this.min = min[index]!;
      if (max[index]! > this.max) this.max = max[index]!;
      this.notFinite |= notFinite[index]!;
    }
  }

  private extend(level: number, whole: number): void {
    const own = (this.levels[level] ??= {
      min: new Float64Array(16),
      max: new Float64Array(16),
      notFinite: new Uint8Array(16),
      length: 0,
    });
    if (whole > own.min.length) {
      const room = Math.max(whole, own.min.length * 2);
      own.min = widened(own.min, new Float64Array(room));
      own.max = widened(own.max, new Float64Array(room));
      own.notFinite = widened(own.notFinite, new Uint8Array(room));
    }
    for (let index = own.length; index < whole; index++) {
      this.reset();
      if (level === 0) this.addValues(index << FIRST_BITS, (index + 1) << FIRST_BITS);
      else this.addSummaries(level - 1, index << FAN_OUT_BITS, (index + 1) << FAN_OUT_BITS);
      own.min[index] = this.min;
      own.max[index] = this.max;
      own.notFinite[index] = this.notFinite;
    }
    own.length = whole;
  }
}

function widened<A extends Float64Array | Uint8Array>(from: A, to: A): A {
  to.set(from);
  return to;
}
