/** Native TensorFlow. This version has no way to set it up, and says so. */
import { existsSync } from 'node:fs';
import type { BackendKind } from './backend.js';

export const tensorflow: BackendKind = {
  name: 'tensorflow',
  async start() {
    const gpu = existsSync('/dev/nvidia0') ? '; the NVIDIA GPU of this machine stays unused' : '';
    return { kind: 'unavailable', reason: `native TensorFlow is not part of this version of Backstep${gpu}` };
  },
};
