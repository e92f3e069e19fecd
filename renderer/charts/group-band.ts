/**
 * The mean of several curves and how far they spread. At each place on x that any of them has; a curve that has no
 * point there counts with the value between its two around it, and outside of its own range it does not count. On an
 * axis of time the mean is told by time, and its steps are the mean of the curves' steps then. Pure.
 */
import type { CurveSource, XBase } from './curve-view.js';

/** A curve of the group; its x is what is counted in `base`, by `scale` and `offset` made comparable with the others'. */
export interface BandMember {
  readonly source: CurveSource;
  readonly scale?: number;
  readonly offset?: number;
}

export interface Band {
  readonly mean: CurveSource;
  readonly low: CurveSource;
  readonly high: CurveSource;
  /** Most curves that any place has. */
  readonly count: number;
}

/** `deviation`: mean ± standard deviation (of the sample); `range`: from the least to the greatest. */
export type Spread = 'deviation' | 'range';

/** Places beyond which what the mean of many curves costs is seen; then they are spread evenly. */
const MOST_WORK = 20_000_000;

export function meanBand(members: readonly BandMember[], spread: Spread, base: XBase = 'steps'): Band {
  const curves = members.flatMap((member) => inOrder(member, base) ?? []);
  const xs = unionOf(curves);
  const sum = new Float64Array(xs.length);
  const squares = new Float64Array(xs.length);
  const counts = new Uint32Array(xs.length);
  const least = new Float64Array(xs.length).fill(Infinity);
  const greatest = new Float64Array(xs.length).fill(-Infinity);
  const meanSteps = base === 'steps' ? xs : new Float64Array(xs.length);
  for (const { xs: own, values, steps } of curves) {
    const last = values.length - 1;
    let at = 0;
    for (let index = 0; index < xs.length; index++) {
      const x = xs[index]!;
      if (last < 0 || x < own[0]! || x > own[last]!) continue;
      while (at < last && own[at + 1]! <= x) at++;
      const share = own[at] === x || at === last ? 0 : (x - own[at]!) / (own[at + 1]! - own[at]!);
      const between = (column: ArrayLike<number>) =>
        share === 0 ? column[at]! : column[at]! + share * (column[at + 1]! - column[at]!);
      const value = between(values);
      if (!Number.isFinite(value)) continue;
      // Welford's way: the plain sum of squares loses all its digits where values are large and close.
      const count = ++counts[index]!;
      const delta = value - sum[index]!;
      sum[index]! += delta / count;
      squares[index]! += delta * (value - sum[index]!);
      if (meanSteps !== xs) meanSteps[index]! += (between(steps) - meanSteps[index]!) / count;
      if (value < least[index]!) least[index] = value;
      if (value > greatest[index]!) greatest[index] = value;
    }
  }
  const low = new Float64Array(xs.length);
  const high = new Float64Array(xs.length);
  let most = 0;
  for (let index = 0; index < xs.length; index++) {
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
  const along = base === 'steps' ? { steps: xs } : { steps: ascending(meanSteps), wallTimes: xs };
  return {
    mean: { ...along, values: sum },
    low: { ...along, values: low },
    high: { ...along, values: high },
    count: most,
  };
}

interface Ordered {
  readonly xs: ArrayLike<number>;
  readonly steps: ArrayLike<number>;
  readonly values: ArrayLike<number>;
}

/** By ascending x, each once; what a training that was started anew wrote again counts as it was written last. */
function inOrder({ source, scale = 1, offset = 0 }: BandMember, base: XBase): Ordered | undefined {
  const { steps, values, stretches } = source;
  const own = source[base];
  if (!own) return undefined;
  const count = values.length;
  const isAscending = () => {
    for (let index = 1; index < count; index++) if (!(own[index]! > own[index - 1]!)) return false;
    return true;
  };
  if (scale === 1 && offset === 0 && !stretches?.some(({ superseded }) => superseded) && isAscending())
    return { xs: own, steps, values };
  const kept = new Map<number, number>();
  for (const { from, to, superseded } of stretches ?? [{ from: 0, to: count, superseded: false }]) {
    if (superseded) continue;
    for (let index = from; index < Math.min(to, count); index++) kept.set(own[index]!, index);
  }
  const order = [...kept].sort(([a], [b]) => a - b);
  const pick = (column: ArrayLike<number>) => Float64Array.from(order, ([, index]) => column[index]!);
  return { xs: Float64Array.from(order, ([x]) => x * scale + offset), steps: pick(steps), values: pick(values) };
}

/** Where a curve ends the mean of the steps can fall back; a cursor needs one that does not. */
function ascending(steps: Float64Array<ArrayBuffer>): Float64Array<ArrayBuffer> {
  for (let index = 1; index < steps.length; index++) {
    if (steps[index]! < steps[index - 1]!) steps[index] = steps[index - 1]!;
  }
  return steps.map(Math.round);
}

function unionOf(curves: readonly Ordered[]): Float64Array<ArrayBuffer> {
  const total = curves.reduce((sum, { values }) => sum + values.length, 0);
  const all = new Float64Array(total);
  let at = 0;
  for (const { xs, values } of curves) {
    for (let index = 0; index < values.length; index++) all[at++] = xs[index]!;
  }
  all.sort();
  let kept = 0;
  for (let index = 0; index < total; index++) {
    if (index === 0 || all[index] !== all[index - 1]) all[kept++] = all[index]!;
  }
  const most = Math.max(1000, Math.floor(MOST_WORK / Math.max(1, curves.length)));
  if (kept <= most) return all.slice(0, kept);
  return Float64Array.from({ length: most }, (_, index) => all[Math.round((index / (most - 1)) * (kept - 1))]!);
}
