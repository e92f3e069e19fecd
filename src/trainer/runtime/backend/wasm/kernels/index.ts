/** All kernels that training needs and TensorFlow.js's wasm backend lacks or has only slowly. A new one is one file and one line. */
import { registerColumnSums } from './column-sums.js';
import { registerConvolutionGradients } from './convolution-gradients.js';
import { registerCpuFallback } from './cpu-fallback.js';
import { registerDepthwiseGradients } from './depthwise-gradients.js';
import { registerElementWise } from './element-wise.js';
import { registerIdentity } from './identity.js';
import { registerMatrixProduct } from './matrix-product.js';
import { registerMaxPoolGradient } from './max-pool-gradient.js';
import { registerSegmentSum } from './segment-sum.js';

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
  registerCpuFallback();
}
