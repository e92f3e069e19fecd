/** Pure JavaScript: the last resort, and the reference that the others are tested against. */
import * as tf from '@tensorflow/tfjs';
import { quietCpuBackend } from '../cpu/quiet-cpu.js';
import type { BackendKind } from './backend.js';
import { assertBackendComputes } from './probe.js';

export const cpu: BackendKind = {
  name: 'cpu',
  async start() {
    quietCpuBackend();
    await tf.setBackend('cpu');
    assertBackendComputes('cpu');
    return { kind: 'works', device: 'CPU, JavaScript, 1 thread' };
  },
};
