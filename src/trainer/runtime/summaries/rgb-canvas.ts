/** A white sheet of three bytes a pixel: tiles, rectangles and labels. Knows not what they mean. */
import type { EncodedImage } from '../../../shared/events/summary-encoders.js';
import { letterOf } from './letters.js';
import { encodePng } from './png.js';

export type Rgb = readonly [red: number, green: number, blue: number];

/** Pixels of one size, three bytes each, one picture after the other. */
export interface Tiles {
  readonly count: number;
  readonly width: number;
  readonly height: number;
  readonly rgb: Uint8Array;
}

const PAPER = 0xff;

export class RgbCanvas {
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

  fill(x: number, y: number, width: number, height: number, colour: Rgb): void {
    for (let row = Math.max(0, y); row < Math.min(this.height, y + height); row++) {
      for (let column = Math.max(0, x); column < Math.min(this.width, x + width); column++)
        this.rgb.set(colour, (row * this.width + column) * 3);
    }
  }

  /** A border of `thick` pixels, within the rectangle. */
  frame(x: number, y: number, width: number, height: number, thick: number, colour: Rgb): void {
    this.fill(x, y, width, thick, colour);
    this.fill(x, y + height - thick, width, thick, colour);
    this.fill(x, y, thick, height, colour);
    this.fill(x + width - thick, y, thick, height, colour);
  }

  /** Standing on `y`; what does not fit onto the sheet is cut off. */
  write(x: number, y: number, words: string, colour: Rgb, anchor: 'start' | 'middle' | 'end' = 'start'): void {
    const letters = [...words.replace(/\p{Cc}/gu, ' ')].map(letterOf);
    const length = letters.reduce((sum, { width }) => sum + width, 0);
    let left = Math.round(x - (anchor === 'middle' ? length / 2 : anchor === 'end' ? length : 0));
    for (const { width, height, baseline, coverage } of letters) {
      for (let index = 0; index < width * height; index++) {
        const share = coverage[index]! / 255;
        const column = left + (index % width);
        const row = Math.round(y) - baseline + Math.floor(index / width);
        if (share === 0 || column < 0 || column >= this.width || row < 0 || row >= this.height) continue;
        const at = (row * this.width + column) * 3;
        for (let channel = 0; channel < 3; channel++)
          this.rgb[at + channel] = Math.round(this.rgb[at + channel]! * (1 - share) + colour[channel]! * share);
      }
      left += width;
    }
  }

  encode(): EncodedImage {
    const { width, height } = this;
    return { width, height, png: encodePng(width, height, this.rgb) };
  }
}
