/**
 * Tensors of TensorFlow.js's wasm backend as addresses, and the training loops bound to its memory.
 * The one place that knows the backend's insides.
 */
import type * as tf from '@tensorflow/tfjs';
import { instantiateTrainingLoops, type TrainingLoops } from './training-loops.js';

/** What is used of the backend's class, whose own typings leave its module out. */
export interface WasmBackend {
  readonly wasm: {
    readonly asm: { readonly memory: WebAssembly.Memory; malloc(bytes: number): number };
    _malloc(bytes: number): number;
    _free(address: number): void;
    readonly HEAPF32: Float32Array;
    readonly HEAP32: Int32Array;
  };
  readonly dataIdMap: { get(dataId: object): { readonly memoryOffset: number } };
  makeOutput(shape: number[], dtype: tf.DataType): tf.TensorInfo;
  write(values: tf.backend_util.BackendValues, shape: number[], dtype: tf.DataType): object;
  readSync(dataId: object): tf.backend_util.BackendValues;
  incRef(dataId: object): void;
  disposeData(dataId: object, force?: boolean): boolean;
}

const loopsByBackend = new WeakMap<WasmBackend, TrainingLoops>();

/** Binds the compiled loops to this backend's memory. */
export function bindTrainingLoops(backend: WasmBackend, module: WebAssembly.Module): void {
  loopsByBackend.set(backend, instantiateTrainingLoops(module, backend.wasm.asm.memory));
}

export function loopsOf(backend: WasmBackend): TrainingLoops {
  const loops = loopsByBackend.get(backend);
  if (!loops) throw new Error('The wasm backend was started without its training loops.');
  return loops;
}

/** Where the values of a tensor lie. Moves them here first where they belong to another backend. */
export function address(backend: WasmBackend, tensor: tf.TensorInfo): number {
  return backend.dataIdMap.get(tensor.dataId).memoryOffset;
}

/** Runs `use` with scratch memory of this many bytes, which is free again afterwards. */
export function withScratch(backend: WasmBackend, bytes: number, use: (address: number) => void): void {
  const scratch = backend.wasm._malloc(bytes);
  try {
    use(scratch);
  } finally {
    backend.wasm._free(scratch);
  }
}

/**
 * Makes a failed allocation an error. As it is, the backend takes the null address for memory and
 * computes on in what lies there.
 */
export function failWhereMemoryIsFull(backend: WasmBackend): void {
  const { wasm } = backend;
  wasm._malloc = (bytes) => {
    const allocated = wasm.asm.malloc(bytes);
    if (allocated === 0 && bytes > 0) {
      const held = Math.round(wasm.asm.memory.buffer.byteLength / 2 ** 20);
      throw new Error(
        `Out of memory: the wasm backend holds ${held} MiB of its at most 4,096 and cannot take ${Math.ceil(bytes / 2 ** 20)} MiB more. ` +
          'A smaller batch, a smaller image or fewer filters need less.',
      );
    }
    return allocated;
  };
}

/** All values of a float32 tensor, in place. Stale as soon as anything is allocated. */
export function floatsOf(backend: WasmBackend, tensor: tf.TensorInfo): Float32Array {
  const from = address(backend, tensor) >>> 2;
  return backend.wasm.HEAPF32.subarray(from, from + sizeOf(tensor.shape));
}

/** Of a float32 tensor, where it lies: a tenth of the time that a pass in JavaScript takes. */
export function allFinite(backend: WasmBackend, tensor: tf.TensorInfo): boolean {
  return loopsOf(backend).allFinite(address(backend, tensor), sizeOf(tensor.shape)) !== 0;
}

/** Of a float32 tensor, where it lies, in double precision. */
export function sumOfSquares(backend: WasmBackend, tensor: tf.TensorInfo): number {
  return loopsOf(backend).sumOfSquares(address(backend, tensor), sizeOf(tensor.shape));
}

/** All values of an int32 tensor, in place. Stale as soon as anything is allocated. */
export function integersOf(backend: WasmBackend, tensor: tf.TensorInfo): Int32Array {
  const from = address(backend, tensor) >>> 2;
  return backend.wasm.HEAP32.subarray(from, from + sizeOf(tensor.shape));
}

export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1);
}
