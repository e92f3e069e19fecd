import { describe, expect, it } from 'vitest';
import { digitSize, drawDigit } from '../../../../../src/trainer/runtime/data/generated/digit-drawing.js';
import { drawHand, handSeed } from '../../../../../src/trainer/runtime/data/generated/hand-drawing.js';
import { gestures } from '../../../../../src/trainer/runtime/data/generated/hand-pose.js';
import { drawPixels } from '../../../../../src/trainer/runtime/data/images/decode-image.js';

const shape = { height: 32, width: 32, channels: 3 } as const;

/** Share of held-back examples whose nearest training example (by squared distance) is of their class. */
function nearestNeighbour(examples: readonly { readonly label: number; readonly values: Uint8Array }[]): number {
  const known = examples.filter((_, index) => index % 4 !== 0);
  const asked = examples.filter((_, index) => index % 4 === 0);
  const distance = (one: Uint8Array, other: Uint8Array): number =>
    one.reduce((sum, value, index) => sum + (value - other[index]!) ** 2, 0);
  const right = asked.filter(({ label, values }) => {
    let nearest = { label: -1, apart: Infinity };
    for (const other of known) {
      const apart = distance(values, other.values);
      if (apart < nearest.apart) nearest = { label: other.label, apart };
    }
    return nearest.label === label;
  });
  return right.length / asked.length;
}

describe('drawn hands', () => {
  it('are the same for the same numbers, and each another', async () => {
    const svg = drawHand('rock', shape, handSeed('train', 'rock', 5));
    expect(drawHand('rock', shape, handSeed('train', 'rock', 5))).toBe(svg);
    expect(await drawPixels(svg, shape)).toEqual(await drawPixels(svg, shape));
    const seeds = gestures.flatMap((gesture) =>
      (['train', 'test'] as const).flatMap((part) =>
        Array.from({ length: 300 }, (_, number) => handSeed(part, gesture, number)),
      ),
    );
    expect(new Set(seeds).size).toBe(seeds.length);
  });

  it('are drawn at the size asked for, on a light ground', async () => {
    const wide = { height: 20, width: 50, channels: 3 } as const;
    const pixels = await drawPixels(drawHand('paper', wide, 1), wide);
    expect(pixels).toHaveLength(20 * 50 * 3);
    expect(pixels[0]).toBeGreaterThan(215);
  });

  it('can be told apart, though not at a glance: open hands cover more than fists', async () => {
    const examples = await Promise.all(
      gestures.flatMap((gesture, label) =>
        Array.from({ length: 80 }, async (_, number) => {
          const pixels = await drawPixels(drawHand(gesture, shape, handSeed('train', gesture, number)), shape);
          // The outline alone: what is darker than the ground, in grey.
          return {
            label,
            values: Uint8Array.from({ length: 1024 }, (__, at) => (pixels[at * 3 + 2]! < 205 ? 255 : 0)),
          };
        }),
      ),
    );
    const share = nearestNeighbour(examples.sort((one, other) => one.values[500]! - other.values[500]!));
    expect(share).toBeGreaterThan(0.5);
    const cover = gestures.map((_, label) => {
      const own = examples.filter((example) => example.label === label);
      return own.reduce((sum, { values }) => sum + values.filter((value) => value > 0).length, 0) / own.length;
    });
    expect(cover[0]).toBeGreaterThan(cover[2]!);
  });
});

describe('drawn digits', () => {
  it('are the same for the same numbers, and recognizable by their neighbours', () => {
    const draw = (digit: number, seed: number): Uint8Array => {
      const values = new Uint8Array(digitSize * digitSize);
      drawDigit(digit, seed, values, 0);
      return values;
    };
    expect(draw(3, 1)).toEqual(draw(3, 1));
    expect(draw(3, 1)).not.toEqual(draw(3, 2));
    const examples = Array.from({ length: 400 }, (_, index) => ({
      label: index % 10,
      values: draw(index % 10, index),
    }));
    // In blocks, so that every digit is among those asked.
    const share = nearestNeighbour([...examples].sort((one, other) => one.label - other.label));
    expect(share).toBeGreaterThan(0.85);
    for (const { values } of examples) {
      const ink = values.reduce((sum, value) => sum + value, 0) / 255;
      expect(ink).toBeGreaterThan(15);
      expect(ink).toBeLessThan(260);
    }
  });
});
