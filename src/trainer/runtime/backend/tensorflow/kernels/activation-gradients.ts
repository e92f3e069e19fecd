/** Gradients of activations as TensorFlow's own ops: one pass each. */
import type * as tf from '@tensorflow/tfjs';
import { addKernel } from '../kernel.js';

interface OfInput {
  readonly dy: tf.TensorInfo;
  readonly x: tf.TensorInfo;
}
interface OfOutput {
  readonly dy: tf.TensorInfo;
  readonly y: tf.TensorInfo;
}

export function registerActivationGradients(): void {
  for (const name of ['ReluGrad', 'Relu6Grad']) {
    addKernel<OfInput>(name, ({ inputs: { dy, x }, ops }) => ops.run(name, [dy, x], [ops.type('T', dy.dtype)]));
  }
  addKernel<OfInput, { readonly alpha: number }>('LeakyReluGrad', ({ inputs: { dy, x }, attrs, ops }) =>
    ops.run('LeakyReluGrad', [dy, x], [ops.type('T', dy.dtype), ops.float('alpha', attrs.alpha)]),
  );
  for (const name of ['SigmoidGrad', 'TanhGrad']) {
    addKernel<OfOutput>(name, ({ inputs: { dy, y }, ops }) => ops.run(name, [y, dy], [ops.type('T', dy.dtype)]));
  }
}
