/**
 * Convolutions that look at every second step or pixel. TensorFlow.js has no gradients for them: what is left of steps
 * by division is one picture each, without gaps.
 */
import * as tf from '@tensorflow/tfjs';
import { computing } from './mended-layers.js';

/** What TensorFlow.js's convolutions have once they are built, by whichever of them. */
interface Built {
  readonly kernel?: tf.LayerVariable;
  readonly depthwiseKernel?: tf.LayerVariable;
  readonly pointwiseKernel?: tf.LayerVariable;
  readonly bias?: tf.LayerVariable | null;
  readonly activation?: { apply(x: tf.Tensor): tf.Tensor } | null;
}

export interface Gaps {
  readonly rate: readonly [height: number, width: number];
  /** Of the kernel. */
  readonly size: readonly [height: number, width: number];
  readonly padding: 'valid' | 'same';
}

/** @param convolve without gaps and strides, padded as it is told */
export function dilated(
  x: tf.Tensor4D,
  { rate, size, padding }: Gaps,
  convolve: (x: tf.Tensor4D, padding: 'valid' | 'same') => tf.Tensor4D,
): tf.Tensor4D {
  if (rate.every((one) => one === 1)) return convolve(x, padding);
  const sides = ([0, 1] as const).map((at) => {
    const more = (size[at] - 1) * rate[at];
    const before = padding === 'same' ? Math.floor(more / 2) : 0;
    const padded = x.shape[at + 1]! + (padding === 'same' ? more : 0);
    const rest = (rate[at] - (padded % rate[at])) % rate[at];
    return { padding: [before, (padding === 'same' ? more - before : 0) + rest], made: padded - more };
  });
  const parts = tf.spaceToBatchND(
    x,
    [...rate],
    sides.map((side) => side.padding),
  );
  const out = convolve(parts, 'valid');
  return tf.batchToSpaceND(
    out,
    [...rate],
    sides.map(({ made }, at) => [0, out.shape[at + 1]! * rate[at]! - made]),
  );
}

/** The layer, over steps or pictures whose channels are last, computes what it did, with gradients. */
export function withGradients(layer: tf.layers.Layer, gaps: Gaps): tf.layers.Layer {
  if (gaps.rate.every((one) => one === 1)) return layer;
  return computing(layer, (input) => {
    const { kernel, depthwiseKernel, pointwiseKernel, bias, activation } = layer as unknown as Built;
    const areSteps = input.rank === 3;
    const row = (areSteps ? tf.expandDims(input, 1) : input) as tf.Tensor4D;
    const read = (weight: tf.LayerVariable): tf.Tensor4D =>
      (areSteps ? tf.expandDims(weight.read(), 0) : weight.read()) as tf.Tensor4D;
    const seen = dilated(row, gaps, (x, padding) =>
      kernel ? tf.conv2d(x, read(kernel), 1, padding) : tf.depthwiseConv2d(x, read(depthwiseKernel!), 1, padding),
    );
    const made = pointwiseKernel ? tf.conv2d(seen, read(pointwiseKernel), 1, 'valid') : seen;
    const out = areSteps ? tf.squeeze(made, [1]) : made;
    const biased = bias ? tf.add(out, bias.read()) : out;
    return activation ? activation.apply(biased) : biased;
  });
}
