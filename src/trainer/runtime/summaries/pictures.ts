/**
 * Pictures for summaries: many small ones side by side, predictions with their labels, a confusion matrix.
 * Colours and places are decided here; encoding is sharp's. Knows no tensors beyond their values.
 */
import type { EncodedImage } from '../../../shared/events/summary-encoders.js';
import type { LookedAtBatch } from '../look-batch.js';

/** Pixels of one size, three bytes each, one picture after the other. */
interface Tiles {
  readonly count: number;
  readonly width: number;
  readonly height: number;
  readonly rgb: Uint8Array;
}

const GAP = 2;
const PAPER = 0xff;
const INK = '#1f2328';

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
export async function tileSheet(tiles: Tiles, least = 32): Promise<EncodedImage> {
  const zoom = Math.max(1, Math.ceil(least / Math.max(tiles.width, tiles.height)));
  const columns = columnsFor(tiles.count);
  const canvas = new Canvas(
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
export async function predictionSheet(batch: LookedAtBatch, most = 16): Promise<EncodedImage | undefined> {
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
  const canvas = new Canvas(columns * cellWidth + gap, Math.ceil(count / columns) * cellHeight + gap);
  const labels: string[] = [];
  for (let index = 0; index < count; index++) {
    const x = gap + (index % columns) * cellWidth;
    const y = gap + Math.floor(index / columns) * cellHeight;
    canvas.draw({ count, width, height, rgb }, index, x, y, zoom);
    const predicted = predictedLabels?.[index];
    const truth = trueLabels?.[index];
    const colour = predicted === undefined || truth === undefined ? INK : predicted === truth ? '#1a7f37' : '#cf222e';
    labels.push(
      `<rect x="${x - 1}" y="${y - 1}" width="${width * zoom + 2}" height="${height * zoom + 2}" fill="none" stroke="${colour}" stroke-width="2"/>`,
    );
    const sure = confidence?.[index];
    const first =
      predicted === undefined
        ? truth
        : `${predicted}${sure === undefined || !Number.isFinite(sure) ? '' : ` ${Math.round(sure * 100)} %`}`;
    const bottom = y + height * zoom;
    if (first !== undefined) labels.push(text(x, bottom + 14, clip(first, width * zoom), colour));
    if (predicted !== undefined && truth !== undefined && predicted !== truth)
      labels.push(text(x, bottom + 28, clip(`is ${truth}`, width * zoom), INK));
  }
  return canvas.encode(labels.join(''));
}

/** Rows are true classes, columns predicted ones; a cell is as dark as its share of its row. */
export async function confusionPicture(counts: Float32Array, names: readonly string[]): Promise<EncodedImage> {
  const classes = names.length;
  const cell = Math.max(14, Math.min(64, Math.floor(520 / classes)));
  const left = 110;
  const top = 40;
  const size = cell * classes;
  const canvas = new Canvas(left + size + 12, top + size + 40);
  const shapes: string[] = [
    text(left + size / 2, 16, 'predicted', '#59636e', 'middle'),
    text(12, 30, 'true', '#59636e'),
  ];
  const short = (name: string, pixels: number): string => clip(name, pixels);
  for (let row = 0; row < classes; row++) {
    let sum = 0;
    for (let column = 0; column < classes; column++) sum += counts[row * classes + column]!;
    if (cell >= 12)
      shapes.push(text(left - 6, top + row * cell + cell / 2 + 4, short(names[row]!, left - 16), INK, 'end'));
    for (let column = 0; column < classes; column++) {
      const count = counts[row * classes + column]!;
      const share = sum === 0 ? 0 : count / sum;
      const colour = mixed([255, 255, 255], row === column ? [9, 105, 218] : [207, 34, 46], share);
      const [x, y] = [left + column * cell, top + row * cell];
      shapes.push(
        `<rect x="${x}" y="${y}" width="${cell - 1}" height="${cell - 1}" fill="${colour}" stroke="#d1d9e0" stroke-width="0.5"/>`,
      );
      if (cell >= 24 && count > 0)
        shapes.push(text(x + cell / 2, y + cell / 2 + 4, String(count), share > 0.55 ? '#ffffff' : INK, 'middle'));
    }
  }
  for (let column = 0; column < classes && cell >= 24; column++) {
    const name = short(names[column]!, cell - 2);
    shapes.push(text(left + column * cell + cell / 2, top + size + 16, name, INK, 'middle'));
  }
  return canvas.encode(shapes.join(''));
}

function mixed(from: readonly number[], to: readonly number[], share: number): string {
  return `rgb(${from.map((value, index) => Math.round(value + (to[index]! - value) * share)).join(',')})`;
}

function columnsFor(count: number): number {
  return Math.max(1, Math.ceil(Math.sqrt(count)));
}

/** As much of a text as stands in so many pixels. */
function clip(words: string, pixels: number): string {
  const letters = Math.max(2, Math.floor(pixels / 6.6));
  return words.length <= letters ? words : `${words.slice(0, letters - 1)}…`;
}

function text(
  x: number,
  y: number,
  words: string,
  colour: string,
  anchor: 'start' | 'middle' | 'end' = 'start',
): string {
  const safe = words.replace(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`).replace(/\p{Cc}/gu, ' ');
  return `<text x="${x}" y="${y}" text-anchor="${anchor}" font-family="sans-serif" font-size="12" fill="${colour}">${safe}</text>`;
}

class Canvas {
  private readonly rgb: Uint8Array;

  constructor(
    private readonly width: number,
    private readonly height: number,
  ) {
    this.rgb = new Uint8Array(width * height * 3).fill(PAPER);
  }

  /** Each pixel becomes a square of `zoom`. */
  draw(tiles: Tiles, tile: number, x: number, y: number, zoom: number): void {
    const { width, height, rgb } = tiles;
    const start = tile * width * height * 3;
    for (let row = 0; row < height * zoom; row++) {
      const from = start + Math.floor(row / zoom) * width * 3;
      let to = ((y + row) * this.width + x) * 3;
      for (let column = 0; column < width * zoom; column++) {
        const pixel = from + Math.floor(column / zoom) * 3;
        this.rgb[to++] = rgb[pixel]!;
        this.rgb[to++] = rgb[pixel + 1]!;
        this.rgb[to++] = rgb[pixel + 2]!;
      }
    }
  }

  /** With shapes of SVG over it. */
  async encode(shapes = ''): Promise<EncodedImage> {
    const { width, height } = this;
    // Loaded where there is a picture to make.
    const { default: sharp } = await import('sharp');
    sharp.concurrency(1);
    let image = sharp(this.rgb, { raw: { width, height, channels: 3 } });
    if (shapes !== '') {
      const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${shapes}</svg>`;
      image = image.composite([{ input: Buffer.from(svg), left: 0, top: 0 }]);
    }
    const png = await image.removeAlpha().png({ compressionLevel: 6 }).toBuffer();
    return { width, height, png };
  }
}
