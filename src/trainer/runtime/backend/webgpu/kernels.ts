/** What training needs of TensorFlow.js's webgpu backend and is not there, wrong, or different each time. */
import * as tf from '@tensorflow/tfjs';
import { registerCpuFallback } from '../cpu/cpu-fallback.js';
import type { WebGpuBackend } from './synchronous-reads.js';

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
  replaceKernel('UnsortedSegmentSum', segmentSum);
  replaceKernel('AddN', addInParts);
}

function replaceKernel(kernelName: string, make: (stock: tf.KernelFunc) => tf.KernelFunc): void {
  const stock = tf.getKernel(kernelName, 'webgpu');
  if (!stock) throw new Error(`TensorFlow.js's webgpu backend has no kernel ${kernelName} to replace.`);
  // Not twice: after a failed start the next one comes through here again.
  if (replaced.has(stock.kernelFunc)) return;
  const kernelFunc = make(stock.kernelFunc);
  replaced.add(kernelFunc);
  tf.unregisterKernel(kernelName, 'webgpu');
  tf.registerKernel({ ...stock, kernelFunc });
}
const replaced = new WeakSet<tf.KernelFunc>();

/**
 * The gradient of gathering rows, as an embedding does. TensorFlow.js's own adds in whatever order the
 * GPU's threads come, and takes segments that are out of range for others.
 */
const segmentSum = (): tf.KernelFunc => (call) => {
  const { x, segmentIds } = call.inputs as { x: tf.TensorInfo; segmentIds: tf.TensorInfo };
  const { numSegments } = call.attrs as unknown as { numSegments: number };
  const backend = call.backend as unknown as WebGpuBackend & {
    makeTensorInfo(shape: number[], dtype: tf.DataType, values: tf.backend_util.BackendValues): tf.TensorInfo;
  };
  const rowShape = x.shape.slice(segmentIds.shape.length);
  const columns = tf.util.sizeFromShape(rowShape);
  const from = backend.readSync(x.dataId) as Float32Array | Int32Array;
  const ids = backend.readSync(segmentIds.dataId) as Int32Array;
  const size = numSegments * columns;
  const to = x.dtype === 'int32' ? new Int32Array(size) : new Float32Array(size);
  ids.forEach((id, row) => {
    if (id < 0 || id >= numSegments) return;
    for (let c = 0; c < columns; c++) to[id * columns + c]! += from[row * columns + c]!;
  });
  return backend.makeTensorInfo([numSegments, ...rowShape], x.dtype, to);
};

/** A shader can read so many tensors; TensorFlow.js's own takes all of them at once. */
const MOST_ADDED = 7;

const addInParts =
  (stock: tf.KernelFunc): tf.KernelFunc =>
  (call) => {
    const backend = call.backend as unknown as WebGpuBackend;
    const [first, ...rest] = call.inputs as unknown as tf.TensorInfo[];
    const add = (tensors: tf.TensorInfo[]): tf.TensorInfo =>
      stock({ ...call, inputs: tensors as unknown as tf.NamedTensorInfoMap }) as tf.TensorInfo;
    let sum = add([first!, ...rest.splice(0, MOST_ADDED - 1)]);
    while (rest.length > 0) {
      const next = add([sum, ...rest.splice(0, MOST_ADDED - 1)]);
      backend.disposeData(sum.dataId);
      sum = next;
    }
    return sum;
  };
