/** Kernels that TensorFlow.js's webgpu backend lacks. A new one is one file and one line. */
import { registerCpuFallback } from '../cpu/cpu-fallback.js';

/** Of no weight in a training step, so that a way over the CPU does. */
const rare = [
  'BitwiseAnd',
  'NonMaxSuppressionV4',
  'RaggedGather',
  'RaggedRange',
  'RaggedTensorToTensor',
  'SparseFillEmptyRows',
  'SparseReshape',
  'StaticRegexReplace',
  'StringSplit',
  'StringToHashBucketFast',
  'Unique',
];

export function registerWebGpuKernels(): void {
  registerCpuFallback('webgpu', rare);
}
