/**
 * A page of pictures, coloured, as one canvas that parts are copied from: pixels never become elements.
 * Colouring is done once a page and range of colours.
 */
import type { PicturePage } from '../../state/tensor-reading.js';
import { colourTable, notFiniteColour, pixelOf, type Scheme, type Theme } from './colour-scale.js';

export interface PictureSheet {
  readonly canvas: HTMLCanvasElement;
  /** Left upper corner of the n-th picture of the page. */
  at(index: number): { readonly x: number; readonly y: number };
}

interface Made {
  readonly sheet: PictureSheet;
  readonly colours: string;
}

const made = new WeakMap<PicturePage, Made>();

export function sheetOf(page: PicturePage, scheme: Scheme, theme: Theme): PictureSheet {
  const colours = `${scheme} ${theme}`;
  const known = made.get(page);
  if (known?.colours === colours) return known.sheet;
  const across = Math.max(1, Math.ceil(Math.sqrt(page.count)));
  const canvas = document.createElement('canvas');
  canvas.width = across * page.width;
  canvas.height = Math.ceil(page.count / across) * page.height;
  const at = (index: number) => ({ x: (index % across) * page.width, y: Math.floor(index / across) * page.height });
  const context = canvas.getContext('2d');
  if (context && canvas.width > 0 && canvas.height > 0) {
    const image = context.createImageData(canvas.width, canvas.height);
    paint(page, new Uint32Array(image.data.buffer), canvas.width, at, scheme, theme);
    context.putImageData(image, 0, 0);
  }
  const sheet: PictureSheet = { canvas, at };
  made.set(page, { sheet, colours });
  return sheet;
}

/** Writes the pictures of a page into a sheet's pixels. */
export function paint(
  page: PicturePage,
  out: Uint32Array,
  stride: number,
  at: (index: number) => { readonly x: number; readonly y: number },
  scheme: Scheme,
  theme: Theme,
): void {
  const { width, height, channels, pixels, ranges, notFiniteRuns } = page;
  const size = width * height;
  let range: unknown;
  let table: Uint32Array = new Uint32Array(256);
  for (let index = 0; index < page.count; index++) {
    const own = ranges[index] ?? { min: 0, max: 255 };
    const key = `${own.min} ${own.max}`;
    if (channels === 1 && key !== range) {
      table = colourTable(own, scheme, theme);
      range = key;
    }
    const { x, y } = at(index);
    for (let row = 0; row < height; row++) {
      let to = (y + row) * stride + x;
      let from = (index * size + row * width) * channels;
      if (channels === 1) {
        for (const end = from + width; from < end;) out[to++] = table[pixels[from++]!]!;
      } else {
        for (const end = from + width * 3; from < end; from += 3) {
          out[to++] = ((255 << 24) | (pixels[from + 2]! << 16) | (pixels[from + 1]! << 8) | pixels[from]!) >>> 0;
        }
      }
    }
  }
  const loud = pixelOf(notFiniteColour);
  for (let run = 0; run < notFiniteRuns.length; run += 2) {
    const [from, length] = [notFiniteRuns[run]!, notFiniteRuns[run + 1]!];
    const last = Math.floor((from + length - 1) / channels);
    for (let pixel = Math.floor(from / channels); pixel <= last; pixel++) {
      const { x, y } = at(Math.floor(pixel / size));
      const within = pixel % size;
      out[(y + Math.floor(within / width)) * stride + x + (within % width)] = loud;
    }
  }
}

/** The flat index of the value behind a pixel; of a pixel that stands for several, the first. */
export function flatAt(
  { source, width, height, first }: PicturePage,
  picture: number,
  x: number,
  y: number,
  channel = 0,
): number {
  const column = Math.min(source.width - 1, Math.floor((x * source.width) / width));
  const row = Math.min(source.height - 1, Math.floor((y * source.height) / height));
  return (source.starts[picture - first] ?? 0) + row * source.row + column * source.column + channel * source.channel;
}
