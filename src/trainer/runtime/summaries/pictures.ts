/**
 * Pictures for summaries: many small ones side by side, predictions with their labels, a confusion matrix.
 * Colours and places are decided here. Knows no tensors beyond their values.
 */
import type { EncodedImage } from '../../../shared/events/summary-encoders.js';
import type { LookedAtBatch } from '../look-batch.js';
import { RgbCanvas, type Rgb, type Tiles } from './rgb-canvas.js';

const GAP = 2;
const INK: Rgb = [0x1f, 0x23, 0x28];
const DIM: Rgb = [0x59, 0x63, 0x6e];
const LINE: Rgb = [0xd1, 0xd9, 0xe0];
const RIGHT: Rgb = [0x1a, 0x7f, 0x37];
const WRONG: Rgb = [0xcf, 0x22, 0x2e];
const WHITE: Rgb = [255, 255, 255];

/** First-layer filters: a kernel of [height, width, in, out] as a tile for each output, on one scale. */
export function filterTiles(shape: readonly number[], values: Float32Array, most = 64): Tiles | undefined {
  const [height = 0, width = 0, inner = 0, outer = 0] = shape;
  if (shape.length !== 4 || values.length === 0) return undefined;
  // A depthwise kernel has its pictures in both of its last dimensions.
  const count = Math.min(outer, most);
  const toByte = scaleOf(values);
  const rgb = new Uint8Array(count * height * width * 3);
  let to = 0;
  for (let tile = 0; tile < count; tile++) {
    for (let pixel = 0; pixel < height * width; pixel++) {
      const from = pixel * inner * outer + tile;
      if (inner === 3) {
        for (let channel = 0; channel < 3; channel++) rgb[to++] = toByte(values[from + channel * outer]!);
        continue;
      }
      let sum = 0;
      for (let channel = 0; channel < inner; channel++) sum += values[from + channel * outer]!;
      const grey = toByte(sum / inner);
      rgb[to++] = rgb[to++] = rgb[to++] = grey;
    }
  }
  return { count, width, height, rgb };
}

/** The maps of one example: [height, width, channels], on one scale. */
export function mapTiles(shape: readonly number[], values: Float32Array, most = 64): Tiles | undefined {
  const [height = 0, width = 0, channels = 0] = shape;
  if (shape.length !== 3 || values.length === 0) return undefined;
  const count = Math.min(channels, most);
  const toByte = scaleOf(values);
  const rgb = new Uint8Array(count * height * width * 3);
  let to = 0;
  for (let tile = 0; tile < count; tile++) {
    for (let pixel = 0; pixel < height * width; pixel++) {
      const grey = toByte(values[pixel * channels + tile]!);
      rgb[to++] = rgb[to++] = rgb[to++] = grey;
    }
  }
  return { count, width, height, rgb };
}

function scaleOf(values: Float32Array): (value: number) => number {
  let min = Infinity;
  let max = -Infinity;
  for (let index = 0; index < values.length; index++) {
    const value = values[index]!;
    if (value < min && value > -Infinity) min = value;
    if (value > max && value < Infinity) max = value;
  }
  const scale = max > min ? 255 / (max - min) : 0;
  return (value) => Math.max(0, Math.min(255, Math.round((value - min) * scale)));
}

/** Side by side in about a square, each at least `least` pixels wide. */
export function tileSheet(tiles: Tiles, least = 32): EncodedImage {
  const zoom = Math.max(1, Math.ceil(least / Math.max(tiles.width, tiles.height)));
  const columns = columnsFor(tiles.count);
  const canvas = new RgbCanvas(
    columns * (tiles.width * zoom + GAP) + GAP,
    Math.ceil(tiles.count / columns) * (tiles.height * zoom + GAP) + GAP,
  );
  for (let tile = 0; tile < tiles.count; tile++) {
    const x = GAP + (tile % columns) * (tiles.width * zoom + GAP);
    const y = GAP + Math.floor(tile / columns) * (tiles.height * zoom + GAP);
    canvas.draw(tiles, tile, x, y, zoom);
  }
  return canvas.encode();
}

const LABEL_HEIGHT = 34;

/** Examples with what they are and what they are taken for: green where that is right. */
export function predictionSheet(batch: LookedAtBatch, most = 16): EncodedImage | undefined {
  const { images, trueLabels, predictedLabels, confidence } = batch;
  if (!images) return undefined;
  const { width, height } = images;
  const rgba = Buffer.from(images.rgba, 'base64');
  const count = Math.min(images.count, most);
  const rgb = new Uint8Array(count * width * height * 3);
  for (let pixel = 0; pixel < count * width * height; pixel++) {
    for (let channel = 0; channel < 3; channel++) rgb[pixel * 3 + channel] = rgba[pixel * 4 + channel]!;
  }
  const zoom = Math.max(1, Math.ceil(72 / Math.max(width, height)));
  const columns = columnsFor(count);
  const gap = 6;
  const cellWidth = width * zoom + gap;
  const cellHeight = height * zoom + LABEL_HEIGHT + gap;
  const canvas = new RgbCanvas(columns * cellWidth + gap, Math.ceil(count / columns) * cellHeight + gap);
  for (let index = 0; index < count; index++) {
    const x = gap + (index % columns) * cellWidth;
    const y = gap + Math.floor(index / columns) * cellHeight;
    canvas.draw({ count, width, height, rgb }, index, x, y, zoom);
    const predicted = predictedLabels?.[index];
    const truth = trueLabels?.[index];
    const colour = predicted === undefined || truth === undefined ? INK : predicted === truth ? RIGHT : WRONG;
    canvas.frame(x - 2, y - 2, width * zoom + 4, height * zoom + 4, 2, colour);
    const sure = confidence?.[index];
    const first =
      predicted === undefined
        ? truth
        : `${predicted}${sure === undefined || !Number.isFinite(sure) ? '' : ` ${Math.round(sure * 100)} %`}`;
    const bottom = y + height * zoom;
    if (first !== undefined) canvas.write(x, bottom + 14, clip(first, width * zoom), colour);
    if (predicted !== undefined && truth !== undefined && predicted !== truth)
      canvas.write(x, bottom + 28, clip(`is ${truth}`, width * zoom), INK);
  }
  return canvas.encode();
}

/** Rows are true classes, columns predicted ones; a cell is as dark as its share of its row. */
export function confusionPicture(counts: Float32Array, names: readonly string[]): EncodedImage {
  const classes = names.length;
  const cell = Math.max(14, Math.min(64, Math.floor(520 / classes)));
  const left = 110;
  const top = 40;
  const size = cell * classes;
  const canvas = new RgbCanvas(left + size + 12, top + size + 40);
  canvas.write(left + size / 2, 16, 'predicted', DIM, 'middle');
  canvas.write(12, 30, 'true', DIM);
  for (let row = 0; row < classes; row++) {
    let sum = 0;
    for (let column = 0; column < classes; column++) sum += counts[row * classes + column]!;
    canvas.write(left - 6, top + row * cell + cell / 2 + 4, clip(names[row]!, left - 16), INK, 'end');
    for (let column = 0; column < classes; column++) {
      const count = counts[row * classes + column]!;
      const share = sum === 0 ? 0 : count / sum;
      const colour = mixed(WHITE, row === column ? [9, 105, 218] : [207, 34, 46], share);
      const [x, y] = [left + column * cell, top + row * cell];
      canvas.fill(x, y, cell - 1, cell - 1, colour);
      canvas.frame(x, y, cell - 1, cell - 1, 1, LINE);
      if (cell >= 24 && count > 0)
        canvas.write(x + cell / 2, y + cell / 2 + 4, String(count), share > 0.55 ? WHITE : INK, 'middle');
    }
  }
  for (let column = 0; column < classes && cell >= 24; column++) {
    const name = clip(names[column]!, cell - 2);
    canvas.write(left + column * cell + cell / 2, top + size + 16, name, INK, 'middle');
  }
  return canvas.encode();
}

function mixed(from: Rgb, to: Rgb, share: number): Rgb {
  const at = (channel: 0 | 1 | 2): number => Math.round(from[channel] + (to[channel] - from[channel]) * share);
  return [at(0), at(1), at(2)];
}

function columnsFor(count: number): number {
  return Math.max(1, Math.ceil(Math.sqrt(count)));
}

/** As much of a text as stands in so many pixels. */
function clip(words: string, pixels: number): string {
  const letters = Math.max(2, Math.floor(pixels / 6.6));
  return words.length <= letters ? words : `${words.slice(0, letters - 1)}…`;
}
