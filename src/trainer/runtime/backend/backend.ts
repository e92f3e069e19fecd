/** Choosing where tensors live: the best backend that works here, and why the better ones are not in use. */
import * as tf from '@tensorflow/tfjs';
import type { BackendName, BackendReport } from '../../../shared/protocol/training.js';
import { backendKinds } from './backends/index.js';
import { registerTrainingOps } from './ops/index.js';

/**
 * Makes `wanted` (or the best that works) the backend of TensorFlow.js and says which it became.
 * @throws BackendError where a backend asked for by name does not work here.
 */
export async function chooseBackend(wanted: BackendName | 'auto'): Promise<BackendReport> {
  registerTrainingOps();
  const notInUse: { backend: BackendName; reason: string }[] = [];
  for (const kind of backendKinds) {
    if (wanted !== 'auto' && wanted !== kind.name) {
      notInUse.push({ backend: kind.name, reason: `${wanted} was asked for` });
      continue;
    }
    const start = await kind.start(wanted === kind.name ? 'by name' : 'as one of several');
    if (start.kind === 'works') {
      return { backend: kind.name, device: start.device, precision: 'float32', speed: 'eager', notInUse };
    }
    if (wanted === kind.name) {
      const instead = 'use “auto” for the best backend that works here';
      throw new BackendError(
        `The ${kind.name} backend cannot be used: ${start.reason}.`,
        start.change ? `Run \`${start.change}\`, or ${instead}.` : `${instead[0]!.toUpperCase()}${instead.slice(1)}.`,
      );
    }
    notInUse.push({ backend: kind.name, reason: start.reason });
  }
  throw new BackendError('No backend works here.', 'Run `backstep doctor` to see why.');
}

export interface BackendStatus {
  readonly backend: BackendName;
  readonly works: boolean;
  /** For a person, where it works: `CPU, SIMD, 1 thread`. */
  readonly device?: string;
  /** Why it does not work. */
  readonly reason?: string;
  /** The one command that would change it, where there is one. */
  readonly change?: string;
}

/** Tries every backend, best first, and leaves TensorFlow.js on the one it was on. */
export async function backendStatuses(): Promise<BackendStatus[]> {
  registerTrainingOps();
  const before = tf.getBackend();
  const statuses: BackendStatus[] = [];
  for (const { name, start } of backendKinds) {
    const result = await start('as one of several');
    statuses.push(
      result.kind === 'works'
        ? { backend: name, works: true, device: result.device }
        : { backend: name, works: false, reason: result.reason, change: result.change },
    );
  }
  if (before) await tf.setBackend(before);
  return statuses;
}

/** A backend that was asked for and cannot be had. */
export class BackendError extends Error {
  override readonly name = 'BackendError';
  constructor(
    message: string,
    readonly hint?: string,
  ) {
    super(message);
  }
}
