/** Keras's layers that are a product with their weights, and those of its own networks. */
import * as tf from '@tensorflow/tfjs';
import { contracted, contractionOf } from './contraction.js';
import type { LayerMaker } from './layer-maker.js';
import { ownLayer, type Sizes } from './own-layer.js';
import { Refusal } from './refusal.js';

/** A product by Einstein's notation. */
export const einsumDense: LayerMaker = (given) => {
  const equation = String(given.get('equation'));
  const told = given.integers('output_shape');
  const biasAxes = given.has('bias_axes') ? String(given.get('bias_axes')) : '';
  const activation = given.activate();
  const letters = (shape: Sizes) => {
    const { left, right, result } = contractionOf(equation, shape.length);
    const size = new Map([...left].map((letter, at) => [letter, shape[at] ?? null]));
    // What is told stands at the end of what comes out; open sizes are those of what comes in.
    [...result].slice(-told.length).forEach((letter, at) => {
      if (told[at]! > 0) size.set(letter, told[at]!);
    });
    const sizes = (wanted: string): number[] =>
      [...wanted].map((letter) => {
        const one = size.get(letter);
        if (typeof one !== 'number') throw new Refusal('how large its weights are does not stand in the file');
        return one;
      });
    return { left, right, result, size, sizes };
  };
  return ownLayer(given, {
    passesMask: true,
    weights([shape = []]) {
      const { right, result, sizes } = letters(shape);
      const bias = [...result].filter((letter) => biasAxes.includes(letter)).join('');
      const first = bias === '' ? result.length : result.indexOf(bias[0]!);
      const stretched = [...result].slice(first).map((letter) => (biasAxes.includes(letter) ? sizes(letter)[0]! : 1));
      return [
        { name: 'kernel', shape: sizes(right) },
        ...(bias === '' ? [] : [{ name: 'bias', shape: stretched, initializer: 'zeros' as const }]),
      ];
    },
    shape([shape = []]) {
      const { result, size } = letters(shape);
      return [...result].map((letter) => size.get(letter) ?? null);
    },
    compute([x], [kernel, bias]) {
      const product = contracted(contractionOf(equation, x!.rank), x!, kernel!);
      return activation(bias ? tf.add(product, bias) : product);
    },
  });
};

/** Of ConvNeXt: each feature by a number of its own. */
export const layerScale: LayerMaker = (given) => {
  const size = given.count('projection_dim');
  return ownLayer(given, {
    weights: () => [{ name: 'gamma', shape: [size], initializer: 'ones' }],
    compute: ([x], [gamma]) => tf.mul(x!, gamma!),
  });
};

/** Of ConvNeXt: in training, whole examples are left out. */
export const stochasticDepth: LayerMaker = (given) => {
  const rate = given.number('drop_path_rate');
  return ownLayer(given, {
    compute([x], _weights, { training }) {
      if (!training || rate <= 0) return tf.clone(x!);
      const kept = tf.dropout(tf.ones([x!.shape[0]!, ...x!.shape.slice(1).map(() => 1)]), rate);
      return tf.mul(x!, kept);
    },
  });
};
