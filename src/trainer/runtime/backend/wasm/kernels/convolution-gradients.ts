/**
 * Conv2DBackpropFilter, which the wasm backend lacks, and Conv2DBackpropInput, which it has but
 * slowly (it is the forward pass of a transposed convolution, too).
 */
import * as tf from '@tensorflow/tfjs';
import { addKernel, replaceKernel } from '../kernel.js';
import { address, loopsOf, withScratch } from '../wasm-memory.js';

type Shape4 = [number, number, number, number];
type Pad = 'valid' | 'same' | number | tf.backend_util.ExplicitPadding;

interface ConvolutionAttributes {
  readonly strides: number | [number, number];
  readonly pad: Pad;
  readonly dataFormat?: 'NHWC' | 'NCHW';
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

function convolution(inputShape: number[], filterShape: number[], attributes: ConvolutionAttributes) {
  if (attributes.dataFormat === 'NCHW') {
    throw new Error("The wasm backend convolves images with channels last only: use dataFormat 'channelsLast'.");
  }
  return tf.backend_util.computeConv2DInfo(
    inputShape as Shape4,
    filterShape as Shape4,
    attributes.strides,
    1,
    attributes.pad as 'valid',
    attributes.dimRoundingMode,
    false,
    'channelsLast',
  );
}

/** In the order of the compiled loops' parameters. */
function geometry(info: tf.backend_util.Conv2DInfo): number[] {
  return [
    info.batchSize,
    info.inHeight,
    info.inWidth,
    info.inChannels,
    info.outHeight,
    info.outWidth,
    info.outChannels,
    info.filterHeight,
    info.filterWidth,
    info.strideHeight,
    info.strideWidth,
    info.padInfo.top,
    info.padInfo.left,
  ];
}

export function registerConvolutionGradients(): void {
  addKernel<{ x: tf.TensorInfo; dy: tf.TensorInfo }, ConvolutionAttributes & { filterShape: number[] }>(
    'Conv2DBackpropFilter',
    ({ inputs: { x, dy }, attrs, backend }) => {
      const info = convolution(x.shape, attrs.filterShape, attrs);
      const gradient = backend.makeOutput(info.filterShape, 'float32');
      loopsOf(backend).convolutionFilterGradient(
        address(backend, x),
        address(backend, dy),
        address(backend, gradient),
        ...geometry(info),
      );
      return gradient;
    },
  );

  replaceKernel<{ dy: tf.TensorInfo; filter: tf.TensorInfo }, ConvolutionAttributes & { inputShape: number[] }>(
    'Conv2DBackpropInput',
    ({ inputs: { dy, filter }, attrs, backend }) => {
      const info = convolution(attrs.inputShape, filter.shape, attrs);
      const gradient = backend.makeOutput(info.inShape, 'float32');
      const loops = loopsOf(backend);
      const bytes = loops.convolutionInputGradientScratch(
        info.inChannels,
        info.outWidth,
        info.outChannels,
        info.filterHeight,
        info.filterWidth,
      );
      withScratch(backend, bytes >>> 0, (scratch) =>
        loops.convolutionInputGradient(
          address(backend, dy),
          address(backend, filter),
          address(backend, gradient),
          scratch,
          ...geometry(info),
        ),
      );
      return gradient;
    },
  );
}
