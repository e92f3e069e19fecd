/**
 * From the bytes of an image file to 8-bit pixels of the wanted size: upright, on white, grey or colour.
 * Knows no folders, batches or threads.
 */
import sharp, { type Sharp } from 'sharp';
import { messageOf } from '../../../../shared/base/message-of.js';
import { decodeBitmap } from './bitmap.js';
import { detectFormat } from './image-header.js';

export interface PixelShape {
  readonly height: number;
  readonly width: number;
  readonly channels: 1 | 3;
}

export const pixelBytes = ({ height, width, channels }: PixelShape): number => height * width * channels;

// One image is one task: the pool of threads below is busy enough with many images at a time.
sharp.concurrency(1);
sharp.cache(false);

/**
 * Pixels row by row, channels last. The picture is stretched to the size, as Keras's `image_dataset_from_directory`
 * does; where it is larger, by averaging, so that thin lines stay.
 * @throws Error with the reason, in words that follow "because"
 */
export async function decodeImage(bytes: Uint8Array, shape: PixelShape): Promise<Uint8Array> {
  const { height, width } = shape;
  const format = detectFormat(bytes);
  if (!format) throw new Error('it is not a JPEG, PNG, WebP or BMP image');
  let image: Sharp;
  if (format === 'BMP') {
    const bitmap = decodeBitmap(bytes);
    image = sharp(bitmap.rgba, { raw: { width: bitmap.width, height: bitmap.height, channels: 4 } });
  } else {
    image = sharp(bytes, { failOn: 'warning', autoOrient: true });
  }
  return toPixels(image.resize({ width, height, fit: 'fill', kernel: 'linear', fastShrinkOnLoad: false }), shape);
}

/** An SVG document that says its own size; drawn by the same pipeline as files. */
export function drawPixels(svg: string, shape: PixelShape): Promise<Uint8Array> {
  return toPixels(sharp(Buffer.from(svg)), shape);
}

async function toPixels(image: Sharp, { height, width, channels }: PixelShape): Promise<Uint8Array> {
  const { data, info } = await image
    .flatten({ background: '#ffffff' })
    .toColourspace(channels === 1 ? 'b-w' : 'srgb')
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
  if (info.width !== width || info.height !== height) throw new Error('it could not be resized');
  return withChannels(data, info.channels, channels);
}

/** sharp gives what the file has where a conversion was not needed: one channel for some grey files, for example. */
function withChannels(data: Uint8Array, from: number, to: 1 | 3): Uint8Array {
  if (from === to) return data;
  const pixels = data.length / from;
  const result = new Uint8Array(pixels * to);
  for (let pixel = 0; pixel < pixels; pixel++) {
    for (let channel = 0; channel < to; channel++) {
      result[pixel * to + channel] = data[pixel * from + (from >= 3 ? channel : 0)]!;
    }
  }
  return result;
}

/** What the decoder says, in words that follow "because"; its own where there are no better ones. */
export function decodingReason(error: unknown): string {
  const text = messageOf(error);
  if (/premature end|truncat|unexpected end|end of (file|stream)|read error/i.test(text)) return 'it is cut short';
  if (/unable to parse|bad magic|not a known/i.test(text)) return 'it is damaged or cut short';
  const line = text.split('\n').find((part) => part.trim() !== '') ?? 'it could not be decoded';
  const plain = line
    .replace(/\b(VipsJpeg|vipspng|vips\w*|webp2vips|(png|jpeg|webp)load_buffer|Input buffer has corrupt header): /g, '')
    .trim();
  return /corrupt|invalid|crc|bad/i.test(plain) ? `it is damaged: ${plain}` : plain;
}
