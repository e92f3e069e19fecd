/** Convolutions whose features are in groups, each of which is seen by filters of its own; TensorFlow.js has none. */
import * as tf from '@tensorflow/tfjs';
import { dilated } from './dilated.js';
import type { GivenConfig } from './given-config.js';
import { featuresOf, ownLayer } from './own-layer.js';
import { Refusal } from './refusal.js';

/** Over steps where `rank` is 1, over pictures where it is 2. */
export function groupedConvolution(given: GivenConfig, rank: 1 | 2): tf.layers.Layer {
  given.channelsLast();
  const size = given.pictureSizes('kernel_size', rank);
  const strides = given.pictureSizes('strides', rank, 1);
  const rate = given.pictureSizes('dilation_rate', rank, 1);
  const padding = given.choice('padding', ['valid', 'same'], 'valid');
  const [groups, filters] = [given.count('groups'), given.count('filters')];
  const hasBias = given.boolean('use_bias', true);
  const activation = given.activate();
  const made = (count: number | null, at: number): number | null => {
    if (count === null) return null;
    const seen = padding === 'same' ? count : count - (size[at]! - 1) * rate[at]!;
    return Math.ceil(seen / strides[at]!);
  };
  return ownLayer(given, {
    weights([shape]) {
      const features = featuresOf(shape);
      if (features % groups !== 0 || filters % groups !== 0)
        throw new Refusal(`its features and filters are not ${groups} groups of equal size`);
      return [
        { name: 'kernel', shape: [...size.slice(2 - rank), features / groups, filters] },
        ...(hasBias ? [{ name: 'bias', shape: [filters], initializer: 'zeros' as const }] : []),
      ];
    },
    shape: ([shape = []]) => [
      shape[0] ?? null,
      ...shape.slice(1, -1).map((count, at) => made(count, at + 2 - rank)),
      filters,
    ],
    compute([input], [weight, bias]) {
      const x = (rank === 1 ? tf.expandDims(input!, 1) : input!) as tf.Tensor4D;
      const kernel = (rank === 1 ? tf.expandDims(weight!, 0) : weight!) as tf.Tensor4D;
      const features = x.shape[3];
      const all = dilated(x, { rate, size, padding }, (part, pad) => {
        if (features === groups && (strides[0] === strides[1] || rank === 1)) {
          const own = tf.reshape(kernel, [...size, groups, filters / groups]) as tf.Tensor4D;
          return tf.depthwiseConv2d(part, own, Math.max(...strides), pad);
        }
        const kernels = tf.split(kernel, groups, 3);
        return tf.concat(
          (tf.split(part, groups, 3) as tf.Tensor4D[]).map((one, at) =>
            tf.conv2d(one, kernels[at] as tf.Tensor4D, strides, pad),
          ),
          3,
        );
      });
      const out = rank === 1 ? tf.squeeze(all, [1]) : all;
      return activation(bias ? tf.add(out, bias) : out);
    },
  });
}
