/** All kernels that training needs and TensorFlow.js's wasm backend lacks or has only slowly. A new one is one file and one line. */
import * as tf from '@tensorflow/tfjs';
import { registerCpuFallback } from '../../cpu/cpu-fallback.js';
import { registerColumnSums } from './column-sums.js';
import { registerConvolutionGradients } from './convolution-gradients.js';
import { registerDepthwiseGradients } from './depthwise-gradients.js';
import { registerElementWise } from './element-wise.js';
import { registerIdentity } from './identity.js';
import { registerMatrixProduct } from './matrix-product.js';
import { registerMaxPoolGradient } from './max-pool-gradient.js';
import { registerSegmentSum } from './segment-sum.js';

/** Need complex numbers or a canvas, which the wasm backend does not have. */
const impossible = new Set(['Complex', 'ComplexAbs', 'FFT', 'IFFT', 'Real', 'Imag', 'Draw']);

/** `simd`: whether the compiled loops can run here; without them convolutions train by the fallback. */
export function registerTrainingKernels(simd: boolean): void {
  registerIdentity();
  registerSegmentSum();
  if (simd) {
    registerConvolutionGradients();
    registerDepthwiseGradients();
    registerMaxPoolGradient();
    registerMatrixProduct();
    registerColumnSums();
    registerElementWise();
  }
  const onCpu = tf.getKernelsForBackend('cpu').map(({ kernelName }) => kernelName);
  registerCpuFallback(
    'wasm',
    onCpu.filter((kernelName) => !impossible.has(kernelName)),
  );
}
