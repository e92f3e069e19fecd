/** What the package's native backend lacks or refuses, computed by the pure JavaScript backend: slow, but right. */
import * as tf from '@tensorflow/tfjs';
import { onCpu, registerCpuFallback } from '../../cpu/cpu-fallback.js';

/** Needs a canvas. */
const impossible = new Set(['Draw']);

/** These refuse paddings given in numbers. */
const padding = [
  ...['Conv2D', 'FusedConv2D', 'Conv2DBackpropInput', 'Conv2DBackpropFilter'],
  ...['DepthwiseConv2dNative', 'FusedDepthwiseConv2D'],
  ...['DepthwiseConv2dNativeBackpropInput', 'DepthwiseConv2dNativeBackpropFilter'],
  ...['MaxPool', 'MaxPoolGrad', 'AvgPool', 'AvgPoolGrad'],
];

export function registerOnCpu(): void {
  const names = tf.getKernelsForBackend('cpu').map(({ kernelName }) => kernelName);
  registerCpuFallback(
    'tensorflow',
    names.filter((name) => !impossible.has(name)),
  );
  for (const kernelName of padding) {
    const native = tf.getKernel(kernelName, 'tensorflow');
    const javaScript = tf.getKernel(kernelName, 'cpu');
    if (!native || !javaScript) continue;
    const fallback = onCpu(javaScript.kernelFunc);
    tf.unregisterKernel(kernelName, 'tensorflow');
    tf.registerKernel({
      ...native,
      kernelFunc: (call) => {
        const { pad } = call.attrs as { readonly pad?: unknown };
        return typeof pad === 'number' || Array.isArray(pad) ? fallback(call) : native.kernelFunc(call);
      },
    });
  }
}
