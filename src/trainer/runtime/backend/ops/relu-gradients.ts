/**
 * The gradients of relu and relu6 as one op each, on every backend that has the kernel; TensorFlow.js
 * makes them of three to five. Same values, also for what is not a number: dy · [0 < x ≤ top].
 */
import * as tf from '@tensorflow/tfjs';

const tops = { Relu: Infinity, Relu6: 6 } as const;

export function registerReluGradients(): void {
  for (const [forward, top] of Object.entries(tops)) {
    const kernelName = `${forward}Grad`;
    const stock = tf.getGradient(forward);
    if (!stock || tf.getKernel(kernelName, 'cpu')) continue;
    registerOnCpu(kernelName, top);

    const run = (dy: tf.Tensor, x: tf.Tensor) => tf.engine().runKernel(kernelName, { dy, x }) as tf.Tensor;
    tf.registerGradient({
      ...stock,
      gradFunc: (dy, saved, attributes) => {
        const [x] = saved as [tf.Tensor];
        const isOneKernel = tf.getKernel(kernelName, tf.getBackend()) && x.dtype === 'float32';
        return isOneKernel ? { x: () => run(dy as tf.Tensor, x) } : stock.gradFunc(dy, saved, attributes);
      },
    });
    // The gradient's own: linear in dy, flat in x.
    tf.registerGradient({
      kernelName,
      inputsToSave: ['x'],
      gradFunc: (dy, saved) => {
        const [x] = saved as [tf.Tensor];
        return { dy: () => run(dy as tf.Tensor, x), x: () => tf.zerosLike(x) };
      },
    });
  }
}

interface CpuBackend {
  readSync(dataId: object): Float32Array;
  makeTensorInfo(shape: number[], dtype: tf.DataType, values: Float32Array): tf.TensorInfo;
}

function registerOnCpu(kernelName: string, top: number): void {
  tf.registerKernel({
    kernelName,
    backendName: 'cpu',
    kernelFunc: ({ inputs, backend }) => {
      const cpu = backend as unknown as CpuBackend;
      const { dy, x } = inputs as { dy: tf.TensorInfo; x: tf.TensorInfo };
      const gradients = cpu.readSync(dy.dataId);
      const values = cpu.readSync(x.dataId);
      const result = new Float32Array(values.length);
      for (let i = 0; i < result.length; i++) {
        const value = values[i]!;
        result[i] = gradients[i]! * (Number.isNaN(value) ? value : value > 0 && value <= top ? 1 : 0);
      }
      return cpu.makeTensorInfo(x.shape, 'float32', result);
    },
  });
}
