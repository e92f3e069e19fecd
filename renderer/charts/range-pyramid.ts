/**
 * The least and greatest value of any index range of a growing row of numbers, in logarithmic time:
 * a stack of summaries, each level over 16 entries of the one below. A chart of ten million points
 * asks it once a pixel column. Keeps no copy of the values, which are handed in; a short row costs
 * nothing beside it. Not-finite values count for nothing here. Knows no chart.
 */
const FAN_OUT_BITS = 4;
const FAN_OUT = 1 << FAN_OUT_BITS;
/** Up to here, looking at every value is as quick. */
const SHORT = 64;

export interface Extent {
  readonly min: number;
  readonly max: number;
}

export class RangePyramid {
  private readonly lows: Float64Array<ArrayBuffer>[] = [];
  private readonly highs: Float64Array<ArrayBuffer>[] = [];
  private count = 0;
  /** Entries that the levels are about; none while the row is short. */
  private summed = 0;

  get length(): number {
    return this.count;
  }

  clear(): void {
    this.count = 0;
    this.summed = 0;
    this.lows.length = 0;
    this.highs.length = 0;
  }

  /** Takes in the entries from `this.length` up to (not including) `length`; those before must be as they were. */
  extend(values: ArrayLike<number>, length: number): void {
    this.count = length;
    if (length <= SHORT || length <= this.summed) return;
    let from = this.summed >> FAN_OUT_BITS;
    let to = (length + FAN_OUT - 1) >> FAN_OUT_BITS;
    this.summed = length;
    this.room(0, to);
    const lows = this.lows[0]!;
    const highs = this.highs[0]!;
    for (let bucket = from; bucket < to; bucket++) {
      const end = Math.min(length, (bucket + 1) << FAN_OUT_BITS);
      let min = Infinity;
      let max = -Infinity;
      for (let index = bucket << FAN_OUT_BITS; index < end; index++) {
        const value = values[index]!;
        if (value < min && value !== -Infinity) min = value;
        if (value > max && value !== Infinity) max = value;
      }
      lows[bucket] = min;
      highs[bucket] = max;
    }
    for (let level = 1; to > 1; level++) {
      const below = to;
      from >>= FAN_OUT_BITS;
      to = (to + FAN_OUT - 1) >> FAN_OUT_BITS;
      this.room(level, to);
      this.sum(level, from, to, below);
    }
  }

  /** Over `from ≤ index < to` of the values that were taken in; `undefined` where none of them is finite. */
  extent(values: ArrayLike<number>, from: number, to: number): Extent | undefined {
    let min = Infinity;
    let max = -Infinity;
    let low = Math.max(0, from);
    const end = Math.min(to, this.count);
    while (low < end) {
      // The highest level whose bucket begins here and lies within the range.
      let level = -1;
      for (let bits = FAN_OUT_BITS; level + 1 < this.lows.length; bits += FAN_OUT_BITS) {
        const size = 1 << bits;
        if ((low & (size - 1)) !== 0 || low + size > end) break;
        level++;
      }
      if (level < 0) {
        const value = values[low]!;
        if (value < min && value !== -Infinity) min = value;
        if (value > max && value !== Infinity) max = value;
        low++;
      } else {
        const bits = FAN_OUT_BITS * (level + 1);
        const bucket = low >> bits;
        if (this.lows[level]![bucket]! < min) min = this.lows[level]![bucket]!;
        if (this.highs[level]![bucket]! > max) max = this.highs[level]![bucket]!;
        low += 1 << bits;
      }
    }
    return min <= max ? { min, max } : undefined;
  }

  private sum(level: number, from: number, to: number, below: number): void {
    const lows = this.lows[level]!;
    const highs = this.highs[level]!;
    const lowsBelow = this.lows[level - 1]!;
    const highsBelow = this.highs[level - 1]!;
    for (let bucket = from; bucket < to; bucket++) {
      const end = Math.min(below, (bucket + 1) << FAN_OUT_BITS);
      let min = Infinity;
      let max = -Infinity;
      for (let index = bucket << FAN_OUT_BITS; index < end; index++) {
        if (lowsBelow[index]! < min) min = lowsBelow[index]!;
        if (highsBelow[index]! > max) max = highsBelow[index]!;
      }
      lows[bucket] = min;
      highs[bucket] = max;
    }
  }

  private room(level: number, buckets: number): void {
    this.lows[level] = withRoom(this.lows[level], buckets);
    this.highs[level] = withRoom(this.highs[level], buckets);
  }
}

/** The same array where it is long enough, else a longer one with the same beginning. */
export function withRoom(array: Float64Array<ArrayBuffer> | undefined, length: number): Float64Array<ArrayBuffer> {
  if (array && array.length >= length) return array;
  const more = new Float64Array(array ? Math.max(length, array.length * 2) : length);
  if (array) more.set(array);
  return more;
}
