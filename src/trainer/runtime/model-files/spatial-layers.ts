/** Convolutions, pooling and resizing of Keras as layers of TensorFlow.js. */
import * as tf from '@tensorflow/tfjs';
import type { GivenConfig, LayerArguments } from './given-config.js';
import { create, type LayerMaker } from './layer-maker.js';
import { computing, shaping } from './mended-layers.js';
import { Refusal } from './refusal.js';

const isOne = (value: unknown): boolean =>
  value === 1 || (Array.isArray(value) && value.every((one: unknown) => one === 1));

function convolution(given: GivenConfig, rank: number, padding: LayerArguments): LayerArguments {
  given.insist('groups', isOne);
  return {
    ...given.common(),
    ...given.dataFormat(),
    ...padding,
    kernelSize: given.sizes('kernel_size', rank),
    strides: given.sizes('strides', rank, 1),
    activation: given.activation(),
    useBias: given.boolean('use_bias', true),
  };
}

function padding(given: GivenConfig): LayerArguments {
  return { padding: given.choice('padding', ['valid', 'same'], 'valid') };
}

export const convolution1d: LayerMaker = (given) => {
  // With steps that look back alone: padded before the first one.
  const isCausal = given.get('padding') === 'causal';
  const args = {
    ...convolution(given, 1, isCausal ? { padding: 'valid' } : padding(given)),
    ...given.weights('kernel', 'bias'),
    filters: given.count('filters'),
    dilationRate: given.sizes('dilation_rate', 1, 1),
  };
  if (!isOne(given.sizes('strides', 1, 1)) && !isOne(args.dilationRate))
    throw new Refusal('TensorFlow.js has no strides together with dilation for it');
  const layer = create(tf.layers.conv1d, args);
  if (!isCausal) return layer;
  if (given.get('data_format') === 'channels_first') throw new Refusal('its channels come first');
  const before = (given.sizes('kernel_size', 1)[0]! - 1) * args.dilationRate[0]!;
  const mended = layer as unknown as {
    call(input: tf.Tensor, named: unknown): tf.Tensor;
    computeOutputShape(shape: unknown): (number | null)[];
  };
  const call = mended.call.bind(layer);
  const after = mended.computeOutputShape.bind(layer);
  computing(
    layer,
    (input, named) =>
      call(
        tf.pad(input, [
          [0, 0],
          [before, 0],
          [0, 0],
        ]),
        named,
      ),
    { padding: 'causal' },
  );
  return shaping(layer, ([batch = null, steps = null, channels = null]) =>
    after([batch, steps === null ? null : steps + before, channels]),
  );
};

export function convolution2d(kind: 'plain' | 'depthwise' | 'separable'): LayerMaker {
  return (given) => {
    const args = convolution(given, 2, padding(given));
    const depth = { depthMultiplier: given.count('depth_multiplier', 1) };
    const dilationRate = given.sizes('dilation_rate', 2, 1);
    switch (kind) {
      case 'plain':
        return create(tf.layers.conv2d, {
          ...args,
          ...given.weights('kernel', 'bias'),
          filters: given.count('filters'),
          dilationRate,
        });
      case 'depthwise':
        given.insist('dilation_rate', isOne);
        return create(tf.layers.depthwiseConv2d, { ...args, ...given.weights('depthwise', 'bias'), ...depth });
      case 'separable':
        return create(tf.layers.separableConv2d, {
          ...args,
          ...given.weights('depthwise', 'pointwise', 'bias'),
          ...depth,
          filters: given.count('filters'),
          dilationRate,
        });
    }
  };
}

export const convolution3d: LayerMaker = (given) =>
  create(tf.layers.conv3d, {
    ...convolution(given, 3, padding(given)),
    ...given.weights('kernel', 'bias'),
    filters: given.count('filters'),
    dilationRate: given.sizes('dilation_rate', 3, 1),
  });

export function transposed(rank: 2 | 3): LayerMaker {
  return (given) => {
    given.insist('dilation_rate', isOne);
    given.insist('output_padding', () => false);
    const args = {
      ...convolution(given, rank, padding(given)),
      ...given.weights('kernel', 'bias'),
      filters: given.count('filters'),
    };
    return create(rank === 2 ? tf.layers.conv2dTranspose : tf.layers.conv3dTranspose, args);
  };
}

export function poolingOf(factory: (args: never) => tf.layers.Layer, rank: number): LayerMaker {
  return (given) => {
    if (rank === 1) given.insist('data_format', (format) => format === 'channels_last');
    const poolSize = given.sizes('pool_size', rank, 2);
    const strides = given.has('strides') ? given.sizes('strides', rank) : poolSize;
    return create(factory as (args: unknown) => tf.layers.Layer, {
      ...given.common(),
      ...(rank === 1 ? {} : given.dataFormat()),
      ...padding(given),
      poolSize,
      strides,
    });
  };
}

export const resizing: LayerMaker = (given) => {
  given.insist('crop_to_aspect_ratio', (value) => value === false);
  given.insist('pad_to_aspect_ratio', (value) => value === false);
  given.insist('antialias', (value) => value === false);
  given.insist('data_format', (format) => format === 'channels_last');
  const [height, width] = [given.count('height'), given.count('width')];
  const interpolation = given.choice('interpolation', ['bilinear', 'nearest'], 'bilinear');
  const layer = create(tf.layers.resizing, { ...given.common(), height, width, interpolation });
  computing(layer, (input) =>
    interpolation === 'bilinear'
      ? tf.image.resizeBilinear(input as tf.Tensor4D, [height, width], false, true)
      : tf.image.resizeNearestNeighbor(input as tf.Tensor4D, [height, width], false, true),
  );
  return shaping(layer, (shape) => [shape[0] ?? null, height, width, shape[3] ?? null]);
};
