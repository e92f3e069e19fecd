/** Keras's normalizations that TensorFlow.js does not have, or not along every axis. */
import * as tf from '@tensorflow/tfjs';
import type { GivenConfig } from './given-config.js';
import type { LayerMaker } from './layer-maker.js';
import { featuresOf, ownLayer, type OwnWeight } from './own-layer.js';
import { Refusal } from './refusal.js';

function axesOf(given: GivenConfig, rank: number): number[] {
  const axes = given.has('axis') ? given.integers('axis') : [-1];
  return axes.map((axis) => (axis < 0 ? axis + rank : axis));
}

/** Of groups of features, each on its own. */
export const groupNormalization: LayerMaker = (given) => {
  const epsilon = given.number('epsilon', 1e-3);
  const [scales, centers] = [given.boolean('scale', true), given.boolean('center', true)];
  const axisIn = (rank: number): number => axesOf(given, rank)[0]!;
  return ownLayer(given, {
    passesMask: true,
    weights([shape = []]) {
      const size = featuresOf(shape, axisIn(shape.length));
      return [
        ...(scales ? [{ name: 'gamma', shape: [size], initializer: 'ones' as const }] : []),
        ...(centers ? [{ name: 'beta', shape: [size], initializer: 'zeros' as const }] : []),
      ];
    },
    compute([input], weights) {
      const x = input!;
      const axis = axisIn(x.rank);
      const size = x.shape[axis]!;
      const wanted = given.number('groups', 32);
      const groups = wanted === -1 ? size : wanted;
      if (size % groups !== 0) throw new Refusal(`its ${size} features are not ${groups} groups of equal size`);
      const shape = [...x.shape.slice(0, axis), groups, size / groups, ...x.shape.slice(axis + 1)];
      const grouped = tf.reshape(x, shape);
      const others = shape.flatMap((_, at) => (at === 0 || at === axis ? [] : [at]));
      const { mean, variance } = tf.moments(grouped, others, true);
      const normal = tf.reshape(tf.mul(tf.sub(grouped, mean), tf.rsqrt(tf.add(variance, epsilon))), x.shape);
      const stretched = x.shape.map((_, at) => (at === axis ? size : 1));
      const [gamma, beta] = scales ? weights : [undefined, ...weights];
      const scaled = gamma ? tf.mul(normal, tf.reshape(gamma, stretched)) : normal;
      return beta ? tf.add(scaled, tf.reshape(beta, stretched)) : scaled;
    },
  });
};

/** By the root of the mean square, without a centre. */
export const rmsNormalization: LayerMaker = (given) => {
  const epsilon = given.number('epsilon', 1e-6);
  const kept = (shape: readonly unknown[]): number[] => axesOf(given, shape.length).sort((a, b) => a - b);
  return ownLayer(given, {
    passesMask: true,
    weights: ([shape = []]): OwnWeight[] => [
      { name: 'scale', shape: kept(shape).map((axis) => featuresOf(shape, axis)), initializer: 'ones' },
    ],
    compute([input], [scale]) {
      const x = input!;
      const axes = kept(x.shape);
      const width = tf.rsqrt(tf.add(tf.mean(tf.square(x), axes, true), epsilon));
      const stretched = x.shape.map((size, at) => (axes.includes(at) ? size : 1));
      return tf.mul(tf.mul(x, width), tf.reshape(scale!, stretched));
    },
  });
};

/** Of length 1. */
export const unitNormalization: LayerMaker = (given) =>
  ownLayer(given, {
    passesMask: true,
    compute([input]) {
      const squares = tf.sum(tf.square(input!), axesOf(given, input!.rank), true);
      return tf.mul(input!, tf.rsqrt(tf.maximum(squares, 1e-24)));
    },
  });

/** What TensorFlow.js asks a layer that normalizes batches. */
interface AlongLast {
  build(shape: tf.Shape): void;
  call(input: tf.Tensor | tf.Tensor[], named: unknown): tf.Tensor;
  inputSpec: unknown;
}

/** TensorFlow.js normalizes rightly along the last axis alone: others are moved there, and back. */
export function alongAxis(layer: tf.layers.Layer, axis: number): tf.layers.Layer {
  if (axis === -1) return layer;
  const mended = layer as unknown as AlongLast;
  const [build, call] = [mended.build.bind(layer), mended.call.bind(layer)];
  const orderFor = (rank: number): number[] => {
    const place = axis < 0 ? axis + rank : axis;
    const others = Array.from({ length: rank }, (_, at) => at).filter((at) => at !== place);
    return [...others, place];
  };
  mended.build = (shape) => {
    build(orderFor(shape.length).map((at) => shape[at]!));
    mended.inputSpec = [];
  };
  mended.call = (inputs, named) =>
    tf.tidy(() => {
      const input = [inputs].flat()[0]!;
      const order = orderFor(input.rank);
      const back = order.map((_, at) => order.indexOf(at));
      return tf.transpose(call(tf.transpose(input, order), named), back);
    });
  return layer;
}
