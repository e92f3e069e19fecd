/**
 * Pictures of a tensor's values as bytes, on a scale of all pictures or each on its own; larger ones made
 * smaller by the means of blocks. Not-finite values are told apart. Knows typed arrays only.
 */
import { extremesAmong, extremesOf, type Extremes } from './find-value.js';
import { pictureLayout, type PictureLayout, type PictureView } from './picture-layout.js';
import type { NumericValues, TensorSource } from './tensor-source.js';

export interface PictureWish {
  readonly view: PictureView;
  readonly example: number;
  readonly first: number;
  readonly count: number;
  readonly maxSide: number;
  readonly scale: 'all' | 'each';
}

export interface Pictures {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
  readonly total: number;
  readonly first: number;
  readonly ranges: readonly Extremes[];
  readonly titles?: readonly string[];
  readonly source: Omit<Steps, 'channels'> & {
    readonly starts: readonly number[];
  };
  readonly pixels: Uint8Array<ArrayBuffer>;
  /** Places and lengths of the runs of bytes that stand for not-finite values. */
  readonly notFiniteRuns: readonly number[];
}

type Steps = Pick<PictureLayout, 'width' | 'height' | 'channels' | 'row' | 'column' | 'channel'>;

/** Of one answer, with a place in it for not-finite runs: base64 makes a third more of it. */
const MOST_BYTES = 2_800_000;
/** About what a number of a run takes in the answer. */
const BYTES_A_NUMBER = 6;

/**
 * As many of the wished pictures as one answer takes, one at least where there is one.
 * @throws Error in words where the tensor cannot be shown so
 */
export function picturesOf(source: TensorSource, wish: PictureWish): Pictures {
  const layout = pictureLayout(source.shape, wish.view, wish.example);
  // Feature maps and filters are of one example; all others are counted over all there are.
  const offset = wish.view === 'images' || wish.view === 'matrix' ? wish.example : 0;
  const first = wish.first + offset;
  const size = shownSize(layout, wish.maxSide);
  const bytes = size.width * size.height * layout.channels;
  const room = bytes === 0 ? 0 : Math.max(1, Math.floor(MOST_BYTES / bytes));
  const reach = reachOf(layout);
  // Nor are more values read for one answer than are worth waiting for.
  const worth = Math.max(1, Math.floor(MOST_VALUES / reach) * (isInterleaved(layout) ? layout.total : 1));
  const count = layout.length === 0 ? 0 : Math.max(0, Math.min(wish.count, layout.total - first, room, worth));
  const pixels = new Uint8Array(count * bytes);
  const runs = new Runs();
  const ranges: Extremes[] = [];
  const starts = Array.from({ length: count }, (_, at) => layout.start(first + at));
  if (count > 0) {
    const shared = wish.scale === 'all' ? sharedRange(source, layout, wish.view) : undefined;
    // In one go, for reading is a copy on some backends.
    const begin = Math.min(...starts);
    const region = source.range(begin, Math.max(...starts) + reach - begin);
    const spans = pixelSpans(layout, size);
    for (let at = 0; at < count; at++) {
      if (at > 0 && (at + 1) * bytes + runs.pairs.length * BYTES_A_NUMBER > MOST_BYTES + bytes) {
        starts.length = at;
        break;
      }
      const values = region.subarray(starts[at]! - begin, starts[at]! - begin + reach);
      const range = shared ?? rangeOf(extremesOfPicture(values, layout), wish.view);
      paint({
        values,
        layout,
        spans,
        range,
        pixels: pixels.subarray(at * bytes, (at + 1) * bytes),
        at: at * bytes,
        runs,
      });
      ranges.push(range);
    }
  }
  const { width, height, row, column, channel, title } = layout;
  return {
    ...size,
    channels: layout.channels,
    total: layout.length === 0 ? 0 : layout.total,
    first,
    ranges,
    ...(title ? { titles: starts.map((_, at) => title(first + at)) } : {}),
    source: { width, height, row, column, channel, starts },
    pixels: pixels.subarray(0, starts.length * bytes),
    notFiniteRuns: runs.pairs,
  };
}

/** Whether other pictures' values lie between those of one. */
function isInterleaved({ width, height, channels, row, column, channel }: PictureLayout): boolean {
  return reachOf({ width, height, channels, row, column, channel }) > width * height * channels;
}

/** From a picture's first value to behind its last one; other pictures' values may lie between. */
function reachOf({ width, height, channels, row, column, channel }: Steps): number {
  return (height - 1) * row + (width - 1) * column + (channels - 1) * channel + 1;
}

function shownSize(layout: PictureLayout, maxSide: number): { readonly width: number; readonly height: number } {
  const { width, height, channels } = layout;
  // A picture that is too much for one answer alone is made smaller, too.
  const most = Math.min(maxSide, Math.floor(Math.sqrt(MOST_BYTES / channels)));
  if (!layout.keepsShape) return { width: Math.min(width, most), height: Math.min(height, most) };
  const shrink = Math.min(1, most / Math.max(width, height));
  const side = (length: number): number => Math.min(length, Math.max(1, Math.round(length * shrink)));
  return { width: side(width), height: side(height) };
}

const MOST_VALUES = 1 << 25;

function sharedRange(source: TensorSource, layout: PictureLayout, view: PictureView): Extremes {
  const { from, length } = layout;
  // Beyond that, going over all would take longer than the pictures: the first values tell what there is.
  return rangeOf(extremesOf(source, from, from + Math.min(length, MOST_VALUES)), view);
}

const NEAR = 0.001;

/** Images in the ranges that pixels are usually given in; all else by its extremes. */
function rangeOf({ min, max }: Extremes, view: PictureView): Extremes {
  if (!(min <= max)) return { min: 0, max: 0 };
  if (view !== 'images') return { min, max };
  if (min >= 0 && max <= 1 + NEAR) return { min: 0, max: 1 };
  if (min >= -1 - NEAR && max <= 1 + NEAR) return { min: -1, max: 1 };
  if (min >= 0 && max <= 255 + NEAR) return { min: 0, max: 255 };
  return { min, max };
}

function extremesOfPicture(values: NumericValues, layout: PictureLayout): Extremes {
  const { width, height, channels, row, column, channel } = layout;
  if (values.length === width * height * channels) return extremesAmong(values);
  let [min, max] = [Infinity, -Infinity];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let c = 0; c < channels; c++) {
        const value = values[y * row + x * column + c * channel]!;
        if (value - value !== 0) continue;
        if (value < min) min = value;
        if (value > max) max = value;
      }
    }
  }
  return { min, max };
}

/** Of the tensor's rows and columns that each row and column of the picture stands for. */
interface Spans {
  readonly rows: readonly Span[];
  readonly columns: readonly Span[];
  /** Each pixel stands for one value. */
  readonly single: boolean;
}
interface Span {
  readonly from: number;
  readonly to: number;
}

function pixelSpans(layout: PictureLayout, size: { readonly width: number; readonly height: number }): Spans {
  const spans = (small: number, large: number): Span[] =>
    Array.from({ length: small }, (_, at) => {
      const from = Math.floor((at * large) / small);
      return { from, to: Math.max(from + 1, Math.floor(((at + 1) * large) / small)) };
    });
  return {
    rows: spans(size.height, layout.height),
    columns: spans(size.width, layout.width),
    single: size.height === layout.height && size.width === layout.width,
  };
}

interface Painting {
  readonly values: NumericValues;
  readonly layout: PictureLayout;
  readonly spans: Spans;
  readonly range: Extremes;
  readonly pixels: Uint8Array;
  /** Where these bytes are among all. */
  readonly at: number;
  readonly runs: Runs;
}

function paint(painting: Painting): void {
  if (painting.spans.single) paintValues(painting);
  else paintBlocks(painting);
}

function paintValues({ values, layout, range, pixels, at, runs }: Painting): void {
  const { width, height, channels, row, column, channel } = layout;
  const { scale, offset } = toBytes(range);
  let to = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let from = y * row + x * column;
      for (let c = 0; c < channels; c++, from += channel) {
        const value = values[from]!;
        // Rounded, and held within a byte.
        const byte = value * scale + offset;
        if (value - value !== 0) runs.add(at + to);
        pixels[to++] = byte > 255 ? 255 : byte > 0 ? byte : 0;
      }
    }
  }
}

function paintBlocks({ values, layout, spans, range, pixels, at, runs }: Painting): void {
  const { channels, row, column, channel } = layout;
  const { scale, offset } = toBytes(range);
  let to = 0;
  for (const { from: top, to: bottom } of spans.rows) {
    for (const { from: left, to: right } of spans.columns) {
      for (let c = 0; c < channels; c++) {
        let [sum, count] = [0, 0];
        for (let y = top; y < bottom; y++) {
          let from = y * row + left * column + c * channel;
          for (let x = left; x < right; x++, from += column) {
            const value = values[from]!;
            if (value - value !== 0) continue;
            sum += value;
            count++;
          }
        }
        // One that is not finite is to be seen, however many finite ones are around it.
        if (count < (bottom - top) * (right - left)) runs.add(at + to);
        const byte = count === 0 ? 0 : (sum / count) * scale + offset;
        pixels[to++] = byte > 255 ? 255 : byte > 0 ? byte : 0;
      }
    }
  }
}

/** A lone value is in the middle. Storing cuts off what is behind the point, so half is added. */
function toBytes({ min, max }: Extremes): { readonly scale: number; readonly offset: number } {
  const scale = 255 / (max - min);
  return max > min && Number.isFinite(scale) ? { scale, offset: 0.5 - min * scale } : { scale: 0, offset: 128 };
}

class Runs {
  readonly pairs: number[] = [];
  private end = -1;

  add(place: number): void {
    const { pairs } = this;
    if (place === this.end) pairs[pairs.length - 1]!++;
    else pairs.push(place, 1);
    this.end = place + 1;
  }
}
