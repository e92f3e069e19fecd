/** Axis arithmetic: nice ticks and ranges. Pure. */

export interface AxisRange {
  readonly min: number;
  readonly max: number;
}

/** Where a value lies on an axis, as a share of its length, and back. */
export interface Scale extends AxisRange {
  readonly logarithmic: boolean;
  share(value: number): number;
  at(share: number): number;
}

export function linearScale(min: number, max: number): Scale {
  const length = max - min || 1;
  return {
    min,
    max,
    logarithmic: false,
    share: (value) => (value - min) / length,
    at: (share) => min + share * length,
  };
}

/** `min` above zero; a value that is not has its place at −∞. */
export function logScale(min: number, max: number): Scale {
  const low = Math.log(min);
  const length = Math.log(max) - low || 1;
  return {
    min,
    max,
    logarithmic: true,
    share: (value) => (value > 0 ? (Math.log(value) - low) / length : -Infinity),
    at: (share) => Math.exp(low + share * length),
  };
}

const MOST_TICKS = 1000;
/** An axis is as long as this can be at most, so that its length is a number too. */
const GREATEST = Number.MAX_VALUE / 4;
/** What is smaller is nothing: numbers end not far below. */
const LEAST = 1e-300;
/** Of a value, what is lost in rounding when an axis is computed with. */
const LOST = 1e-14;

/** 1, 2, 2.5 or 5 times a power of ten, at least `rough`. */
export function niceStep(rough: number): number {
  if (!(rough > 0) || !Number.isFinite(rough)) return 1;
  const power = 10 ** Math.floor(Math.log10(rough));
  const ratio = rough / power;
  const nice = ratio <= 1 ? 1 : ratio <= 2 ? 2 : ratio <= 2.5 ? 2.5 : ratio <= 5 ? 5 : 10;
  return nice * power;
}

/** Round values inside a range, about `count` of them. */
export function niceTicks(min: number, max: number, count: number, whole = false): readonly number[] {
  if (!(max > min)) return [min];
  let step = niceStep((max - min) / Math.max(1, count));
  if (whole) step = Math.max(1, Math.round(step));
  const ticks: number[] = [];
  const first = Math.ceil(min / step - 1e-9);
  for (let count = 0; count <= MOST_TICKS; count++) {
    const tick = Number(((first + count) * step).toPrecision(15));
    if (tick > max + step * 1e-9) break;
    // Values that are too close for their size have no round ones between them.
    if (tick !== ticks.at(-1)) ticks.push(tick);
  }
  return ticks;
}

/** A range widened to round bounds, so that the axis changes seldom while data grows. */
export function niceRange(min: number, max: number, count = 4): AxisRange & { readonly step: number } {
  const size = Math.max(Math.abs(min), Math.abs(max));
  if (max - min <= Math.max(size * LOST * count, LEAST)) {
    const room = size > LEAST ? size * 0.1 : 1;
    return niceRange(min - room, max + room, count);
  }
  // The greatest numbers there are have no room around them.
  const step = niceStep(max / count - min / count);
  const bounds = [Math.floor(min / step + 1e-9) * step, Math.ceil(max / step - 1e-9) * step] as const;
  const [low, high] = bounds.map((bound) => Math.max(-GREATEST, Math.min(GREATEST, Number(bound.toPrecision(15)))));
  return { min: low!, max: high!, step };
}

/** Powers of ten between two values; with 2 and 5 times them where there are few. */
export function logTicks(min: number, max: number, count: number): readonly number[] {
  if (!(min > 0) || !(max > min)) return [min];
  const decades = Math.log10(max / min);
  const factors = decades * 3 <= count ? [1, 2, 5] : [1];
  const within = (tick: number) => tick >= min * 0.999999 && tick <= max * 1.000001;
  const powers: number[] = [];
  for (let power = Math.floor(Math.log10(min)); power <= Math.ceil(Math.log10(max)); power++) powers.push(power);
  const ticksOf = (some: readonly number[]) =>
    some
      .flatMap((power) => factors.map((factor) => Number((factor * 10 ** power).toPrecision(12))))
      .filter((tick) => within(tick));
  const every = Math.max(1, Math.ceil(decades / Math.max(1, count)));
  let ticks = ticksOf(powers.filter((power) => power % every === 0));
  if (ticks.length < 2 && every > 1) ticks = [...new Set([ticksOf(powers)[0]!, ticksOf(powers).at(-1)!])];
  // Within one decade the marks of a linear axis say more.
  return ticks.length >= 2 ? ticks : niceTicks(min, max, count);
}

/** Of values that lie closer together, a third of a decade would be a flat line. */
const NARROW = 1.5;

/** Bounds of a logarithmic axis: the decades around the values, but no more than a third of one beyond them. */
export function niceLogRange(min: number, max: number): AxisRange {
  if (max > min && max / min < NARROW) {
    const near = niceRange(min, max);
    if (near.min > 0) return { min: near.min, max: near.max };
  }
  const candidates = [1, 2, 5];
  const below = (value: number) => {
    const power = 10 ** Math.floor(Math.log10(value));
    return (candidates.findLast((factor) => factor * power <= value * 1.000001) ?? 1) * power;
  };
  const above = (value: number) => {
    const power = 10 ** Math.floor(Math.log10(value));
    return (candidates.find((factor) => factor * power >= value * 0.999999) ?? 10) * power;
  };
  const low = below(min);
  const high = above(max);
  return low < high ? { min: low, max: high } : { min: low / 2, max: high * 2 };
}

/**
 * The end of a live axis: ahead of the last step by up to a tenth, and moved on only when it is
 * reached, so that curves grow to the right rather than being squeezed with every point.
 */
export function liveEnd(before: number | undefined, last: number, planned: number | undefined): number {
  if (before !== undefined && last <= before && before <= last * 1.5 + 20) return before;
  const ahead = last + Math.max(10, last * 0.1);
  const unit = niceStep(ahead / 40);
  const end = Math.ceil(ahead / unit) * unit;
  return planned !== undefined && planned >= last ? Math.min(end, planned) : end;
}
