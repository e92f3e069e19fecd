/** MaxPoolGrad in one pass over the windows; the wasm backend's own searches each window for each of its pixels. */
import * as tf from '@tensorflow/tfjs';
import { replaceKernel } from '../kernel.js';
import { address, loopsOf } from '../wasm-memory.js';

interface PoolAttributes {
  readonly filterSize: number | [number, number];
  readonly strides: number | [number, number];
  readonly pad: 'valid' | 'same' | number;
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

export function registerMaxPoolGradient(): void {
  replaceKernel<{ dy: tf.TensorInfo; input: tf.TensorInfo }, PoolAttributes>(
    'MaxPoolGrad',
    ({ inputs: { dy, input }, attrs, backend }) => {
      const info = tf.backend_util.computePool2DInfo(
        input.shape as [number, number, number, number],
        attrs.filterSize,
        attrs.strides,
        1,
        attrs.pad,
        attrs.dimRoundingMode,
      );
      const gradient = backend.makeOutput(input.shape, 'float32');
      loopsOf(backend).maxPoolGradient(
        address(backend, input),
        address(backend, dy),
        address(backend, gradient),
        info.batchSize,
        info.inHeight,
        info.inWidth,
        info.inChannels,
        info.outHeight,
        info.outWidth,
        info.filterHeight,
        info.filterWidth,
        info.strideHeight,
        info.strideWidth,
        info.padInfo.top,
        info.padInfo.left,
      );
      return gradient;
    },
  );
}
