/**
 * Random changes to training images, so that a model meets each one in many poses: flip, rotation, zoom and
 * shift in one affine pass, and the way from 8-bit pixels to floats. Knows no files and no threads.
 */
import { Random } from '../random.js';
import type { PixelShape } from './decode-image.js';

/**
 * How far training images are changed at random, anew in every epoch. Validation images stay as they are.
 *
 * ```ts
 * augment: { horizontalFlip: true, rotation: 0.1, zoom: 0.15, shift: 0.1 }
 * ```
 */
export interface Augmentation {
  /** Mirror every second image, left for right. */
  readonly horizontalFlip?: boolean;
  /** Turn by up to this much either way, in turns: `0.1` is ±36°. */
  readonly rotation?: number;
  /** Enlarge or reduce by up to this share: `0.15` is 85 % to 115 %. */
  readonly zoom?: number;
  /** Move by up to this share of width and height, either way. */
  readonly shift?: number;
}

/** From a place in the result to the place in the source: x' = a·x + b·y + c, y' = d·x + e·y + f. */
export interface Affine {
  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly d: number;
  readonly e: number;
  readonly f: number;
}

/** What one image gets in one epoch: follows from the numbers alone. `undefined`: nothing is changed. */
export function drawAffine(
  augmentation: Augmentation | undefined,
  { width, height }: PixelShape,
  seed: number,
  epoch: number,
  example: number,
): Affine | undefined {
  if (!augmentation) return undefined;
  const { horizontalFlip = false, rotation = 0, zoom = 0, shift = 0 } = augmentation;
  if (!horizontalFlip && rotation === 0 && zoom === 0 && shift === 0) return undefined;
  const random = new Random(seed, epoch, example, augmentationDraws);
  // Every draw is made whether it is used or not: switching one kind off leaves the others as they were.
  const flip = random.chance(0.5) && horizontalFlip ? -1 : 1;
  const angle = random.between(-rotation, rotation) * 2 * Math.PI;
  const scale = 1 / (1 + random.between(-zoom, zoom));
  const shiftX = random.between(-shift, shift) * width;
  const shiftY = random.between(-shift, shift) * height;
  const centreX = (width - 1) / 2;
  const centreY = (height - 1) / 2;
  const cos = Math.cos(angle) * scale;
  const sin = Math.sin(angle) * scale;
  const [a, b, d, e] = [flip * cos, flip * sin, -sin, cos];
  return {
    a,
    b,
    c: centreX - a * (centreX + shiftX) - b * (centreY + shiftY),
    d,
    e,
    f: centreY - d * (centreX + shiftX) - e * (centreY + shiftY),
  };
}

/** Tells these draws from others that follow from the same seed, epoch and example. */
const augmentationDraws = 1;

/** Pixels 0…255 as floats 0…1 into `target` from `at`. */
export function copyPixels(source: Uint8Array, target: Float32Array, at: number): void {
  for (let index = 0; index < source.length; index++) target[at + index] = source[index]! / 255;
}

/**
 * The image as `affine` maps it, into `target` from `at`: bilinear between pixels, and beyond its edge the
 * nearest pixel of the edge.
 */
export function warpPixels(
  source: Uint8Array,
  { width, height, channels }: PixelShape,
  { a, b, c, d, e, f }: Affine,
  target: Float32Array,
  at: number,
): void {
  const right = width - 1;
  const bottom = height - 1;
  const rowBytes = width * channels;
  let to = at;
  for (let y = 0; y < height; y++) {
    const rowX = b * y + c;
    const rowY = e * y + f;
    for (let x = 0; x < width; x++) {
      let fromX = a * x + rowX;
      let fromY = d * x + rowY;
      fromX = fromX < 0 ? 0 : fromX > right ? right : fromX;
      fromY = fromY < 0 ? 0 : fromY > bottom ? bottom : fromY;
      const x0 = fromX | 0;
      const y0 = fromY | 0;
      const shareX = fromX - x0;
      const shareY = fromY - y0;
      const topLeft = y0 * rowBytes + x0 * channels;
      const topRight = x0 < right ? topLeft + channels : topLeft;
      const down = y0 < bottom ? rowBytes : 0;
      const weight11 = shareX * shareY;
      const weight01 = (shareX - weight11) / 255;
      const weight10 = (shareY - weight11) / 255;
      const weight00 = (1 - shareX - shareY + weight11) / 255;
      const last = weight11 / 255;
      for (let channel = 0; channel < channels; channel++) {
        target[to++] =
          source[topLeft + channel]! * weight00 +
          source[topRight + channel]! * weight01 +
          source[topLeft + down + channel]! * weight10 +
          source[topRight + down + channel]! * last;
      }
    }
  }
}
