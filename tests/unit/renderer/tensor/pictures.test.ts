import { describe, expect, it } from 'vitest';
import {
  colourOf,
  colourTable,
  mixesSigns,
  notFiniteColour,
  pixelOf,
} from '../../../../renderer/panels/tensor/colour-scale.js';
import {
  fittingSide,
  gridLayout,
  inSight,
  nextSide,
  pictureAt,
  placeOf,
} from '../../../../renderer/panels/tensor/grid-layout.js';
import { flatAt, paint } from '../../../../renderer/panels/tensor/picture-canvas.js';
import { examplesOf, pictureSize } from '../../../../renderer/panels/tensor/picture-shape.js';
import { pictureKey, picturesAPage, type PicturePage } from '../../../../renderer/state/tensor-reading.js';

const brightness = (colour: readonly number[]) => 0.3 * colour[0]! + 0.6 * colour[1]! + 0.1 * colour[2]!;

describe('colours', () => {
  it('rise from dark to bright where values have one sign', () => {
    const range = { min: 0, max: 4 };
    const steps = [0, 1, 2, 3, 4].map((value) => brightness(colourOf(value, range, 'values', 'dark')));
    expect(steps).toEqual(steps.toSorted((a, b) => a - b));
    const negative = { min: -4, max: 0 };
    expect(colourOf(0, { min: 0, max: 0 }, 'values', 'dark')).toEqual(colourOf(0, range, 'values', 'dark'));
    expect(brightness(colourOf(-4, negative, 'values', 'dark'))).toBeGreaterThan(
      brightness(colourOf(0, negative, 'values', 'dark')),
    );
  });

  it('turn at zero where signs mix, and are equally strong at equal distance', () => {
    const range = { min: -1, max: 4 };
    expect(mixesSigns(range)).toBe(true);
    for (const theme of ['dark', 'light'] as const) {
      const [red, green, blue] = colourOf(0, range, 'values', theme);
      expect(Math.max(red, green, blue) - Math.min(red, green, blue)).toBeLessThan(4);
      const [low, high] = [colourOf(-1, range, 'values', theme), colourOf(1, range, 'values', theme)];
      expect(low[2]).toBeGreaterThan(low[0]);
      expect(high[0]).toBeGreaterThan(high[2]);
    }
  });

  it('never give a finite value the colour of what is not finite', () => {
    for (const range of [
      { min: -1, max: 1 },
      { min: 0, max: 1 },
      { min: 3, max: 3 },
    ]) {
      for (const theme of ['dark', 'light'] as const) {
        const table = colourTable(range, 'values', theme);
        expect([...table].includes(pixelOf(notFiniteColour))).toBe(false);
        expect(colourOf(NaN, range, 'values', theme)).toBe(notFiniteColour);
      }
    }
  });

  it('leave images as they are', () => {
    expect(colourOf(0, { min: 0, max: 255 }, 'grey', 'light')).toEqual([0, 0, 0]);
    expect(colourOf(255, { min: 0, max: 255 }, 'grey', 'dark')).toEqual([255, 255, 255]);
  });
});

const page: PicturePage = {
  width: 2,
  height: 2,
  channels: 1,
  total: 10,
  first: 4,
  count: 2,
  ranges: [
    { min: 0, max: 1 },
    { min: 0, max: 1 },
  ],
  source: { width: 4, height: 4, starts: [4, 5], row: 40, column: 10, channel: 0 },
  pixels: Uint8Array.from([0, 85, 170, 255, 255, 0, 0, 0]),
  notFiniteRuns: [6, 2],
};

describe('pixels', () => {
  it('are written where their picture stands, not-finite ones loud', () => {
    const out = new Uint32Array(8);
    paint(page, out, 4, (index) => ({ x: index * 2, y: 0 }), 'grey', 'dark');
    const grey = (value: number) => pixelOf([value, value, value]);
    const loud = pixelOf(notFiniteColour);
    expect([...out]).toEqual([grey(0), grey(85), grey(255), grey(0), grey(170), grey(255), loud, loud]);
  });

  it('have three colours where the picture has', () => {
    const out = new Uint32Array(4);
    const pixels = Uint8Array.from([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    paint(
      { ...page, channels: 3, count: 1, pixels, notFiniteRuns: [3, 1] },
      out,
      2,
      () => ({ x: 0, y: 0 }),
      'grey',
      'dark',
    );
    expect([...out]).toEqual([pixelOf([1, 2, 3]), pixelOf(notFiniteColour), pixelOf([7, 8, 9]), pixelOf([10, 11, 12])]);
  });

  it('lead to the value behind them; of a picture made smaller, to the first of several', () => {
    expect(flatAt(page, 4, 0, 0)).toBe(4);
    expect(flatAt(page, 5, 1, 1)).toBe(5 + 2 * 40 + 2 * 10);
    const colours = { ...page, source: { ...page.source, channel: 1 } };
    expect(flatAt(colours, 4, 1, 0, 2)).toBe(4 + 20 + 2);
  });
});

describe('the grid', () => {
  const view = { width: 400, height: 500 };
  const map = { width: 148, height: 148 };

  it('shows all pictures at once where they can still be told apart', () => {
    const side = fittingSide(view, map, 16);
    expect(gridLayout(view, map, 16, side).contentHeight).toBeLessThanOrEqual(500);
    expect(gridLayout(view, map, 16, nextSide(side, 1)).contentHeight).toBeGreaterThan(500);
    // Too many for that fill the width, and scroll.
    const [many, tiny] = [fittingSide(view, map, 512), fittingSide(view, { width: 3, height: 3 }, 2000)];
    expect([many, tiny]).toEqual([70, 48]);
    expect(gridLayout(view, map, 512, many).columns * (many + 8) + 8).toBeGreaterThan(view.width - 8);
  });

  it('finds the picture under a point, and none between two', () => {
    const layout = gridLayout(view, map, 64, 64);
    for (const picture of [0, 7, 63]) {
      const { x, y } = placeOf(picture, layout);
      expect(pictureAt(x + 32, y + 16, layout, 64)).toEqual({ picture, x: 0.5, y: 0.25 });
      expect(pictureAt(x - 1, y, layout, 64)).toBeUndefined();
    }
    expect(pictureAt(10, 10_000, layout, 64)).toBeUndefined();
  });

  it('draws no more than is in sight', () => {
    const layout = gridLayout(view, map, 1000, 64);
    const [first, last] = inSight(layout, 2000, view.height, 1000);
    expect(placeOf(first, layout).y + 64).toBeGreaterThan(2000 - 30);
    expect(last - first).toBeLessThan(60);
    expect(inSight(layout, 0, view.height, 3)).toEqual([0, 3]);
  });
});

describe('the pictures of a tensor', () => {
  it('are known by its shape before the first is here', () => {
    expect(pictureSize([32, 148, 146, 64], 'featureMaps')).toEqual({ height: 148, width: 146, channels: 1, total: 64 });
    expect(pictureSize([32, 20, 8], 'featureMaps')).toEqual({ height: 20, width: 8, channels: 1, total: 1 });
    expect(pictureSize([32, 150, 151, 3], 'images')).toEqual({ height: 150, width: 151, channels: 3, total: 32 });
    expect(pictureSize([50, 784], 'images')).toEqual({ height: 28, width: 28, channels: 1, total: 50 });
    expect(pictureSize([3, 3, 3, 16], 'filters')).toEqual({ height: 3, width: 3, channels: 3, total: 16 });
    expect(pictureSize([3, 3, 16, 32], 'filters')).toEqual({ height: 3, width: 3, channels: 1, total: 512 });
    expect(pictureSize([784, 10], 'matrix')).toEqual({ height: 784, width: 10, channels: 1, total: 1 });
    expect(pictureSize([4, 5, 6, 7], 'matrix').total).toBe(20);
    expect([examplesOf([32, 8, 8, 4], 'featureMaps'), examplesOf([32, 8, 8, 3], 'images')]).toEqual([32, 1]);
  });

  it('come in pages of a bounded size, by keys that say all that changes them', () => {
    expect(picturesAPage(148 * 148, 256)).toBe(64);
    expect(picturesAPage(1024 * 1024 * 3, 1024)).toBe(1);
    const wish = { view: 'images', example: 0, scale: 'all', maxSide: 256 } as const;
    expect(pictureKey(wish, 0, 64)).not.toBe(pictureKey({ ...wish, scale: 'each' }, 0, 64));
  });
});
