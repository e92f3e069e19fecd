/** TensorFlow.js's cpu backend greets its first use in Node with advice to install a package that Backstep has no use for. */
import * as tf from '@tensorflow/tfjs';

export function quietCpuBackend(): void {
  const cpu = tf.findBackend('cpu') as unknown as { firstUse: boolean };
  cpu.firstUse = false;
}
