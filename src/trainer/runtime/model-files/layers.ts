/**
 * Keras's layers by their names, each made of its configuration as a layer of TensorFlow.js: the list of
 * what models from files can be made of. Nothing of a file chooses what is called; what is not in the list
 * is refused. Weights are made later, when layers are called.
 */
import * as tf from '@tensorflow/tfjs';
import { attentionMakers } from './attention.js';
import { resettingAfter } from './gated-recurrent.js';
import type { GivenConfig, LayerArguments } from './given-config.js';
import { create, type LayerMaker } from './layer-maker.js';
import { centerCrop, cropping, globalPooling3d, marginsOf, padding, upSampling } from './margins.js';
import { withoutMaskedSteps } from './masks.js';
import {
  asFrozenInKeras,
  averageOfSteps,
  computing,
  dropoutOf,
  Identity,
  Normalization,
  shaping,
  spatialDropout,
  Subtract,
  withConstants,
} from './mended-layers.js';
import { alongAxis, groupNormalization, rmsNormalization, unitNormalization } from './normalization.js';
import { einsumDense, layerScale, stochasticDepth } from './own-weights.js';
import { convolution1d, convolution2d, convolution3d, poolingOf, resizing, transposed } from './spatial-layers.js';
import { Refusal } from './refusal.js';
import { depthwiseConvolution1d, separableConvolution1d, transposedConvolution1d } from './steps.js';

export const layerMakers: Readonly<Record<string, LayerMaker>> = {
  Dense: (given) =>
    create(tf.layers.dense, {
      ...given.common(),
      ...given.weights('kernel', 'bias'),
      units: given.count('units'),
      activation: given.activation(),
      useBias: given.boolean('use_bias', true),
    }),
  Embedding: (given) => {
    given.insist('activity_regularizer', () => false);
    return create(tf.layers.embedding, {
      ...given.common(),
      ...given.weights('embeddings'),
      inputDim: given.count('input_dim'),
      outputDim: given.count('output_dim'),
      maskZero: given.boolean('mask_zero', false),
    });
  },

  Conv1D: convolution1d,
  Conv2D: convolution2d('plain'),
  DepthwiseConv2D: convolution2d('depthwise'),
  SeparableConv2D: convolution2d('separable'),
  SeparableConv1D: separableConvolution1d,
  DepthwiseConv1D: depthwiseConvolution1d,
  Conv3D: convolution3d,
  Conv1DTranspose: transposedConvolution1d,
  Conv2DTranspose: transposed(2),
  Conv3DTranspose: transposed(3),

  MaxPooling1D: poolingOf(tf.layers.maxPooling1d, 1),
  MaxPooling2D: poolingOf(tf.layers.maxPooling2d, 2),
  MaxPooling3D: poolingOf(tf.layers.maxPooling3d, 3),
  AveragePooling1D: poolingOf(tf.layers.averagePooling1d, 1),
  AveragePooling2D: poolingOf(tf.layers.averagePooling2d, 2),
  AveragePooling3D: poolingOf(tf.layers.averagePooling3d, 3),
  GlobalAveragePooling1D: (given) => {
    lastAlone(given);
    return averageOfSteps(create(tf.layers.globalAveragePooling1d, given.common()), given.boolean('keepdims', false));
  },
  GlobalMaxPooling1D: (given) => {
    lastAlone(given);
    const layer = create(tf.layers.globalMaxPooling1d, given.common());
    if (!given.boolean('keepdims', false)) return layer;
    computing(layer, (input) => tf.max(input, 1, true), { keepdims: true });
    return shaping(layer, ([batch = null, , channels = null]) => [batch, 1, channels]);
  },
  GlobalAveragePooling2D: globalPooling(tf.layers.globalAveragePooling2d, tf.mean),
  GlobalMaxPooling2D: globalPooling(tf.layers.globalMaxPooling2d, tf.max),
  GlobalAveragePooling3D: globalPooling3d(tf.mean),
  GlobalMaxPooling3D: globalPooling3d(tf.max),

  UpSampling2D: (given) => {
    const [height, width] = given.sizes('size', 2, 2) as [number, number];
    const interpolation = given.choice('interpolation', ['nearest', 'bilinear'], 'nearest');
    const format = given.dataFormat();
    const layer = create(tf.layers.upSampling2d, {
      ...given.common(),
      ...format,
      size: [height, width],
      interpolation,
    });
    if (interpolation === 'nearest') return layer;
    if (format['dataFormat'] !== 'channelsLast') throw new Refusal('its channels come first');
    return computing(layer, (input) => smoothly(input, input.shape[1]! * height, input.shape[2]! * width));
  },
  Resizing: resizing,
  CenterCrop: centerCrop,
  Rescaling: (given) => {
    const [scale = 1, offset = 0] = [numbersOf(given.get('scale')), numbersOf(given.get('offset'))];
    if (typeof scale === 'number' && typeof offset === 'number')
      return create(tf.layers.rescaling, { ...given.common(), scale, offset });
    const layer = create(tf.layers.rescaling, { ...given.common(), scale: 1 });
    return computing(layer, (x) => tf.add(tf.mul(x, scale), offset), { scale, offset });
  },
  UpSampling1D: upSampling(1),
  UpSampling3D: upSampling(3),
  ZeroPadding1D: padding(1),
  ZeroPadding3D: padding(3),
  Cropping1D: cropping(1),
  Cropping3D: cropping(3),
  ZeroPadding2D: (given) =>
    create(tf.layers.zeroPadding2d, {
      ...given.common(),
      ...given.dataFormat(),
      padding: marginsOf(given, 'padding', 2),
    }),
  Cropping2D: (given) =>
    create(tf.layers.cropping2D, {
      ...given.common(),
      ...given.dataFormat(),
      cropping: marginsOf(given, 'cropping', 2),
    }),

  Flatten: (given) => create(tf.layers.flatten, { ...given.common(), ...given.dataFormat() }),
  Reshape: (given) =>
    create(tf.layers.reshape, {
      ...given.common(),
      targetShape: given.integers('target_shape').map((size) => (size < 0 ? null : size)),
    }),
  Permute: (given) => create(tf.layers.permute, { ...given.common(), dims: given.integers('dims') }),
  RepeatVector: (given) => create(tf.layers.repeatVector, { ...given.common(), n: given.count('n') }),
  Masking: (given) => create(tf.layers.masking, { ...given.common(), maskValue: given.number('mask_value', 0) }),
  Identity: (given) => new Identity(given.common()),

  BatchNormalization: (given) => {
    given.insist('renorm', (value) => value === false);
    const axis = given.has('axis') ? given.integers('axis') : [-1];
    if (axis.length !== 1) throw new Refusal('it normalizes over several axes');
    const [center, scale] = [given.boolean('center', true), given.boolean('scale', true)];
    const layer = create(tf.layers.batchNormalization, {
      ...given.common(),
      ...given.weights('beta', 'gamma', 'moving_mean', 'moving_variance'),
      axis: -1,
      momentum: given.number('momentum', 0.99),
      epsilon: given.number('epsilon', 1e-3),
      center,
      scale,
    });
    return alongAxis(asFrozenInKeras(withConstants(layer, scale, center)), axis[0]!);
  },
  GroupNormalization: groupNormalization,
  RMSNormalization: rmsNormalization,
  UnitNormalization: unitNormalization,
  Normalization: (given) => {
    const axes = given.has('axis') ? given.integers('axis') : [];
    const [mean, variance] = [given.get('mean'), given.get('variance')].map(numbersOf);
    const told = mean !== undefined && variance !== undefined ? ([mean, variance] as const) : undefined;
    return new Normalization(given.common(), axes, told, given.boolean('invert', false));
  },
  LayerNormalization: (given) => {
    given.insist('rms_scaling', (value) => value === false);
    const axis = given.has('axis') ? given.integers('axis') : [-1];
    const [center, scale] = [given.boolean('center', true), given.boolean('scale', true)];
    const layer = create(tf.layers.layerNormalization, {
      ...given.common(),
      ...given.weights('beta', 'gamma'),
      axis: axis.length === 1 ? axis[0] : axis,
      epsilon: given.number('epsilon', 1e-3),
      center,
      scale,
    });
    if (!(center && scale) && axis.length > 1)
      throw new Refusal('it normalizes over several axes without scale or centre');
    return withConstants(layer, scale, center);
  },

  // A seed of its own would repeat one mask in every step: the run's seed makes them.
  Dropout: (given) => {
    const rate = given.number('rate');
    if (!given.has('noise_shape')) return create(tf.layers.dropout, { ...given.common(), rate });
    const noise = given.integers('noise_shape').map((size) => (size < 1 ? null : size));
    return dropoutOf(given.common(), rate, noise);
  },
  SpatialDropout1D: (given) => create(tf.layers.spatialDropout1d, { ...given.common(), rate: given.number('rate') }),
  SpatialDropout2D: (given) =>
    spatialDropout(given.common(), given.number('rate'), 2, given.dataFormat()['dataFormat'] === 'channelsFirst'),
  SpatialDropout3D: (given) =>
    spatialDropout(given.common(), given.number('rate'), 3, given.dataFormat()['dataFormat'] === 'channelsFirst'),
  GaussianNoise: (given) => create(tf.layers.gaussianNoise, { ...given.common(), stddev: given.number('stddev') }),
  GaussianDropout: (given) => create(tf.layers.gaussianDropout, { ...given.common(), rate: given.number('rate') }),
  AlphaDropout: (given) => create(tf.layers.alphaDropout, { ...given.common(), rate: given.number('rate') }),

  Activation: (given) =>
    create(tf.layers.activation, { ...given.common(), activation: given.activation() ?? 'linear' }),
  ReLU: (given) => {
    const maxValue = given.has('max_value') ? given.number('max_value') : undefined;
    const slope = given.number('negative_slope', 0);
    const threshold = given.number('threshold', 0);
    const layer = create(tf.layers.reLU, { ...given.common(), ...(maxValue === undefined ? {} : { maxValue }) });
    if (slope === 0 && threshold === 0) return layer;
    return computing(
      layer,
      (x) => {
        // By steps, which have gradients, where comparisons have none.
        const below = tf.step(tf.sub(threshold, x));
        const passed = tf.mul(maxValue === undefined ? x : tf.minimum(x, maxValue), tf.sub(1, below));
        return tf.add(passed, tf.mul(tf.mul(tf.sub(x, threshold), slope), below));
      },
      { negativeSlope: slope, threshold },
    );
  },
  LeakyReLU: (given) =>
    create(tf.layers.leakyReLU, {
      ...given.common(),
      alpha: given.has('negative_slope') ? given.number('negative_slope') : given.number('alpha', 0.3),
    }),
  PReLU: (given) =>
    create(tf.layers.prelu, {
      ...given.common(),
      ...given.weights('alpha'),
      ...(given.has('shared_axes') ? { sharedAxes: given.integers('shared_axes') } : {}),
    }),
  ELU: (given) => {
    const alpha = given.number('alpha', 1);
    const layer = create(tf.layers.elu, given.common());
    if (alpha === 1) return layer;
    return computing(layer, (x) => tf.add(tf.relu(x), tf.mul(tf.expm1(tf.minimum(x, 0)), alpha)), { alpha });
  },
  ThresholdedReLU: (given) => {
    const theta = given.number('theta', 1);
    const layer = create(tf.layers.thresholdedReLU, { ...given.common(), theta });
    return computing(layer, (x) => tf.mul(x, tf.step(tf.sub(x, theta))));
  },
  Softmax: (given) => {
    const axis = given.has('axis') ? given.integers('axis') : [-1];
    if (axis.length !== 1) throw new Refusal('it goes over several axes');
    const layer = create(tf.layers.softmax, { ...given.common(), axis: axis[0] });
    if (axis[0] === -1) return layer;
    return computing(
      layer,
      (x) => {
        const raised = tf.exp(tf.sub(x, tf.max(x, axis[0], true)));
        return tf.div(raised, tf.sum(raised, axis[0], true));
      },
      { axis: axis[0] },
    );
  },

  Add: (given) => create(tf.layers.add, given.common()),
  Subtract: (given) => new Subtract(given.common()),
  Multiply: (given) => create(tf.layers.multiply, given.common()),
  Average: (given) => create(tf.layers.average, given.common()),
  Maximum: (given) => create(tf.layers.maximum, given.common()),
  Minimum: (given) => create(tf.layers.minimum, given.common()),
  Concatenate: (given) => create(tf.layers.concatenate, { ...given.common(), axis: given.number('axis', -1) }),
  Dot: (given) => {
    const axes = given.integers('axes');
    return create(tf.layers.dot, {
      ...given.common(),
      axes: axes.length === 1 ? axes[0] : axes,
      normalize: given.boolean('normalize', false),
    });
  },

  ...attentionMakers,
  EinsumDense: einsumDense,
  LayerScale: layerScale,
  StochasticDepth: stochasticDepth,

  SimpleRNN: (given) => create(tf.layers.simpleRNN, { ...recurrent(given), units: given.count('units') }),
  LSTM: (given) =>
    create(tf.layers.lstm, {
      ...recurrent(given),
      units: given.count('units'),
      recurrentActivation: given.activation('recurrent_activation') ?? 'sigmoid',
      unitForgetBias: given.boolean('unit_forget_bias', true),
    }),
  GRU: (given) => {
    const layer = create(tf.layers.gru, {
      ...recurrent(given),
      units: given.count('units'),
      recurrentActivation: given.activation('recurrent_activation') ?? 'sigmoid',
    });
    return given.boolean('reset_after', false) ? resettingAfter(layer) : layer;
  },
  ConvLSTM2D: (given) => {
    given.insist('dropout', (value) => value === 0);
    given.insist('recurrent_dropout', (value) => value === 0);
    return create(tf.layers.convLstm2d as (args: unknown) => tf.layers.Layer, {
      ...recurrent(given),
      ...given.dataFormat(),
      filters: given.count('filters'),
      kernelSize: given.sizes('kernel_size', 2),
      strides: given.sizes('strides', 2, 1),
      padding: given.choice('padding', ['valid', 'same'], 'valid'),
      dilationRate: given.sizes('dilation_rate', 2, 1),
      recurrentActivation: given.activation('recurrent_activation') ?? 'sigmoid',
      unitForgetBias: given.boolean('unit_forget_bias', true),
    });
  },
  Bidirectional: (given, inner) => {
    const mode: unknown = given.layer.config['merge_mode'] === null ? null : (given.get('merge_mode') ?? 'concat');
    if (mode !== null && !['concat', 'sum', 'ave', 'mul'].includes(mode as string))
      throw new Refusal(`TensorFlow.js has no merge_mode ${JSON.stringify(mode)} for it`);
    const forward = inner.wrapped();
    const backward = inner.wrappedBack();
    if (!(forward instanceof tf.RNN) || !(backward instanceof tf.RNN))
      throw new Refusal('it is around no recurrent layer');
    // Its own layers would be copies by configuration, which knows nothing of what was mended.
    const { returnSequences, returnState, stateful } = forward;
    const stand = tf.layers.simpleRNN({ units: 1, returnSequences, returnState, stateful });
    const layer = create(tf.layers.bidirectional, { ...given.common(), layer: stand, mergeMode: mode });
    forward.name = `forward_${forward.name}`;
    backward.name = `backward_${backward.name}`;
    Object.assign(layer, { forwardLayer: forward, backwardLayer: backward });
    layer.trainable = given.common()['trainable'] === true;
    return returnSequences ? withoutMaskedSteps(layer) : layer;
  },
  TimeDistributed: (given, inner) => create(tf.layers.timeDistributed, { ...given.common(), layer: inner.wrapped() }),
};

function recurrent(given: GivenConfig): LayerArguments {
  return {
    ...given.common(),
    ...given.weights('kernel', 'recurrent', 'bias'),
    activation: given.activation() ?? 'tanh',
    useBias: given.boolean('use_bias', true),
    dropout: given.number('dropout', 0),
    recurrentDropout: given.number('recurrent_dropout', 0),
    returnSequences: given.boolean('return_sequences', false),
    returnState: given.boolean('return_state', false),
    goBackwards: given.boolean('go_backwards', false),
    stateful: given.boolean('stateful', false),
    unroll: given.boolean('unroll', false),
  };
}

/** A number, or all numbers in lists within lists; `undefined` where there are none. */
function numbersOf(value: unknown): number | number[] | undefined {
  if (typeof value === 'number') return value;
  if (!Array.isArray(value)) return undefined;
  const all: unknown[] = value.flat(8);
  if (!all.every((one): one is number => typeof one === 'number'))
    throw new Refusal('what should be numbers in it is none');
  return all;
}

function lastAlone(given: GivenConfig): void {
  given.channelsLast();
}

function globalPooling(
  factory: (args: never) => tf.layers.Layer,
  reduce: (x: tf.Tensor, axis: number[], keepDims: boolean) => tf.Tensor,
): LayerMaker {
  return (given) => {
    const format = given.dataFormat();
    const layer = create(factory as (args: unknown) => tf.layers.Layer, { ...given.common(), ...format });
    if (!given.boolean('keepdims', false)) return layer;
    const isLast = format['dataFormat'] === 'channelsLast';
    computing(layer, (input) => reduce(input, isLast ? [1, 2] : [2, 3], true), { keepdims: true });
    return shaping(layer, (shape) => {
      const [batch = null, second = null, , last = null] = shape;
      return isLast ? [batch, 1, 1, last] : [batch, second, 1, 1];
    });
  };
}

/** As TensorFlow resizes since its second version: pixels are squares, their centres half a pixel in. */
function smoothly(input: tf.Tensor, height: number, width: number): tf.Tensor {
  return tf.image.resizeBilinear(input as tf.Tensor4D, [height, width], false, true);
}
