/** Step out of TensorFlow's ops alone; the package fills arrays of the tensor's size in JavaScript for it. */
import * as tf from '@tensorflow/tfjs';
import { addKernel } from '../kernel.js';

export function registerStep(): void {
  addKernel<{ readonly x: tf.Tensor }, { readonly alpha: number }>('Step', ({ inputs: { x }, attrs: { alpha } }) =>
    tf.tidy(() => {
      const above = tf.cast(tf.greater(x, tf.scalar(0, x.dtype)), x.dtype);
      const steps = alpha === 0 ? above : tf.add(tf.mul(above, 1 - alpha), alpha);
      // What is not a number stays so.
      return x.dtype === 'float32' ? tf.where(tf.isNaN(x), x, steps) : steps;
    }),
  );
}
