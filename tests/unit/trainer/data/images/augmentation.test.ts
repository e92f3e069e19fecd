import { describe, expect, it } from 'vitest';
import { copyPixels, drawAffine, warpPixels } from '../../../../../src/trainer/runtime/data/images/augmentation.js';

const shape = { height: 9, width: 11, channels: 3 } as const;
const bytes = shape.height * shape.width * shape.channels;
const source = Uint8Array.from({ length: bytes }, (_, index) => (index * 37) % 256);
const identity = { a: 1, b: 0, c: 0, d: 0, e: 1, f: 0 };

const warped = (affine: typeof identity, from = source): Float32Array => {
  const target = new Float32Array(bytes);
  warpPixels(from, shape, affine, target, 0);
  return target;
};
const plain = (): Float32Array => {
  const target = new Float32Array(bytes);
  copyPixels(source, target, 0);
  return target;
};
const pixel = (image: Float32Array, x: number, y: number): number[] =>
  Array.from(image.subarray((y * shape.width + x) * 3, (y * shape.width + x) * 3 + 3));
const close = (one: readonly number[], other: readonly number[]): void => {
  one.forEach((value, index) => expect(value).toBeCloseTo(other[index]!, 5));
};

describe('warping', () => {
  it('without change is the picture itself, in 0…1', () => {
    close([...warped(identity)], [...plain()]);
    expect(Math.max(...plain())).toBeLessThanOrEqual(1);
  });

  it('mirrors', () => {
    const mirrored = warped({ ...identity, a: -1, c: shape.width - 1 });
    for (let x = 0; x < shape.width; x++) close(pixel(mirrored, x, 4), pixel(plain(), shape.width - 1 - x, 4));
  });

  it('shifts, and repeats the edge beyond the picture', () => {
    const shifted = warped({ ...identity, c: 2 });
    close(pixel(shifted, 0, 0), pixel(plain(), 2, 0));
    close(pixel(shifted, shape.width - 1, 3), pixel(plain(), shape.width - 1, 3));
    const far = warped({ ...identity, f: 1000 });
    close(pixel(far, 5, 0), pixel(plain(), 5, shape.height - 1));
  });

  it('mixes neighbours between pixels', () => {
    const between = warped({ ...identity, c: 0.5 });
    const [left, right] = [pixel(plain(), 3, 3), pixel(plain(), 4, 3)];
    close(
      pixel(between, 3, 3),
      left.map((value, channel) => (value + right[channel]!) / 2),
    );
  });

  it('leaves one colour one colour, whatever it does', () => {
    const even = new Uint8Array(bytes).fill(51);
    for (let example = 0; example < 50; example++) {
      const affine = drawAffine({ horizontalFlip: true, rotation: 0.5, zoom: 0.5, shift: 0.5 }, shape, 1, 1, example)!;
      for (const value of warped(affine, even)) expect(value).toBeCloseTo(0.2, 5);
    }
  });
});

describe('what an image gets', () => {
  it('follows from seed, epoch and example', () => {
    const all = { horizontalFlip: true, rotation: 0.1, zoom: 0.15, shift: 0.1 };
    const draw = (seed: number, epoch: number, example: number) => drawAffine(all, shape, seed, epoch, example);
    expect(draw(7, 1, 5)).toEqual(draw(7, 1, 5));
    expect(draw(7, 1, 5)).not.toEqual(draw(8, 1, 5));
    expect(draw(7, 1, 5)).not.toEqual(draw(7, 2, 5));
    expect(draw(7, 1, 5)).not.toEqual(draw(7, 1, 6));
  });

  it('is nothing where nothing is asked for', () => {
    expect(drawAffine(undefined, shape, 1, 1, 1)).toBeUndefined();
    expect(drawAffine({}, shape, 1, 1, 1)).toBeUndefined();
    expect(drawAffine({ horizontalFlip: false, zoom: 0 }, shape, 1, 1, 1)).toBeUndefined();
  });

  it('stays within its limits, and the centre without shift stays where it is', () => {
    let flips = 0;
    for (let example = 0; example < 400; example++) {
      const affine = drawAffine({ horizontalFlip: true, rotation: 0.1, zoom: 0.15 }, shape, 3, 1, example)!;
      const { a, b, c, d, e, f } = affine;
      const scale = Math.hypot(d, e);
      expect(scale).toBeGreaterThanOrEqual(1 / 1.15 - 1e-9);
      expect(scale).toBeLessThanOrEqual(1 / 0.85 + 1e-9);
      expect(Math.abs(Math.atan2(-d, e))).toBeLessThanOrEqual(0.2 * Math.PI + 1e-9);
      expect(a * 5 + b * 4 + c).toBeCloseTo(5);
      expect(d * 5 + e * 4 + f).toBeCloseTo(4);
      if (a * e - b * d < 0) flips++;
    }
    expect(flips).toBeGreaterThan(150);
    expect(flips).toBeLessThan(250);
  });

  it('is no other for a kind that is switched on beside it', () => {
    const turned = drawAffine({ rotation: 0.1 }, shape, 3, 1, 8)!;
    const flipped = drawAffine({ rotation: 0.1, horizontalFlip: true }, shape, 3, 1, 8)!;
    expect([flipped.d, flipped.e]).toEqual([turned.d, turned.e]);
  });
});
