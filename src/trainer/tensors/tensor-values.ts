/**
 * The values of TensorFlow.js's tensors where they lie: in place on backends whose memory JavaScript can
 * see, cut out before they are copied on the others. Leaves no tensor behind. To be called aside of the
 * training (`doAside`). Knows no debugger.
 */
import * as tf from '@tensorflow/tfjs';
import type { WasmBackend } from '../runtime/backend/wasm/wasm-memory.js';
import { product, sourceOfValues, type NumericValues, type TensorSource } from './tensor-source.js';

/** A copy of all is taken of what is not larger: fewer calls than cutting. */
const COPIED_WHOLE = 1 << 18;

interface DataOfBackend {
  readonly backend: unknown;
}

/**
 * The tensor stays its owner's. Of complex numbers, magnitudes.
 * @throws Error in words where there are no numbers, or none any more
 */
export function valuesOf(tensor: tf.Tensor): TensorSource {
  if (tensor.isDisposed) throw new Error('This tensor has been disposed: its values are gone.');
  if (tensor.dtype === 'string') throw new Error('This tensor holds text, not numbers.');
  const { shape } = tensor;
  const size = product(shape);
  if (size === 0) return sourceOfValues(new Float32Array(0), shape);
  if (tensor.dtype === 'complex64') return sourceOfValues(magnitudes(tensor.dataSync<'complex64'>()), shape);
  const { backend } = backendOf(tensor);
  if (isWasm(backend)) return { shape, size, range: (from, length) => inWasmMemory(backend, tensor, from, length) };
  // The library's own backend in JavaScript gives its own array away.
  if (isPlain(backend) || size <= COPIED_WHOLE) return sourceOfValues(tensor.dataSync() as NumericValues, shape);
  return { shape, size, copies: true, range: (from, length) => cutOut(tensor, from, length) };
}

/** Real and imaginary parts by turns. */
export function complexValues(tensor: tf.Tensor): Float32Array {
  return tensor.dataSync<'complex64'>();
}

/** Where a tensor's values lie: `CPU`, `GPU 0`. */
export function deviceOf(tensor: tf.Tensor): string {
  if (tensor.isDisposed) return 'CPU';
  const { backend } = backendOf(tensor);
  const { isUsingGpuDevice, device } = backend as { readonly isUsingGpuDevice?: boolean; readonly device?: unknown };
  return isUsingGpuDevice === true || device !== undefined ? 'GPU 0' : 'CPU';
}

function backendOf(tensor: tf.Tensor): DataOfBackend {
  const { state, backend } = tf.engine() as unknown as {
    readonly state: { readonly tensorInfo: { get(id: object): DataOfBackend | undefined } };
    readonly backend: unknown;
  };
  return state.tensorInfo.get(tensor.dataId) ?? { backend };
}

function isWasm(backend: unknown): backend is WasmBackend {
  return typeof (backend as Partial<WasmBackend>).wasm?._malloc === 'function';
}

function isPlain(backend: unknown): boolean {
  return backend === tf.engine().registry['cpu'];
}

function inWasmMemory(backend: WasmBackend, tensor: tf.Tensor, from: number, length: number): NumericValues {
  const { memoryOffset } = backend.dataIdMap.get(tensor.dataId);
  const { buffer } = backend.wasm.asm.memory;
  if (tensor.dtype === 'bool') return new Uint8Array(buffer, memoryOffset + from, length);
  const begin = memoryOffset + from * 4;
  return tensor.dtype === 'int32' ? new Int32Array(buffer, begin, length) : new Float32Array(buffer, begin, length);
}

function cutOut(tensor: tf.Tensor, from: number, length: number): NumericValues {
  const whole = tf.reshape(tensor, [tensor.size]);
  const part = tf.slice(whole, [from], [length]);
  try {
    return part.dataSync() as NumericValues;
  } finally {
    tf.dispose([whole, part]);
  }
}

function magnitudes(parts: Float32Array): Float64Array {
  return Float64Array.from({ length: parts.length / 2 }, (_, index) =>
    Math.hypot(parts[2 * index]!, parts[2 * index + 1]!),
  );
}
