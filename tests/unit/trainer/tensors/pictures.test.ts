import { expect, test } from 'vitest';
import { pictureLayout, type PictureView } from '../../../../src/trainer/tensors/picture-layout.js';
import { picturesOf, type Pictures, type PictureWish } from '../../../../src/trainer/tensors/pictures.js';
import { product, sourceOfValues } from '../../../../src/trainer/tensors/tensor-source.js';
import { floats, generator, integer, shapeOf } from './random-tensors.js';

const ramp = (shape: readonly number[], scale = 1) =>
  sourceOfValues(
    Float32Array.from({ length: product(shape) }, (_, index) => index * scale),
    shape,
  );
const wish = (view: PictureView, more: Partial<PictureWish> = {}): PictureWish => ({
  view,
  example: 0,
  first: 0,
  count: 64,
  maxSide: 256,
  scale: 'all',
  ...more,
});
/** Of the picture as it is shown, the byte of a pixel. */
const byteAt = (pictures: Pictures, picture: number, y: number, x: number, c = 0): number =>
  pictures.pixels[((picture * pictures.height + y) * pictures.width + x) * pictures.channels + c]!;

test('each pixel is the value that its place in the tensor says, for every view and shape', () => {
  const random = generator(5);
  const views: readonly [PictureView, () => number[]][] = [
    [
      'images',
      () => [integer(random, 1, 4), integer(random, 1, 6), integer(random, 1, 6), [1, 3, 4][integer(random, 0, 2)]!],
    ],
    ['images', () => [integer(random, 1, 6), integer(random, 1, 6), [1, 3][integer(random, 0, 1)]!]],
    ['images', () => [integer(random, 1, 4), integer(random, 1, 5) ** 2]],
    ['featureMaps', () => shapeOf(random, integer(random, 3, 6), 4)],
    ['filters', () => shapeOf(random, integer(random, 4, 5), 4)],
    ['filters', () => [...shapeOf(random, 2, 4), 3, integer(random, 1, 5)]],
    ['matrix', () => shapeOf(random, integer(random, 2, 5), 5)],
  ];
  for (const [view, makeShape] of views) {
    for (let round = 0; round < 25; round++) {
      const shape = makeShape();
      const values = floats(random, product(shape), 'spoiled');
      const source = sourceOfValues(values, shape);
      const inExamples =
        view === 'featureMaps' ? product(shape.length === 3 ? shape.slice(0, 1) : shape.slice(0, -3)) : 1;
      const first = integer(random, 0, 2);
      const scale = (['all', 'each'] as const)[integer(random, 0, 1)]!;
      const found = picturesOf(source, wish(view, { first, scale, example: integer(random, 0, inExamples - 1) }));
      const { width, height, row, column, channel, starts } = found.source;
      expect([found.width, found.height]).toEqual([width, height]);
      expect(starts).toHaveLength(Math.max(0, found.total - first));
      const bad = new Set<number>();
      for (let run = 0; run < found.notFiniteRuns.length; run += 2) {
        const [from, length] = [found.notFiniteRuns[run]!, found.notFiniteRuns[run + 1]!];
        for (let at = from; at < from + length; at++) bad.add(at);
      }
      let at = 0;
      starts.forEach((start, picture) => {
        const { min, max } = found.ranges[picture]!;
        for (let y = 0; y < height; y++) {
          for (let x = 0; x < width; x++) {
            for (let c = 0; c < found.channels; c++, at++) {
              const value = values[start + y * row + x * column + c * channel]!;
              expect(bad.has(at)).toBe(!Number.isFinite(value));
              if (!Number.isFinite(value)) continue;
              expect(value).toBeGreaterThanOrEqual(min - 1e-6);
              const back = min + ((max - min) * found.pixels[at]!) / 255;
              expect(Math.abs(back - value)).toBeLessThanOrEqual((max - min) / 510 + 1e-6);
            }
          }
        }
      });
    }
  }
});

test('all pictures of a tensor together are all of its values, once each', () => {
  for (const [view, shape] of [
    ['images', [3, 4, 5, 3]],
    ['images', [3, 4, 5, 1]],
    ['images', [3, 4, 5]],
    ['filters', [3, 2, 4, 5]],
    ['filters', [3, 2, 3, 5]],
    ['matrix', [2, 3, 4, 5]],
  ] as const) {
    const layout = pictureLayout(shape, view, 0);
    const seen = new Set<number>();
    for (let picture = 0; picture < layout.total; picture++) {
      for (let y = 0; y < layout.height; y++)
        for (let x = 0; x < layout.width; x++)
          for (let c = 0; c < layout.channels; c++)
            seen.add(layout.start(picture) + y * layout.row + x * layout.column + c * layout.channel);
    }
    expect(seen.size).toBe(product(shape));
    expect(Math.max(...seen)).toBe(product(shape) - 1);
  }
});

test('images are shown in the range that pixels are given in, others by their extremes', () => {
  const shape = [1, 2, 2, 1];
  const range = (...values: number[]) =>
    picturesOf(sourceOfValues(Float32Array.from(values), shape), wish('images')).ranges[0];
  expect(range(0, 0.2, 0.4, 0.9)).toEqual({ min: 0, max: 1 });
  expect(range(-0.9, 0.2, 0.4, 0.9)).toEqual({ min: -1, max: 1 });
  expect(range(0, 17, 200, 3)).toEqual({ min: 0, max: 255 });
  expect(range(-2, 17, 200, 3)).toEqual({ min: -2, max: 200 });
  expect(range(NaN, 0, 1, Infinity)).toEqual({ min: 0, max: 1 });
  const maps = picturesOf(ramp([1, 2, 2, 2]), wish('featureMaps', { scale: 'each' }));
  expect(maps.ranges).toEqual([
    { min: 0, max: 6 },
    { min: 1, max: 7 },
  ]);
  expect(picturesOf(ramp([1, 2, 2, 2]), wish('featureMaps')).ranges[1]).toEqual({ min: 0, max: 7 });
});

test('larger pictures are made smaller by means of blocks: images in their shape, matrices side by side', () => {
  const matrix = picturesOf(ramp([4, 6]), wish('matrix', { maxSide: 2 }));
  expect([matrix.width, matrix.height]).toEqual([2, 2]);
  // Rows 0 and 1, columns 0 to 2: 0, 1, 2, 6, 7, 8.
  expect(byteAt(matrix, 0, 0, 0)).toBe(Math.round((4 / 23) * 255));
  const image = picturesOf(ramp([1, 40, 100, 1]), wish('images', { maxSide: 50 }));
  expect([image.width, image.height]).toEqual([50, 20]);
  expect(image.source).toMatchObject({ width: 100, height: 40, row: 100, column: 1 });
  const values = new Float32Array(16);
  values[5] = NaN;
  const spoiled = picturesOf(sourceOfValues(values, [4, 4]), wish('matrix', { maxSide: 2 }));
  expect(spoiled.notFiniteRuns).toEqual([0, 1]);
});

test('constant, empty and wholly spoiled tensors', () => {
  const constant = picturesOf(sourceOfValues(new Float32Array(12).fill(-3), [3, 4]), wish('matrix'));
  expect(constant.ranges).toEqual([{ min: -3, max: -3 }]);
  expect(new Set(constant.pixels)).toEqual(new Set([128]));
  const empty = picturesOf(sourceOfValues(new Float32Array(0), [0, 4, 4, 2]), wish('matrix'));
  expect(empty).toMatchObject({ total: 0, ranges: [], notFiniteRuns: [] });
  const spoiled = picturesOf(sourceOfValues(new Float32Array(24).fill(NaN), [2, 3, 4]), wish('matrix'));
  expect(spoiled.notFiniteRuns).toEqual([0, 24]);
  expect(spoiled.ranges).toHaveLength(2);
});

test('one answer stays small: fewer pictures, a smaller one, runs for what is not finite', () => {
  const maps = picturesOf(
    sourceOfValues(new Float32Array(400 * 400 * 64), [1, 400, 400, 64]),
    wish('featureMaps', { maxSide: 2048 }),
  );
  expect(maps.ranges.length).toBe(Math.floor(2_800_000 / 160_000));
  expect(maps.pixels.length).toBe(maps.ranges.length * 160_000);
  const large = picturesOf(
    sourceOfValues(new Uint8Array(2048 * 2048 * 3), [1, 2048, 2048, 3]),
    wish('images', { maxSide: 2048 }),
  );
  expect(large.pixels.length).toBeLessThanOrEqual(2_800_000);
  const checked = Float32Array.from({ length: 200 * 200 * 60 }, (_, index) => (Math.floor(index / 60) % 2 ? NaN : 1));
  const spoiled = picturesOf(sourceOfValues(checked, [1, 200, 200, 60]), wish('featureMaps'));
  expect(spoiled.pixels.length + spoiled.notFiniteRuns.length * 6).toBeLessThan(3_200_000);
  expect(spoiled.ranges.length).toBeGreaterThan(5);
  expect(spoiled.source.starts).toHaveLength(spoiled.ranges.length);
});

test('titles say which', () => {
  expect(picturesOf(ramp([2, 2, 2, 2]), wish('filters')).titles).toEqual(['0 → 0', '1 → 0', '0 → 1', '1 → 1']);
  expect(picturesOf(ramp([2, 2, 3, 2]), wish('filters')).titles).toEqual(['filter 0', 'filter 1']);
  expect(picturesOf(ramp([2, 2, 2, 2]), wish('featureMaps', { first: 1 })).titles).toEqual(['channel 1']);
  expect(picturesOf(ramp([2, 2, 2, 2]), wish('matrix', { count: 3 })).titles).toEqual(['[0, 0]', '[0, 1]', '[1, 0]']);
  expect(picturesOf(ramp([2, 2]), wish('matrix')).titles).toBeUndefined();
});

test('what cannot be shown so is refused in words', () => {
  expect(() => picturesOf(ramp([3]), wish('images'))).toThrow('A tensor of shape 3 cannot be shown as images.');
  expect(() => picturesOf(ramp([]), wish('matrix'))).toThrow('scalar');
  expect(() => picturesOf(ramp([2, 2, 2, 2]), wish('featureMaps', { example: 2 }))).toThrow(
    'There is no number 2: there are 2 examples, counted from 0.',
  );
});
