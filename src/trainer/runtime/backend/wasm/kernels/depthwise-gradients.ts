/** Both gradients of the depthwise convolution, which the wasm backend lacks. Dilated filters come here already spread out. */
import * as tf from '@tensorflow/tfjs';
import { addKernel } from '../kernel.js';
import { address, loopsOf } from '../wasm-memory.js';

type Shape4 = [number, number, number, number];

interface DepthwiseAttributes {
  readonly strides: number | [number, number];
  readonly pad: 'valid' | 'same' | number;
  readonly dilations?: number | [number, number];
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

/** In the order of the compiled loops' parameters. */
function geometry(inputShape: number[], filterShape: number[], attributes: DepthwiseAttributes) {
  const info = tf.backend_util.computeConv2DInfo(
    inputShape as Shape4,
    filterShape as Shape4,
    attributes.strides,
    attributes.dilations ?? 1,
    attributes.pad,
    attributes.dimRoundingMode,
    true,
  );
  if (info.dilationHeight !== 1 || info.dilationWidth !== 1) {
    throw new Error('The gradient of a dilated depthwise convolution takes its filter spread out.');
  }
  return [
    info.batchSize,
    info.inHeight,
    info.inWidth,
    info.inChannels,
    info.outChannels / info.inChannels,
    info.outHeight,
    info.outWidth,
    info.filterHeight,
    info.filterWidth,
    info.strideHeight,
    info.strideWidth,
    info.padInfo.top,
    info.padInfo.left,
  ];
}

export function registerDepthwiseGradients(): void {
  addKernel<{ x: tf.TensorInfo; dy: tf.TensorInfo }, DepthwiseAttributes & { filterShape: number[] }>(
    'DepthwiseConv2dNativeBackpropFilter',
    ({ inputs: { x, dy }, attrs, backend }) => {
      const numbers = geometry(x.shape, attrs.filterShape, attrs);
      const gradient = backend.makeOutput(attrs.filterShape, 'float32');
      loopsOf(backend).depthwiseFilterGradient(
        address(backend, x),
        address(backend, dy),
        address(backend, gradient),
        ...numbers,
      );
      return gradient;
    },
  );

  addKernel<{ dy: tf.TensorInfo; filter: tf.TensorInfo }, DepthwiseAttributes & { inputShape: number[] }>(
    'DepthwiseConv2dNativeBackpropInput',
    ({ inputs: { dy, filter }, attrs, backend }) => {
      const numbers = geometry(attrs.inputShape, filter.shape, attrs);
      const gradient = backend.makeOutput(attrs.inputShape, 'float32');
      loopsOf(backend).depthwiseInputGradient(
        address(backend, dy),
        address(backend, filter),
        address(backend, gradient),
        ...numbers,
      );
      return gradient;
    },
  );
}
