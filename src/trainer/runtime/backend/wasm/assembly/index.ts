/**
 * The loops that training spends its time in, compiled to WebAssembly with SIMD. They work on the
 * memory of TensorFlow.js's own wasm backend by address and own none: no data, no stack, no heap.
 */
export { product, productWithTransposedLeft, productWithTransposedRight } from './matrix-product';
export {
  convolutionFilterGradient,
  convolutionInputGradient,
  convolutionInputGradientScratch,
} from './convolution-gradients';
export { depthwiseFilterGradient, depthwiseInputGradient } from './depthwise-gradients';
export { maxPoolGradient } from './max-pool-gradient';
export { allFinite } from './all-finite';
export { sumOfSquares } from './sum-of-squares';
export { columnSums } from './column-sums';
export { reluGradient, adam, rmsProp } from './element-wise';
