/**
 * The least and greatest value of any index range of a growing row of numbers, in logarithmic time:
 * a stack of summaries, each level over 16 entries of the one below. A chart of a million points
 * asks it once a pixel column. Not-finite values count for nothing here. Knows no chart.
 */
const FAN_OUT_BITS = 4;
const FAN_OUT = 1 << FAN_OUT_BITS;

export interface Extent {
  readonly min: number;
  readonly max: number;
}

export class RangePyramid {
  /** The values themselves; only the first `length` are valid. */
  private values = new Float64Array(256);
  private readonly lows: Float64Array[] = [];
  private readonly highs: Float64Array[] = [];
  private count = 0;

  get length(): number {
    return this.count;
  }

  at(index: number): number {
    return index >= 0 && index < this.count ? this.values[index]! : Number.NaN;
  }

  clear(): void {
    this.count = 0;
    this.lows.length = 0;
    this.highs.length = 0;
  }

  push(value: number): void {
    const index = this.count++;
    if (index === this.values.length) this.values = grown(this.values);
    this.values[index] = value;
    // Every level that has a bucket for this index; the topmost is the first with a single bucket.
    for (let level = 0, bucket = index >> FAN_OUT_BITS; ; level++, bucket >>= FAN_OUT_BITS) {
      this.note(level, bucket, value, index % FAN_OUT ** (level + 1) === 0);
      if (bucket === 0) break;
    }
  }

  /** Over `from ≤ index < to`; `undefined` where no value in it is finite. */
  extent(from: number, to: number): Extent | undefined {
    let min = Infinity;
    let max = -Infinity;
    let low = Math.max(0, from);
    const end = Math.min(to, this.count);
    while (low < end) {
      // The highest level whose bucket begins here and lies within the range.
      let level = -1;
      while (level + 1 < this.lows.length) {
        const size = FAN_OUT ** (level + 2);
        if (low % size !== 0 || low + size > end) break;
        level++;
      }
      if (level < 0) {
        const value = this.values[low]!;
        if (Number.isFinite(value)) {
          if (value < min) min = value;
          if (value > max) max = value;
        }
        low++;
      } else {
        const size = FAN_OUT ** (level + 1);
        const bucket = low / size;
        min = Math.min(min, this.lows[level]![bucket]!);
        max = Math.max(max, this.highs[level]![bucket]!);
        low += size;
      }
    }
    return min <= max ? { min, max } : undefined;
  }

  private note(level: number, bucket: number, value: number, fresh: boolean): void {
    let low = this.lows[level];
    let high = this.highs[level];
    if (!low || !high) {
      low = this.lows[level] = new Float64Array(64);
      high = this.highs[level] = new Float64Array(64);
      // A level begins when the one below has its second bucket; the first is in already.
      low[0] = level > 0 ? this.lows[level - 1]![0]! : Infinity;
      high[0] = level > 0 ? this.highs[level - 1]![0]! : -Infinity;
    }
    if (bucket >= low.length) {
      low = this.lows[level] = grown(low);
      high = this.highs[level] = grown(high);
    }
    if (fresh) {
      low[bucket] = Infinity;
      high[bucket] = -Infinity;
    }
    if (!Number.isFinite(value)) return;
    if (value < low[bucket]!) low[bucket] = value;
    if (value > high[bucket]!) high[bucket] = value;
  }
}

function grown(array: Float64Array): Float64Array<ArrayBuffer> {
  const more = new Float64Array(array.length * 2);
  more.set(array);
  return more;
}
