/**
 * Keras's convolutions over steps that TensorFlow.js does not have: computed as those of pictures of one row, of which
 * there are gradients.
 */
import * as tf from '@tensorflow/tfjs';
import { dilated } from './dilated.js';
import type { GivenConfig } from './given-config.js';
import type { LayerMaker } from './layer-maker.js';
import { featuresOf, ownLayer, type OwnWeight } from './own-layer.js';
import { Refusal } from './refusal.js';

/** What these layers have in common. */
interface Steps {
  readonly size: number;
  readonly stride: number;
  readonly dilation: number;
  readonly padding: 'valid' | 'same' | 'causal';
  readonly hasBias: boolean;
  readonly activation: (x: tf.Tensor) => tf.Tensor;
}

function stepsOf(given: GivenConfig): Steps {
  given.insist('groups', (value) => value === 1);
  given.channelsLast();
  const [stride, dilation] = [given.sizes('strides', 1, 1)[0]!, given.sizes('dilation_rate', 1, 1)[0]!];
  if (stride > 1 && dilation > 1) throw new Refusal('TensorFlow.js has no strides together with dilation for it');
  return {
    size: given.sizes('kernel_size', 1)[0]!,
    stride,
    dilation,
    padding: given.choice('padding', ['valid', 'same', 'causal'], 'valid'),
    hasBias: given.boolean('use_bias', true),
    activation: given.activate(),
  };
}

function reach({ size, dilation }: Steps): number {
  return (size - 1) * dilation + 1;
}

function after(steps: Steps, count: number | null): number | null {
  if (count === null) return null;
  const seen = steps.padding === 'valid' ? count - reach(steps) + 1 : count;
  return Math.ceil(seen / steps.stride);
}

const biasOf = (size: number): OwnWeight => ({ name: 'bias', shape: [size], initializer: 'zeros' });

/** As a picture of one row, with what is padded before the first step. */
function rowOf(x: tf.Tensor, steps: Steps): tf.Tensor4D {
  const [batch, count, channels] = x.shape as [number, number, number];
  const row = tf.reshape(x, [batch, 1, count, channels]) as tf.Tensor4D;
  if (steps.padding !== 'causal') return row;
  return tf.pad(row, [
    [0, 0],
    [0, 0],
    [reach(steps) - 1, 0],
    [0, 0],
  ]);
}

function finished(row: tf.Tensor, bias: tf.Tensor | undefined, { activation }: Steps): tf.Tensor {
  const made = tf.squeeze(row, [1]);
  return activation(bias ? tf.add(made, bias) : made);
}

function kernelOf(kernel: tf.Tensor): tf.Tensor4D {
  return tf.expandDims(kernel, 0) as unknown as tf.Tensor4D;
}

/** Of each feature on its own. */
function depthwise(x: tf.Tensor, kernel: tf.Tensor, steps: Steps): tf.Tensor {
  const { stride, dilation } = steps;
  const padding = steps.padding === 'same' ? 'same' : 'valid';
  return dilated(rowOf(x, steps), { rate: [1, dilation], size: [1, steps.size], padding }, (row, pad) =>
    tf.depthwiseConv2d(row, kernelOf(kernel), [stride, stride], pad),
  );
}

export const depthwiseConvolution1d: LayerMaker = (given) => {
  const steps = stepsOf(given);
  const depth = given.count('depth_multiplier', 1);
  return ownLayer(given, {
    weights: ([shape]) => [
      { name: 'kernel', settings: 'depthwise', shape: [steps.size, featuresOf(shape), depth] },
      ...(steps.hasBias ? [biasOf(featuresOf(shape) * depth)] : []),
    ],
    shape: ([shape = []]) => [shape[0] ?? null, after(steps, shape[1] ?? null), featuresOf(shape) * depth],
    compute: ([x], [kernel, bias]) => finished(depthwise(x!, kernel!, steps), bias, steps),
  });
};

export const separableConvolution1d: LayerMaker = (given) => {
  const steps = stepsOf(given);
  const depth = given.count('depth_multiplier', 1);
  const filters = given.count('filters');
  return ownLayer(given, {
    weights: ([shape]) => [
      { name: 'depthwise_kernel', settings: 'depthwise', shape: [steps.size, featuresOf(shape), depth] },
      { name: 'pointwise_kernel', settings: 'pointwise', shape: [1, featuresOf(shape) * depth, filters] },
      ...(steps.hasBias ? [biasOf(filters)] : []),
    ],
    shape: ([shape = []]) => [shape[0] ?? null, after(steps, shape[1] ?? null), filters],
    compute([x], [kernel, points, bias]) {
      const seen = depthwise(x!, kernel!, steps) as tf.Tensor4D;
      return finished(tf.conv2d(seen, kernelOf(points!), 1, 'valid'), bias, steps);
    },
  });
};

export const transposedConvolution1d: LayerMaker = (given) => {
  const steps = stepsOf(given);
  given.insist('dilation_rate', (rate) => rate === 1 || (Array.isArray(rate) && rate[0] === 1));
  const padding = given.choice('padding', ['valid', 'same'], 'valid');
  const filters = given.count('filters');
  const more = given.has('output_padding') ? given.integers('output_padding')[0]! : undefined;
  const made = (count: number): number => transposedSize(count, steps.size, steps.stride, padding, more);
  return ownLayer(given, {
    weights: ([shape]) => [
      { name: 'kernel', shape: [steps.size, filters, featuresOf(shape)] },
      ...(steps.hasBias ? [biasOf(filters)] : []),
    ],
    shape: ([shape = []]) => [shape[0] ?? null, typeof shape[1] === 'number' ? made(shape[1]) : null, filters],
    compute([x], [kernel, bias]) {
      const [batch, count] = x!.shape as [number, number];
      const shape: [number, number, number, number] = [batch, 1, made(count), filters];
      const row = rowOf(x!, { ...steps, padding: 'valid' });
      return finished(tf.conv2dTranspose(row, kernelOf(kernel!), shape, [1, steps.stride], padding), bias, steps);
    },
  });
};

/** As Keras counts: `more` is its `output_padding`. */
export function transposedSize(
  count: number,
  size: number,
  stride: number,
  padding: 'valid' | 'same',
  more: number | undefined,
): number {
  if (more === undefined) return padding === 'same' ? count * stride : count * stride + Math.max(size - stride, 0);
  const cut = padding === 'same' ? Math.floor(size / 2) : 0;
  return (count - 1) * stride + size - 2 * cut + more;
}
