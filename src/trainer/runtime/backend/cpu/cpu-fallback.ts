/** Kernels that only the pure JavaScript backend has, run there with their tensors copied over and back: slow, but right. */
import * as tf from '@tensorflow/tfjs';
import { quietCpuBackend } from './quiet-cpu.js';

interface CpuBackend {
  makeTensorInfo(shape: number[], dtype: tf.DataType, values: tf.backend_util.BackendValues): tf.TensorInfo;
  readSync(dataId: object): tf.backend_util.BackendValues;
  disposeData(dataId: object, force?: boolean): boolean;
}
/** The backend that lacks the kernel: its tensors can be read at once. */
interface OtherBackend {
  readSync(dataId: object): tf.backend_util.BackendValues;
  write(values: tf.backend_util.BackendValues, shape: number[], dtype: tf.DataType): object;
}
type Inputs = Record<string, tf.TensorInfo | tf.TensorInfo[] | undefined>;

/** Adds those of the named kernels that the backend lacks and cpu has. */
export function registerCpuFallback(backendName: string, kernelNames: readonly string[]): void {
  quietCpuBackend();
  for (const kernelName of kernelNames) {
    const kernel = tf.getKernel(kernelName, 'cpu');
    if (!kernel || tf.getKernel(kernelName, backendName)) continue;
    tf.registerKernel({ kernelName, backendName, kernelFunc: onCpu(kernel.kernelFunc) });
  }
}

let runs = 0;

/** How many ops have run here in place of a backend's own kernel, so far in this process. */
export function fallbackRuns(): number {
  return runs;
}

/** The same kernel for a backend whose tensors are elsewhere. */
export function onCpu(kernelFunc: tf.KernelFunc): tf.KernelFunc {
  return ({ inputs, attrs, backend }) => {
    runs++;
    const cpu = tf.findBackend('cpu') as unknown as CpuBackend;
    const other = backend as unknown as OtherBackend;
    const copies: tf.TensorInfo[] = [];
    const copyIn = (tensor: tf.TensorInfo): tf.TensorInfo => {
      const copy = cpu.makeTensorInfo(tensor.shape, tensor.dtype, other.readSync(tensor.dataId));
      copies.push(copy);
      return copy;
    };
    // Some kernels take a plain array of tensors for their inputs.
    const copied: Inputs = Array.isArray(inputs) ? ([] as unknown as Inputs) : {};
    for (const [name, input] of Object.entries(inputs as Inputs)) {
      copied[name] = Array.isArray(input) ? input.map(copyIn) : input && copyIn(input);
    }
    const result = kernelFunc({ inputs: copied as tf.NamedTensorInfoMap, backend: cpu, attrs });
    const outputs = Array.isArray(result) ? result : [result];
    const copiedBack = outputs.map(({ dataId, shape, dtype }) => ({
      dataId: other.write(cpu.readSync(dataId), shape, dtype),
      shape,
      dtype,
    }));
    for (const tensor of [...copies, ...outputs]) cpu.disposeData(tensor.dataId, true);
    return Array.isArray(result) ? copiedBack : copiedBack[0]!;
  };
}
