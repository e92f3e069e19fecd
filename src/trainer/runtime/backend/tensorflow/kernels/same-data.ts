/** Reshapes to the same shape and casts to the same type, which gradients are full of, are the same data: no op runs. */
import * as tf from '@tensorflow/tfjs';
import { replaceKernel } from '../kernel.js';

interface Inputs {
  readonly x: tf.TensorInfo;
}

export function registerSameData(): void {
  replaceKernel<Inputs, { readonly shape: number[] }>('Reshape', ({ inputs: { x }, attrs: { shape }, ops }) => {
    if (!tf.util.arraysEqual(x.shape, shape)) return undefined;
    ops.backend.incRef(x.dataId);
    return { dataId: x.dataId, shape: x.shape, dtype: x.dtype };
  });
  replaceKernel<Inputs, { readonly dtype: tf.DataType }>('Cast', ({ inputs: { x }, attrs: { dtype }, ops }) => {
    if (x.dtype !== dtype) return undefined;
    ops.backend.incRef(x.dataId);
    return { dataId: x.dataId, shape: x.shape, dtype };
  });
}
