/** Putting kernels of our own into TensorFlow.js's registry, over its own where it has one. */
import * as tf from '@tensorflow/tfjs';
import type { WasmBackend } from './wasm-memory.js';

interface KernelCall<Inputs, Attributes> {
  readonly inputs: Inputs;
  readonly attrs: Attributes;
  readonly backend: WasmBackend;
}
export type WasmKernel<Inputs, Attributes> = (call: KernelCall<Inputs, Attributes>) => tf.TensorInfo | tf.TensorInfo[];

/** Adds a kernel that the backend lacks. */
export function addKernel<Inputs, Attributes>(kernelName: string, kernel: WasmKernel<Inputs, Attributes>): void {
  if (tf.getKernel(kernelName, 'wasm')) tf.unregisterKernel(kernelName, 'wasm');
  tf.registerKernel({ kernelName, backendName: 'wasm', kernelFunc: kernel as unknown as tf.KernelFunc });
}

/**
 * Replaces a kernel of the backend. `make` gets the one that was there, for the cases that are not
 * done better; a kernel that gives `undefined` leaves the call to it.
 */
export function replaceKernel<Inputs, Attributes>(
  kernelName: string,
  kernel: (call: KernelCall<Inputs, Attributes>) => tf.TensorInfo | tf.TensorInfo[] | undefined,
): void {
  const stock = tf.getKernel(kernelName, 'wasm');
  if (!stock) throw new Error(`TensorFlow.js's wasm backend has no kernel ${kernelName} to replace.`);
  tf.unregisterKernel(kernelName, 'wasm');
  tf.registerKernel({
    ...stock,
    kernelFunc: (call) => kernel(call as unknown as KernelCall<Inputs, Attributes>) ?? stock.kernelFunc(call),
  });
}
