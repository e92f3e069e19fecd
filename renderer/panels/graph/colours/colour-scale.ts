/**
 * A ramp of colours for numbers: linear from zero, by orders of magnitude where they spread over more than a
 * hundredfold. Lightness alone tells the order, for those who see no hues. Pure: names variables of the theme.
 */

export interface Scale {
  readonly isLogarithmic: boolean;
  /** From the least to the most: for a gradient. */
  readonly colours: readonly string[];
  /** `at`: 0 to 1 along it. */
  readonly ticks: readonly { readonly at: number; readonly text: string }[];
  colourOf(value: number): string;
}

/** Of what has no number. */
export const noColour = 'var(--ramp-none)';

/** Few enough that whoever draws them can keep each ready. */
const LEVELS = 32;
const WIDE = 100;

const levels = Array.from({ length: LEVELS + 1 }, (_, level) => {
  const share = level / LEVELS;
  const percent = Math.round((share < 0.5 ? share : share - 0.5) * 200);
  return share < 0.5
    ? `color-mix(in srgb, var(--ramp-middle) ${percent}%, var(--ramp-low))`
    : `color-mix(in srgb, var(--ramp-high) ${percent}%, var(--ramp-middle))`;
});
const onScale: ReadonlySet<string> = new Set(levels);

/**
 * How much of its colour fills an item, 0 to 1: names are told apart by little, places on a scale by more; the
 * text on it stays readable.
 */
export function fillShare(colour: string): number {
  return onScale.has(colour) ? 0.42 : 0.2;
}

/** `most`: the end of the ramp where it is the same for all, as of shares. What is not finite is passed over. */
export function colourScale(
  values: readonly (number | undefined)[],
  text: (value: number) => string,
  most?: number,
): Scale {
  let [least, largest] = [Infinity, 0];
  for (const value of values) {
    if (value === undefined || !Number.isFinite(value) || value <= 0) continue;
    least = Math.min(least, value);
    largest = Math.max(largest, value);
  }
  const end = most ?? largest;
  const isLogarithmic = most === undefined && least > 0 && largest / least > WIDE;
  const width = Math.log(largest / least);
  const placeOf = (value: number): number => {
    if (!(value > 0) || end === 0) return 0;
    const at = isLogarithmic ? Math.log(value / least) / width : value / end;
    return Math.min(1, Math.max(0, at));
  };
  const stops = [0, 0.25, 0.5, 0.75, 1];
  const valueAt = (at: number): number => (isLogarithmic ? least * Math.exp(at * width) : at * end);
  return {
    isLogarithmic,
    colours: stops.map((at) => levels[Math.round(at * LEVELS)]!),
    ticks: (end === 0 ? [0] : isLogarithmic ? stops : [0, 0.5, 1]).map((at) => ({ at, text: text(valueAt(at)) })),
    colourOf: (value) => levels[Math.round(placeOf(value) * LEVELS)]!,
  };
}
