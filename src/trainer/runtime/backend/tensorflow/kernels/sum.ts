/**
 * Sums down to the last dimension, which is what a bias's gradient is, by the op that TensorFlow has
 * for that. It adds one row after the other, which over hundreds of thousands of rows loses three
 * digits: long ones are summed in parts, and then the parts.
 */
import * as tf from '@tensorflow/tfjs';
import { replaceKernel, type NativeOps } from '../kernel.js';

interface Attributes {
  readonly axis: number | number[] | undefined;
  readonly keepDims: boolean;
}

/** Up to here a sum in single precision keeps five digits even where all values are alike. */
const MOST_ROWS = 2048;

export function registerSum(): void {
  replaceKernel<{ readonly x: tf.TensorInfo }, Attributes>('Sum', ({ inputs: { x }, attrs, ops }) => {
    const rank = x.shape.length;
    if (rank < 2 || rank > 5 || x.dtype !== 'float32' || attrs.keepDims || x.shape.includes(0)) return undefined;
    const axes = tf.util.parseAxisParam(attrs.axis as number[], x.shape);
    if (axes.length !== rank - 1 || axes.includes(rank - 1)) return undefined;
    const columns = x.shape[rank - 1]!;
    const rows = tf.util.sizeFromShape(x.shape) / columns;
    const parts = rows > MOST_ROWS ? partsOf(rows) : 1;
    if (parts === 1) return columnSums(ops, x);
    return tf.tidy(() => {
      const side = tf.reshape(x as tf.Tensor, [rows / parts, parts * columns]);
      return columnSums(ops, tf.reshape(columnSums(ops, side), [parts, columns]));
    });
  });
}

function columnSums(ops: NativeOps, x: tf.TensorInfo): tf.Tensor {
  return ops.run('BiasAddGrad', [x], [ops.type('T', 'float32'), ops.string('data_format', 'NHWC')]);
}

/** The largest divisor of `rows` up to its root: parts about as many as their rows. */
function partsOf(rows: number): number {
  let parts = Math.floor(Math.sqrt(rows));
  while (rows % parts !== 0) parts--;
  return parts;
}
