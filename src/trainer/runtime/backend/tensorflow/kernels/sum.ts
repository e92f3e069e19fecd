/** Sums down to the last dimension, which is what a bias's gradient is, by the op that TensorFlow has for that. */
import * as tf from '@tensorflow/tfjs';
import { replaceKernel } from '../kernel.js';

interface Attributes {
  readonly axis: number | number[] | undefined;
  readonly keepDims: boolean;
}

export function registerSum(): void {
  replaceKernel<{ readonly x: tf.TensorInfo }, Attributes>('Sum', ({ inputs: { x }, attrs, ops }) => {
    const rank = x.shape.length;
    if (rank < 2 || rank > 5 || x.dtype !== 'float32' || attrs.keepDims || x.shape.includes(0)) return undefined;
    const axes = tf.util.parseAxisParam(attrs.axis as number[], x.shape);
    if (axes.length !== rank - 1 || axes.includes(rank - 1)) return undefined;
    return ops.run('BiasAddGrad', [x], [ops.type('T', 'float32'), ops.string('data_format', 'NHWC')]);
  });
}
