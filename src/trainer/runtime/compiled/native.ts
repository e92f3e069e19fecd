/**
 * The parts of TensorFlow.js's native backend that a recording and a session stand on, some of which its
 * typings hide. A handle is the addon's number for a tensor; numbers are never used twice.
 */
import * as tf from '@tensorflow/tfjs';
import type { TFEOpAttr, TFJSBinding, TensorMetadata } from '@tensorflow/tfjs-node-gpu/dist/tfjs_binding.js';

export type Binding = TFJSBinding;
export type Handle = number;
/** `dtype` is TensorFlow's number. */
export type HandleInfo = TensorMetadata;
export type RawAttribute = TFEOpAttr;
export type TensorValues = Float32Array | Int32Array | Uint8Array;

export interface NativeBackend {
  /** Every kernel reaches TensorFlow through it, at the moment that it runs. */
  binding: Binding;
  /** Values that were not handed to TensorFlow yet are, now. */
  getInputTensorIds(tensors: readonly tf.TensorInfo[]): Handle[];
  /** The tensor owns the handle from here on. */
  createOutputTensor(info: HandleInfo): tf.Tensor;
  getDTypeInteger(dtype: tf.DataType): number;
}

/** `undefined` where another backend is in use. */
export function nativeBackend(): NativeBackend | undefined {
  return tf.getBackend() === 'tensorflow' ? (tf.backend() as unknown as NativeBackend) : undefined;
}

export function handleOf(backend: NativeBackend, tensor: tf.TensorInfo): Handle {
  return backend.getInputTensorIds([tensor])[0]!;
}

/** A tensor with memory of its own. */
export function deepCopy(backend: NativeBackend, tensor: tf.Tensor): tf.Tensor {
  const { binding } = backend;
  const type: RawAttribute = { name: 'T', type: binding.TF_ATTR_TYPE, value: backend.getDTypeInteger(tensor.dtype) };
  return backend.createOutputTensor(binding.executeOp('DeepCopy', [type], [handleOf(backend, tensor)], 1)[0]!);
}

export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((size, length) => size * length, 1);
}
