import * as tf from '@tensorflow/tfjs';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { impossibleShape, layerArithmetic, shapeText } from '../../../../src/trainer/analysis/layer-arithmetic.js';
import { layerFacts } from '../../../../src/trainer/analysis/layer-table.js';

type Layer = tf.layers.Layer;

/** The text for a real layer on a real input: what it says was computed by TensorFlow.js must be what it computed. */
function arithmetic(layer: Layer, inputShape: number[]): string | undefined {
  layer.apply(tf.input({ shape: inputShape }));
  return layerArithmetic(layerFacts(layer)!);
}

test.each<[string, () => Layer, number[], string | undefined]>([
  [
    'conv',
    () => tf.layers.conv2d({ filters: 64, kernelSize: 3 }),
    [150, 150, 3],
    '⌊(150 − 3) / 1⌋ + 1 = 148; weights 3×3×3×64 + 64 = 1,792',
  ],
  [
    'conv same',
    () => tf.layers.conv2d({ filters: 4, kernelSize: 3, strides: 2, padding: 'same' }),
    [15, 15, 3],
    '⌈15 / 2⌉ = 8; weights 3×3×3×4 + 4 = 112',
  ],
  [
    'conv, two sizes, no bias',
    () => tf.layers.conv2d({ filters: 2, kernelSize: [3, 5], useBias: false }),
    [10, 12, 1],
    'height ⌊(10 − 3) / 1⌋ + 1 = 8, width ⌊(12 − 5) / 1⌋ + 1 = 8; weights 3×5×1×2 = 30',
  ],
  [
    'dilated conv',
    () => tf.layers.conv2d({ filters: 1, kernelSize: 3, dilationRate: 2 }),
    [10, 10, 1],
    '⌊(10 − 5 (3 dilated by 2)) / 1⌋ + 1 = 6; weights 3×3×1×1 + 1 = 10',
  ],
  [
    'conv1d',
    () => tf.layers.conv1d({ filters: 8, kernelSize: 4 }),
    [20, 3],
    '⌊(20 − 4) / 1⌋ + 1 = 17; weights 4×3×8 + 8 = 104',
  ],
  [
    'transpose',
    () => tf.layers.conv2dTranspose({ filters: 2, kernelSize: 3, strides: 2 }),
    [5, 5, 4],
    '5 × 2 + max(3 − 2, 0) = 11; weights 3×3×4×2 + 2 = 74',
  ],
  [
    'depthwise',
    () => tf.layers.depthwiseConv2d({ kernelSize: 3, depthMultiplier: 2 }),
    [8, 8, 3],
    '⌊(8 − 3) / 1⌋ + 1 = 6; weights 3×3×3×2 + 6 = 60',
  ],
  [
    'separable',
    () => tf.layers.separableConv2d({ filters: 5, kernelSize: 3 }),
    [8, 8, 3],
    '⌊(8 − 3) / 1⌋ + 1 = 6; weights 3×3×3×1 + 3×5 + 5 = 47',
  ],
  ['pool', () => tf.layers.maxPooling2d({ poolSize: 2 }), [17, 17, 4], '⌊(17 − 2) / 2⌋ + 1 = 8'],
  ['dense', () => tf.layers.dense({ units: 512 }), [6272], 'weights 6272×512 + 512 = 3,211,776'],
  ['flatten', () => tf.layers.flatten(), [7, 7, 128], '7×7×128 = 6272'],
  [
    'batch norm',
    () => tf.layers.batchNormalization(),
    [8, 8, 16],
    '4 × 16 = 64, the moving mean and variance not trained',
  ],
  ['embedding', () => tf.layers.embedding({ inputDim: 1000, outputDim: 16 }), [10], 'weights 1000×16 = 16,000'],
  ['lstm', () => tf.layers.lstm({ units: 8 }), [10, 4], 'weights 4 × ((4 + 8) × 8 + 8) = 416'],
  ['gru', () => tf.layers.gru({ units: 8 }), [10, 4], 'weights 3 × ((4 + 8) × 8 + 8) = 312'],
  ['dropout', () => tf.layers.dropout({ rate: 0.5 }), [10], undefined],
])('%s', (_name, make, input, text) => {
  expect(arithmetic(make(), input)).toBe(text);
});

test('the numbers in the text are those of the layer', () => {
  for (const make of [
    () => tf.layers.lstm({ units: 8 }),
    () => tf.layers.gru({ units: 3 }),
    () => tf.layers.simpleRNN({ units: 5 }),
  ]) {
    const layer = make();
    const text = arithmetic(layer, [10, 4])!;
    const [, formula, total] = /weights (.*) = ([\d,]+)$/.exec(text)!;
    expect(runInNewContext(formula!.replaceAll('×', '*'))).toBe(layer.countParams());
    expect(Number(total!.replaceAll(',', ''))).toBe(layer.countParams());
  }
});

test('a kernel larger than its input', () => {
  expect(
    impossibleShape({
      type: 'Conv2D',
      config: { kernelSize: [5, 5], strides: [1, 1] },
      inputShape: [3, 3, 8],
      outputShape: [-1, -1, 4],
      params: 0,
    }),
  ).toEqual({
    message: 'The 5×5 kernel is larger than its 3×3 input: the output would be −1×−1×4',
    hint: "Use a smaller kernel, `padding: 'same'`, fewer layers that shrink before it, or larger inputs.",
  });
  expect(
    impossibleShape({
      type: 'MaxPooling2D',
      config: { poolSize: [2, 2] },
      inputShape: [1, 1, 8],
      outputShape: [0, 0, 8],
      params: 0,
    })?.message,
  ).toBe('The 2×2 pooling window is larger than its 1×1 input: the output would be 0×0×8');
});

test('a reshape to another number of values', () => {
  const reshape = (outputShape: (number | null)[]) =>
    impossibleShape({ type: 'Reshape', config: {}, inputShape: [4, 4], outputShape, params: 0 });
  expect(reshape([7])?.message).toBe('4×4 is 16 values, which cannot be reshaped to 7, 7 values');
  expect(reshape([2, 8])).toBeUndefined();
  expect(reshape([null, 8])).toBeUndefined();
});

test('shapes for people', () => {
  expect(shapeText([150, null, 3])).toBe('150×?×3');
  expect(shapeText([])).toBe('a single number');
});
