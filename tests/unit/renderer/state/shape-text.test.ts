import { describe, expect, it } from 'vitest';
import type { LayerInfo } from '../../../../src/shared/protocol/training.js';
import { bytesText, lineHints, pipeline, shapeText } from '../../../../renderer/state/shape-text.js';

const layer = (given: Partial<LayerInfo> & { layer: string }): LayerInfo => ({
  type: 'Conv2D',
  outputShape: [148, 148, 64],
  params: 0,
  trainable: true,
  file: '/w/e.ts',
  line: 1,
  ...given,
});

const model = [
  layer({
    layer: 'conv2d_1',
    inputShape: [150, 150, 3],
    params: 1792,
    line: 7,
    arithmetic: '⌊(150 − 3) / 1⌋ + 1 = 148',
  }),
  layer({
    layer: 'max_pooling2d_1',
    type: 'MaxPooling2D',
    inputShape: [148, 148, 64],
    outputShape: [74, 74, 64],
    line: 8,
  }),
  layer({ layer: 'relu_1', type: 'ReLU', inputShape: [74, 74, 64], outputShape: [74, 74, 64], line: 9 }),
];

describe('shapes in words', () => {
  it('names dimensions, unknown ones and impossible ones', () => {
    expect(shapeText([148, 148, 64])).toBe('148×148×64');
    expect(shapeText([null, 8])).toBe('?×8');
    expect(shapeText([6272])).toBe('6,272');
    expect(shapeText([-282, 1])).toBe('−282×1');
    expect(shapeText([])).toBe('scalar');
  });

  it('writes sizes in decimal units', () => {
    expect([512, 384.2395, 13_900_000, 999_600, 148_000].map(bytesText)).toEqual([
      '512 B',
      '384 B',
      '13.9 MB',
      '1.0 MB',
      '148 kB',
    ]);
  });
});

describe('hints at lines', () => {
  it('shows the input where the model begins, parameters where there are any', () => {
    expect(lineHints(model, '/w/e.ts').map((hint) => [hint.line, hint.text])).toEqual([
      [7, '150×150×3 → 148×148×64 · 1,792'],
      [8, '→ 74×74×64'],
      [9, '→ 74×74×64'],
    ]);
  });

  it('explains on hover', () => {
    const hover = lineHints(model, '/w/e.ts')[0]?.hover;
    expect(hover).toContain('⌊(150 − 3) / 1⌋ + 1 = 148');
    expect(hover).toContain('1,792 parameters (7.2 kB)');
  });

  it('sums up a line that makes several layers, as a loop does', () => {
    const looped = [1, 2, 3].map((index) =>
      layer({ layer: `dense_${index}`, type: 'Dense', outputShape: [10], params: 110, line: 4 }),
    );
    expect(lineHints(looped, '/w/e.ts')).toMatchObject([
      { line: 4, text: '→ 10 · 330 · 3 layers', layers: ['dense_1', 'dense_2', 'dense_3'] },
    ]);
  });

  it('keeps to the file', () => {
    expect(lineHints(model, '/w/other.ts')).toEqual([]);
  });
});

it('draws the pipeline without repeating a shape', () => {
  expect(pipeline(model).map((step) => step.shape)).toEqual(['150×150×3', '148×148×64', '74×74×64']);
});
