/** What has run an op: the backend's device, or plain JavaScript where the backend has no kernel for it. Reads no values. */
import * as tf from '@tensorflow/tfjs';
import { fallbackRuns } from '../runtime/backend/cpu/cpu-fallback.js';
import type { WebGpuBackend } from '../runtime/backend/webgpu/synchronous-reads.js';

const JAVASCRIPT = 'JavaScript';

/** Tells of the op that has just run, by what has changed since it began. */
export class OpDevices {
  private readonly own = ownDevice();

  /** Before an op: what `of` is to be given after it. */
  begin(): number {
    return fallbackRuns();
  }

  of(before: number, result: tf.Tensor | readonly tf.Tensor[]): string {
    if (fallbackRuns() !== before) return JAVASCRIPT;
    return this.own.reached(result) ? this.own.name : JAVASCRIPT;
  }
}

interface OwnDevice {
  readonly name: string;
  /** Whether this was computed there. */
  reached(result: tf.Tensor | readonly tf.Tensor[]): boolean;
}

function ownDevice(): OwnDevice {
  const always = () => true;
  switch (tf.getBackend()) {
    case 'cpu':
      return { name: JAVASCRIPT, reached: always };
    case 'webgpu': {
      const { tensorMap } = tf.backend() as unknown as WebGpuBackend;
      // It computes what is small by itself, and leaves it where it is.
      const isOnGpu = ({ dataId }: tf.Tensor) => tensorMap.get(dataId)?.resource !== undefined;
      const reached: OwnDevice['reached'] = (result) => {
        const outputs = [result].flat();
        return outputs.length === 0 || outputs.some(isOnGpu);
      };
      return { name: 'GPU 0', reached };
    }
    case 'tensorflow': {
      const { isUsingGpuDevice } = tf.backend() as unknown as { readonly isUsingGpuDevice?: boolean };
      return { name: isUsingGpuDevice ? 'GPU 0' : 'CPU', reached: always };
    }
    default:
      return { name: tf.getBackend(), reached: always };
  }
}
