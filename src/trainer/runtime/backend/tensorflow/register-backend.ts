/**
 * TensorFlow.js on TensorFlow's own library: the package's backend and kernels on the addon that the
 * engine brings, and this folder's kernels in their place where they train better.
 */
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-node-gpu/dist/register_all_kernels.js';
import { registerNativeKernels } from './kernels/index.js';
import type { NativeBinding } from './native-binding.js';
import { NativeKernelBackend } from './native-kernel-backend.js';
import { drawStepRandoms } from './step-random.js';

let registered: NativeKernelBackend | undefined;

/** Registers the backend as `tensorflow`, once; does not choose it. */
export function registerNativeBackend(binding: NativeBinding): NativeKernelBackend {
  if (registered) return registered;
  const backend = new NativeKernelBackend(binding);
  tf.registerBackend('tensorflow', () => backend, 3);
  registerNativeKernels();
  drawStepRandoms();
  registered = backend;
  return backend;
}
