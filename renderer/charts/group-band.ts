/**
 * The mean of several curves and how far they spread. At each step that any of them has; a curve that has no point
 * there counts with the value between its two around it, and outside of its own range it does not count. Pure.
 */
import type { CurveSource } from './curve-view.js';

export interface Band {
  readonly mean: CurveSource;
  readonly low: CurveSource;
  readonly high: CurveSource;
  /** Most curves that any step has. */
  readonly count: number;
}

/** `deviation`: mean ± standard deviation (of the sample); `range`: from the least to the greatest. */
export type Spread = 'deviation' | 'range';

/** Steps beyond which what the mean of many curves costs is seen; then they are spread evenly. */
const MOST_WORK = 20_000_000;

export function meanBand(sources: readonly CurveSource[], spread: Spread): Band {
  const steps = unionOf(sources);
  const sum = new Float64Array(steps.length);
  const squares = new Float64Array(steps.length);
  const counts = new Uint32Array(steps.length);
  const least = new Float64Array(steps.length).fill(Infinity);
  const greatest = new Float64Array(steps.length).fill(-Infinity);
  for (const { steps: own, values } of sources) {
    const last = values.length - 1;
    let at = 0;
    for (let index = 0; index < steps.length; index++) {
      const step = steps[index]!;
      if (last < 0 || step < own[0]! || step > own[last]!) continue;
      while (at < last && own[at + 1]! <= step) at++;
      const before = values[at]!;
      const share = own[at] === step || at === last ? 0 : (step - own[at]!) / (own[at + 1]! - own[at]!);
      const value = share === 0 ? before : before + share * (values[at + 1]! - before);
      if (!Number.isFinite(value)) continue;
      // Welford's way: the plain sum of squares loses all its digits where values are large and close.
      const count = ++counts[index]!;
      const delta = value - sum[index]!;
      sum[index]! += delta / count;
      squares[index]! += delta * (value - sum[index]!);
      if (value < least[index]!) least[index] = value;
      if (value > greatest[index]!) greatest[index] = value;
    }
  }
  const low = new Float64Array(steps.length);
  const high = new Float64Array(steps.length);
  let most = 0;
  for (let index = 0; index < steps.length; index++) {
    const count = counts[index]!;
    most = Math.max(most, count);
    if (count === 0) sum[index] = low[index] = high[index] = Number.NaN;
    else if (spread === 'range') {
      low[index] = least[index]!;
      high[index] = greatest[index]!;
    } else {
      const deviation = count > 1 ? Math.sqrt(squares[index]! / (count - 1)) : 0;
      low[index] = sum[index]! - deviation;
      high[index] = sum[index]! + deviation;
    }
  }
  return { mean: { steps, values: sum }, low: { steps, values: low }, high: { steps, values: high }, count: most };
}

function unionOf(sources: readonly CurveSource[]): Float64Array<ArrayBuffer> {
  const total = sources.reduce((sum, { values }) => sum + values.length, 0);
  const all = new Float64Array(total);
  let at = 0;
  for (const { steps, values } of sources) {
    for (let index = 0; index < values.length; index++) all[at++] = steps[index]!;
  }
  all.sort();
  let kept = 0;
  for (let index = 0; index < total; index++) {
    if (index === 0 || all[index] !== all[index - 1]) all[kept++] = all[index]!;
  }
  const most = Math.max(1000, Math.floor(MOST_WORK / Math.max(1, sources.length)));
  if (kept <= most) return all.slice(0, kept);
  return Float64Array.from({ length: most }, (_, index) => all[Math.round((index / (most - 1)) * (kept - 1))]!);
}
