/** Convolutions, pooling and resizing of Keras as layers of TensorFlow.js. */
import * as tf from '@tensorflow/tfjs';
import type { GivenConfig, LayerArguments } from './given-config.js';
import { create, type LayerMaker } from './layer-maker.js';
import { withGradients } from './dilated.js';
import { groupedConvolution } from './grouped.js';
import { computing, shaping } from './mended-layers.js';
import { Refusal } from './refusal.js';
import { transposedSize } from './steps.js';

const isOne = (value: unknown): boolean =>
  value === 1 || (Array.isArray(value) && value.every((one: unknown) => one === 1));

function convolution(given: GivenConfig, rank: number, padding: LayerArguments): LayerArguments {
  if (rank !== 1 && rank !== 2) given.insist('groups', isOne);
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

function isInGroups(given: GivenConfig): boolean {
  return given.has('groups') && given.number('groups') !== 1;
}

/** TensorFlow.js computes convolutions with gaps between what they see, but has no gradients for them. */
function mendGaps(given: GivenConfig, rank: 1 | 2, layer: tf.layers.Layer, padded?: 'valid'): tf.layers.Layer {
  if (given.get('data_format') === 'channels_first') return layer;
  return withGradients(layer, {
    rate: given.pictureSizes('dilation_rate', rank, 1),
    size: given.pictureSizes('kernel_size', rank),
    padding: padded ?? given.choice('padding', ['valid', 'same'], 'valid'),
  });
}

/** TensorFlow.js forgets the gaps in what it says of the shape. */
function reaching(given: GivenConfig, layer: tf.layers.Layer, rate: readonly number[]): tf.layers.Layer {
  given.channelsLast();
  given.insist('strides', isOne);
  if (given.get('padding') === 'same') return layer;
  const size = given.sizes('kernel_size', 2);
  const depth = given.count('depth_multiplier', 1);
  const made = (count: number | null | undefined, at: number): number | null =>
    typeof count === 'number' ? count - (size[at]! - 1) * rate[at]! : null;
  return shaping(layer, ([batch = null, height, width, channels = null]) => [
    batch,
    made(height, 0),
    made(width, 1),
    channels === null ? null : channels * depth,
  ]);
}

function padding(given: GivenConfig): LayerArguments {
  return { padding: given.choice('padding', ['valid', 'same'], 'valid') };
}

export const convolution1d: LayerMaker = (given) => {
  if (isInGroups(given)) return groupedConvolution(given, 1);
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
  mendGaps(given, 1, layer, isCausal ? 'valid' : undefined);
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
    if (kind === 'plain' && isInGroups(given)) return groupedConvolution(given, 2);
    const args = convolution(given, 2, padding(given));
    const depth = { depthMultiplier: given.count('depth_multiplier', 1) };
    const dilationRate = given.sizes('dilation_rate', 2, 1);
    switch (kind) {
      case 'plain':
        return mendGaps(
          given,
          2,
          create(tf.layers.conv2d, {
            ...args,
            ...given.weights('kernel', 'bias'),
            filters: given.count('filters'),
            dilationRate,
          }),
        );
      case 'depthwise': {
        const layer = create(tf.layers.depthwiseConv2d, {
          ...args,
          ...given.weights('depthwise', 'bias'),
          ...depth,
          dilationRate,
        });
        return isOne(dilationRate) ? layer : reaching(given, mendGaps(given, 2, layer), dilationRate);
      }
      case 'separable':
        return mendGaps(
          given,
          2,
          create(tf.layers.separableConv2d, {
            ...args,
            ...given.weights('depthwise', 'pointwise', 'bias'),
            ...depth,
            filters: given.count('filters'),
            dilationRate,
          }),
        );
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
    const more = given.has('output_padding') ? paddingOf(given, rank) : undefined;
    if (more && rank === 3) throw new Refusal('TensorFlow.js has no output_padding for it');
    const args = {
      ...convolution(given, rank, padding(given)),
      ...given.weights('kernel', 'bias'),
      filters: given.count('filters'),
    };
    if (rank === 3) return create(tf.layers.conv3dTranspose, args);
    const layer = create(tf.layers.conv2dTranspose, args);
    return more ? paddedBehind(given, layer, more) : layer;
  };
}

function paddingOf(given: GivenConfig, rank: number): number[] {
  const all = given.integers('output_padding');
  return all.length === 1 ? Array<number>(rank).fill(all[0]!) : all;
}

/** Keras says how much more comes out than must. */
function paddedBehind(given: GivenConfig, layer: tf.layers.Layer, more: readonly number[]): tf.layers.Layer {
  given.channelsLast();
  const [size, strides] = [given.sizes('kernel_size', 2), given.sizes('strides', 2, 1) as [number, number]];
  const padding = given.choice('padding', ['valid', 'same'], 'valid');
  const made = (count: number, at: number): number =>
    transposedSize(count, size[at]!, strides[at]!, padding, more[at]!);
  const activation = given.activate();
  const filters = given.count('filters');
  const built = layer as unknown as { readonly kernel: tf.LayerVariable; readonly bias: tf.LayerVariable | null };
  computing(layer, (input) => {
    const { kernel, bias } = built;
    const [batch, height, width] = input.shape as [number, number, number];
    const shape: [number, number, number, number] = [batch, made(height, 0), made(width, 1), filters];
    const out = tf.conv2dTranspose(input as tf.Tensor4D, kernel.read() as tf.Tensor4D, shape, strides, padding);
    return activation(bias ? tf.add(out, bias.read()) : out);
  });
  return shaping(layer, ([batch = null, height = null, width = null]) => [
    batch,
    height === null ? null : made(height, 0),
    width === null ? null : made(width, 1),
    filters,
  ]);
}

export function poolingOf(factory: (args: never) => tf.layers.Layer, rank: number): LayerMaker {
  return (given) => {
    if (rank === 1) given.channelsLast();
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
  given.channelsLast();
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
