/**
 * TensorFlow.js on TensorFlow's own library: the package's backend class and kernels on the addon that
 * the engine brings, and this folder's kernels in their place where they train better.
 */
import * as tf from '@tensorflow/tfjs';
import { NodeJSKernelBackend } from '@tensorflow/tfjs-node-gpu/dist/nodejs_kernel_backend.js';
import '@tensorflow/tfjs-node-gpu/dist/register_all_kernels.js';
import type { NativeBinding } from './native-binding.js';
import { registerNativeKernels } from './kernels/index.js';
import { drawStepRandoms } from './step-random.js';

let registered: NodeJSKernelBackend | undefined;

/** Registers the backend as `tensorflow`; makes it nobody's yet. */
export function registerNativeBackend(binding: NativeBinding): NodeJSKernelBackend {
  if (registered) return registered;
  const backend = new NodeJSKernelBackend(binding, '@tensorflow/tfjs-node-gpu');
  tf.registerBackend('tensorflow', () => backend, 3);
  registerNativeKernels();
  drawStepRandoms();
  registered = backend;
  return backend;
}
