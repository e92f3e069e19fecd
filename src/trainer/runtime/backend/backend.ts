/** Choosing where tensors live: the best backend that works here, and why the better ones are not in use. */
import * as tf from '@tensorflow/tfjs';
import type { BackendName, BackendReport } from '../../../shared/protocol/training.js';

/**
 * Makes `wanted` (or the best that works) the backend of TensorFlow.js and says which it became.
 * @throws BackendError where a backend asked for by name does not work here.
 */
export async function chooseBackend(wanted: BackendName | 'auto'): Promise<BackendReport> {
  await tf.setBackend(wanted === 'auto' ? 'cpu' : wanted);
  throw new Error('not written yet');
}

export class BackendError extends Error {
  override readonly name = 'BackendError';
  constructor(
    message: string,
    readonly hint?: string,
  ) {
    super(message);
  }
}
