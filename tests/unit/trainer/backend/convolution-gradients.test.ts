import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { chooseBackend } from '../../../../src/trainer/runtime/backend/backend.js';
import { expectClose, expectSameOnBoth, numbers, tensorOf, valuesOn } from './comparison.js';

beforeAll(() => chooseBackend('wasm'));

interface Convolution {
  readonly x: [number, number, number, number];
  readonly filter: [number, number, number, number];
  readonly strides: [number, number];
  readonly pad: 'same' | 'valid' | number;
  readonly dilations?: [number, number];
}

const convolutions: Convolution[] = [
  { x: [2, 9, 9, 3], filter: [3, 3, 3, 8], strides: [1, 1], pad: 'valid' },
  { x: [2, 9, 11, 4], filter: [3, 3, 4, 16], strides: [1, 1], pad: 'same' },
  { x: [1, 12, 10, 13], filter: [3, 3, 13, 5], strides: [2, 2], pad: 'same' },
  { x: [2, 12, 13, 5], filter: [3, 2, 5, 9], strides: [2, 3], pad: 'valid' },
  // TensorFlow.js takes a number of padding with equal strides only: else its own forward pass overruns its output.
  { x: [1, 8, 8, 8], filter: [5, 5, 8, 12], strides: [3, 3], pad: 2 },
  { x: [1, 8, 9, 8], filter: [5, 4, 8, 12], strides: [3, 1], pad: 'same' },
  { x: [3, 5, 5, 1], filter: [2, 2, 1, 1], strides: [1, 1], pad: 1 },
  { x: [1, 7, 7, 17], filter: [1, 1, 17, 24], strides: [1, 1], pad: 'valid' },
  { x: [1, 7, 7, 6], filter: [1, 1, 6, 4], strides: [2, 2], pad: 'valid' },
  { x: [2, 4, 3, 2], filter: [4, 3, 2, 3], strides: [1, 1], pad: 'valid' },
  { x: [1, 3, 3, 2], filter: [5, 5, 2, 3], strides: [1, 1], pad: 'same' },
  { x: [1, 40, 30, 8], filter: [3, 3, 8, 8], strides: [1, 1], pad: 'same' },
  { x: [1, 6, 7, 2], filter: [2, 3, 2, 3], strides: [4, 5], pad: 'same' },
];

const name = ({ x, filter, strides, pad, dilations }: Convolution) =>
  `${x.join('×')}, filter ${filter.join('×')}, strides ${strides.join('×')}, ${pad}${dilations ? `, dilation ${dilations.join('×')}` : ''}`;

describe('convolution gradients', () => {
  it.each(convolutions.map((convolution) => [name(convolution), convolution] as const))(
    'agree with the cpu backend: %s',
    async (_name, { x, filter, strides, pad }) => {
      await expectSameOnBoth(() => {
        const gradients = tf.grads((input, weights) => {
          const y = tf.conv2d(
            input as tf.Tensor4D,
            weights as tf.Tensor4D,
            strides,
            pad,
            'NHWC',
            1,
            pad === 'same' || pad === 'valid' ? undefined : 'floor',
          );
          return tf.sum(tf.mul(y, tensorOf(y.shape, 3)));
        });
        return gradients([tensorOf(x, 1), tensorOf(filter, 2)]);
      });
    },
  );

  const dilated: Convolution[] = [
    { x: [2, 9, 9, 3], filter: [3, 3, 3, 4], strides: [1, 1], pad: 'valid', dilations: [2, 2] },
    { x: [1, 10, 8, 2], filter: [2, 3, 2, 5], strides: [1, 1], pad: 'same', dilations: [3, 1] },
    { x: [1, 7, 9, 3], filter: [2, 2, 3, 3], strides: [1, 1], pad: 'same', dilations: [1, 2] },
  ];

  // The oracle is a convolution in double precision, written out; the loss is linear in x and in the
  // filter, so that its finite differences are exact but for rounding.
  it.each(
    [...convolutions.filter(({ pad }) => pad === 'valid' || pad === 'same').slice(0, 4), ...dilated].map(
      (c) => [name(c), c] as const,
    ),
  )('agree with finite differences: %s', async (_name, { x, filter, strides, pad, dilations = [1, 1] }) => {
    const info = tf.backend_util.computeConv2DInfo(x, filter, strides, dilations, pad as 'same');
    const values = { x: Float64Array.from(numbers(size(x), 1)), filter: Float64Array.from(numbers(size(filter), 2)) };
    const weights = numbers(size(info.outShape), 3);
    const differences = (which: 'x' | 'filter') =>
      Float64Array.from({ length: values[which].length }, (_, i) => {
        const losses = [1, -1].map((sign) => {
          const moved = { ...values, [which]: values[which].slice() };
          moved[which][i]! += sign;
          return loss(info, moved.x, moved.filter, weights);
        });
        return (losses[0]! - losses[1]!) / 2;
      });
    for (const backend of ['cpu', 'wasm'] as const) {
      const [dx, dFilter] = await valuesOn(backend, () =>
        tf.grads((input, taps) =>
          tf.sum(
            tf.mul(
              tf.conv2d(input as tf.Tensor4D, taps as tf.Tensor4D, strides, pad, 'NHWC', dilations),
              tf.tensor(weights, info.outShape),
            ),
          ),
        )([tensorOf(x, 1), tensorOf(filter, 2)]),
      );
      expectClose(dx!, differences('x'), 5e-6, `${backend}: input`);
      expectClose(dFilter!, differences('filter'), 5e-6, `${backend}: filter`);
    }
  });

  it('serve the transposed convolution and its own gradients', async () => {
    await expectSameOnBoth(() => {
      const gradients = tf.grads((input, weights) => {
        const y = tf.conv2dTranspose(input as tf.Tensor4D, weights as tf.Tensor4D, [2, 9, 11, 5], [2, 2], 'same');
        return tf.sum(tf.mul(y, tensorOf(y.shape, 3)));
      });
      return gradients([tensorOf([2, 5, 6, 7], 1), tensorOf([3, 3, 5, 7], 2)]);
    });
  });

  it('sum millions of values without losing digits', async () => {
    const [bySum] = await valuesOn('wasm', () => [tf.sum(tf.fill([300_000, 5], 0.1), 0)]);
    expectClose(bySum!, Array<number>(5).fill(300_000 * Math.fround(0.1)), 1e-6);
  });
});

describe('depthwise convolution gradients', () => {
  const cases: (Convolution & { dilations: [number, number] })[] = [
    { x: [2, 9, 9, 4], filter: [3, 3, 4, 1], strides: [1, 1], pad: 'same', dilations: [1, 1] },
    { x: [1, 9, 8, 7], filter: [3, 2, 7, 1], strides: [2, 2], pad: 'valid', dilations: [1, 1] },
    { x: [2, 8, 8, 3], filter: [3, 3, 3, 2], strides: [2, 2], pad: 'same', dilations: [1, 1] },
    { x: [1, 6, 6, 5], filter: [5, 5, 5, 3], strides: [1, 1], pad: 'valid', dilations: [1, 1] },
  ];
  it.each(cases.map((convolution) => [name(convolution), convolution] as const))(
    'agree with the cpu backend: %s',
    async (_name, { x, filter, strides, pad, dilations }) => {
      await expectSameOnBoth(() => {
        const gradients = tf.grads((input, weights) => {
          const y = tf.depthwiseConv2d(
            input as tf.Tensor4D,
            weights as tf.Tensor4D,
            strides,
            pad as 'same',
            'NHWC',
            dilations,
          );
          return tf.sum(tf.mul(y, tensorOf(y.shape, 3)));
        });
        return gradients([tensorOf(x, 1), tensorOf(filter, 2)]);
      });
    },
  );

  it('of a dilated filter are those of the filter spread out', async () => {
    await tf.setBackend('wasm');
    const gradientsOf = (convolve: (x: tf.Tensor4D, filter: tf.Tensor4D) => tf.Tensor) =>
      tf.grads((x, filter) => {
        const y = convolve(x as tf.Tensor4D, filter as tf.Tensor4D);
        return tf.sum(tf.mul(y, tensorOf(y.shape as [number, number, number, number], 3)));
      })([tensorOf([2, 9, 9, 4], 1), tensorOf([3, 3, 4, 1], 2)]);
    tf.tidy(() => {
      const dilated = gradientsOf((x, filter) => tf.depthwiseConv2d(x, filter, 1, 'same', 'NHWC', [2, 2]));
      // The same by other ops: the taps one by one.
      const byTaps = gradientsOf((x, filter) => {
        const padded = tf.pad(x, [
          [0, 0],
          [2, 2],
          [2, 2],
          [0, 0],
        ]);
        const taps = [0, 1, 2].flatMap((i) =>
          [0, 1, 2].map((j) =>
            tf.mul(
              tf.slice(padded, [0, i * 2, j * 2, 0], [2, 9, 9, 4]),
              tf.reshape(tf.slice(filter, [i, j, 0, 0], [1, 1, 4, 1]), [4]),
            ),
          ),
        );
        return tf.addN(taps);
      });
      dilated.forEach((gradient, i) => expectClose(gradient.dataSync(), byTaps[i]!.dataSync(), 2e-6));
    });
  });
});

it('refuses images with channels first in plain words', async () => {
  await tf.setBackend('wasm');
  expect(() =>
    tf
      .engine()
      .runKernel(
        'Conv2DBackpropFilter',
        { x: tf.zeros([1, 3, 5, 5]), dy: tf.zeros([1, 2, 3, 3]) },
        { strides: 1, pad: 'valid', dataFormat: 'NCHW', filterShape: [3, 3, 3, 2] },
      ),
  ).toThrow(/channels last/);
});

function size(shape: readonly number[]): number {
  return shape.reduce((a, b) => a * b, 1);
}

function loss(info: tf.backend_util.Conv2DInfo, x: Float64Array, filter: Float64Array, weights: Float32Array): number {
  let sum = 0;
  let at = 0;
  for (let n = 0; n < info.batchSize; n++) {
    for (let oy = 0; oy < info.outHeight; oy++) {
      for (let ox = 0; ox < info.outWidth; ox++) {
        for (let oc = 0; oc < info.outChannels; oc++) {
          let y = 0;
          for (let i = 0; i < info.filterHeight; i++) {
            const row = oy * info.strideHeight + i * info.dilationHeight - info.padInfo.top;
            if (row < 0 || row >= info.inHeight) continue;
            for (let j = 0; j < info.filterWidth; j++) {
              const column = ox * info.strideWidth + j * info.dilationWidth - info.padInfo.left;
              if (column < 0 || column >= info.inWidth) continue;
              for (let c = 0; c < info.inChannels; c++) {
                y +=
                  x[((n * info.inHeight + row) * info.inWidth + column) * info.inChannels + c]! *
                  filter[((i * info.filterWidth + j) * info.inChannels + c) * info.outChannels + oc]!;
              }
            }
          }
          sum += y * weights[at++]!;
        }
      }
    }
  }
  return sum;
}
