/**
 * From a picture's bytes to colours. Values of one sign go from dark to bright; where signs mix, zero is the
 * quiet middle, negative values are blue and positive ones orange, equally strong at equal size. Pure.
 */

export interface Range {
  readonly min: number;
  readonly max: number;
}

export type Theme = 'dark' | 'light';
export type Scheme = 'values' | 'grey';

type Colour = readonly [red: number, green: number, blue: number];

/** Nothing else in a picture has this colour. */
export const notFiniteColour: Colour = [255, 0, 200];

const grey: readonly Colour[] = [
  [0, 0, 0],
  [255, 255, 255],
];

/** Viridis, of Matplotlib (CC0), at nine places. */
const rising: readonly Colour[] = [
  [68, 1, 84],
  [71, 44, 122],
  [59, 81, 139],
  [44, 113, 142],
  [33, 144, 141],
  [39, 173, 129],
  [92, 200, 99],
  [170, 220, 50],
  [253, 231, 37],
];

/** From −1 over 0 to 1. */
const signed: Readonly<Record<Theme, readonly Colour[]>> = {
  dark: [
    [150, 215, 255],
    [70, 150, 245],
    [35, 85, 160],
    [26, 40, 66],
    [24, 24, 26],
    [70, 40, 20],
    [170, 80, 25],
    [245, 140, 50],
    [255, 220, 150],
  ],
  light: [
    [8, 48, 107],
    [33, 102, 172],
    [88, 154, 205],
    [180, 211, 233],
    [247, 247, 247],
    [250, 210, 175],
    [233, 142, 80],
    [196, 84, 20],
    [112, 40, 2],
  ],
};

export function mixesSigns({ min, max }: Range): boolean {
  return min < 0 && max > 0;
}

/** The colour of a value in a range. */
export function colourOf(value: number, range: Range, scheme: Scheme, theme: Theme): Colour {
  if (!Number.isFinite(value)) return notFiniteColour;
  const { min, max } = range;
  if (scheme === 'values' && mixesSigns(range)) {
    return between(signed[theme], 0.5 + value / (2 * Math.max(-min, max)));
  }
  // Where all is alike, nothing stands out; least of all zeros.
  const share = max > min ? (value - min) / (max - min) : value === 0 ? 0 : 0.5;
  // Of values that are not positive, those farthest from zero stand out.
  return between(scheme === 'grey' ? grey : rising, scheme === 'values' && max <= 0 && min < 0 ? 1 - share : share);
}

/** Colours of the bytes 0 … 255 of a picture, as a canvas's 32-bit pixels (little-endian: alpha, blue, green, red). */
export function colourTable(range: Range, scheme: Scheme, theme: Theme): Uint32Array {
  return Uint32Array.from({ length: 256 }, (_, byte) =>
    pixelOf(colourOf(valueOfByte(byte, range), range, scheme, theme)),
  );
}

export function valueOfByte(byte: number, { min, max }: Range): number {
  return min + (byte / 255) * (max - min);
}

export function pixelOf([red, green, blue]: Colour): number {
  return ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0;
}

export function cssOf([red, green, blue]: Colour): string {
  return `rgb(${red} ${green} ${blue})`;
}

function between(stops: readonly Colour[], share: number): Colour {
  const at = Math.min(1, Math.max(0, share)) * (stops.length - 1);
  const low = Math.min(stops.length - 2, Math.floor(at));
  const [from, to] = [stops[low]!, stops[low + 1]!];
  const mix = (channel: 0 | 1 | 2) => Math.round(from[channel] + (to[channel] - from[channel]) * (at - low));
  return [mix(0), mix(1), mix(2)];
}
