/** Native TensorFlow, from the engine that `backstep engine install` sets up: the fast path, on CPUs and NVIDIA GPUs. */
import * as tf from '@tensorflow/tfjs';
import { messageOf } from '../../../../shared/base/message-of.js';
import { nvidiaDriverVersion, wordsForDevice } from '../tensorflow/device.js';
import { findEngine } from '../tensorflow/find-engine.js';
import { loadBinding, NativeLoadError } from '../tensorflow/native-binding.js';
import { prefersOneDnn, thisProcessor } from '../tensorflow/processor.js';
import type { BackendKind, BackendStart } from './backend.js';
import { assertBackendComputes } from './probe.js';

const install = 'backstep engine install';

export const tensorflow: BackendKind = {
  name: 'tensorflow',
  async start(): Promise<BackendStart> {
    const search = findEngine();
    if (search.kind === 'none') {
      const driver = nvidiaDriverVersion();
      const unused = driver === undefined ? '' : `; the NVIDIA GPU of this machine stays unused until then`;
      return { kind: 'unavailable', reason: `${search.reason}${unused}`, change: install };
    }
    if (search.kind === 'unusable') return { kind: 'unavailable', reason: search.reason, change: install };

    const { engine } = search;
    const before = tf.getBackend();
    try {
      const binding = loadBinding(engine);
      // Hundreds of kernels, which only this backend needs.
      const { registerNativeBackend } = await import('../tensorflow/register-backend.js');
      const backend = registerNativeBackend(binding);
      await tf.setBackend('tensorflow');
      assertBackendComputes('tensorflow');
      return {
        kind: 'works',
        device: wordsForDevice({
          usesGpu: backend.isUsingGpuDevice,
          flavor: engine.manifest.flavor,
          version: binding.TF_Version,
          oneDnn: prefersOneDnn(thisProcessor()),
        }),
      };
    } catch (error) {
      if (before && tf.getBackend() !== before) await tf.setBackend(before);
      const reason =
        error instanceof NativeLoadError ? error.message : `native TensorFlow does not compute: ${messageOf(error)}`;
      return { kind: 'unavailable', reason, change: install };
    }
  },
};
