/** Products of two matrices by the op for just those, several times quicker for small ones than the one for batches. */
import type * as tf from '@tensorflow/tfjs';
import { replaceKernel, type NativeOps } from '../kernel.js';

interface Inputs {
  readonly a: tf.TensorInfo;
  readonly b: tf.TensorInfo;
}
interface Attributes {
  readonly transposeA: boolean;
  readonly transposeB: boolean;
}

export function registerMatMul(): void {
  replaceKernel<Inputs, Attributes>('BatchMatMul', ({ inputs: { a, b }, attrs, ops }) => {
    if (a.shape.length === 2 && b.shape.length === 2) return product(ops, a, b, attrs);
    // The library makes batches of one out of matrices for its fused ops.
    if (a.shape.length !== 3 || b.shape.length !== 3 || a.shape[0] !== 1 || b.shape[0] !== 1) return undefined;
    const left = reshaped(ops, a, a.shape.slice(1));
    const right = reshaped(ops, b, b.shape.slice(1));
    const flat = product(ops, left, right, attrs);
    const result = reshaped(ops, flat, [1, ...flat.shape]);
    for (const tensor of [left, right, flat]) tensor.dispose();
    return result;
  });
}

function product(ops: NativeOps, a: tf.TensorInfo, b: tf.TensorInfo, attrs: Attributes): tf.Tensor {
  return ops.run(
    'MatMul',
    [a, b],
    [ops.type('T', a.dtype), ops.bool('transpose_a', attrs.transposeA), ops.bool('transpose_b', attrs.transposeB)],
  );
}

function reshaped(ops: NativeOps, x: tf.TensorInfo, shape: readonly number[]): tf.Tensor {
  const vector = ops.vector(shape);
  const result = ops.run('Reshape', [x, vector], [ops.type('T', x.dtype), ops.type('Tshape', 'int32')]);
  vector.dispose();
  return result;
}
