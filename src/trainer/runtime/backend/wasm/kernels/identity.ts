/** Identity without a copy: the wasm backend counts references already, yet copies here (the engine clones whatever a gradient saves). */
import type * as tf from '@tensorflow/tfjs';
import { replaceKernel } from '../kernel.js';

export function registerIdentity(): void {
  replaceKernel<{ x: tf.TensorInfo }, undefined>('Identity', ({ inputs: { x }, backend }) => {
    backend.incRef(x.dataId);
    return { dataId: x.dataId, shape: x.shape, dtype: x.dtype };
  });
}
