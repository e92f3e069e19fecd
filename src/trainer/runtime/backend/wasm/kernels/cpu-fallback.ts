/** Kernels that only the pure JavaScript backend has, run there with their tensors copied over and back: slow, but right. */
import * as tf from '@tensorflow/tfjs';
import { quietCpuBackend } from '../../cpu/quiet-cpu.js';
import { addKernel } from '../kernel.js';
import type { WasmBackend } from '../wasm-memory.js';

/** Need complex numbers or a canvas, which the wasm backend does not have. */
const impossible = new Set(['Complex', 'ComplexAbs', 'FFT', 'IFFT', 'Real', 'Imag', 'Draw']);

interface CpuBackend {
  makeTensorInfo(shape: number[], dtype: tf.DataType, values: tf.backend_util.BackendValues): tf.TensorInfo;
  readSync(dataId: object): tf.backend_util.BackendValues;
  disposeData(dataId: object, force?: boolean): boolean;
}
type Inputs = Record<string, tf.TensorInfo | tf.TensorInfo[] | undefined>;

export function registerCpuFallback(): void {
  quietCpuBackend();
  for (const { kernelName, kernelFunc } of tf.getKernelsForBackend('cpu')) {
    if (tf.getKernel(kernelName, 'wasm') || impossible.has(kernelName)) continue;
    addKernel<Inputs, tf.NamedAttrMap | undefined>(kernelName, ({ inputs, attrs, backend }) => {
      const cpu = tf.findBackend('cpu') as unknown as CpuBackend;
      const copies: tf.TensorInfo[] = [];
      const copyIn = (tensor: tf.TensorInfo) => {
        const copy = cpu.makeTensorInfo(tensor.shape, tensor.dtype, backend.readSync(tensor.dataId));
        copies.push(copy);
        return copy;
      };
      // Some kernels take a plain array of tensors for their inputs.
      const copied: Inputs = Array.isArray(inputs) ? ([] as unknown as Inputs) : {};
      for (const [name, input] of Object.entries(inputs)) {
        copied[name] = Array.isArray(input) ? input.map(copyIn) : input && copyIn(input);
      }
      const result = kernelFunc({ inputs: copied as tf.NamedTensorInfoMap, backend: cpu, attrs });
      const outputs = Array.isArray(result) ? result : [result];
      const copiedBack = outputs.map((output) => copyBack(cpu, backend, output));
      for (const tensor of [...copies, ...outputs]) cpu.disposeData(tensor.dataId, true);
      return Array.isArray(result) ? copiedBack : copiedBack[0]!;
    });
  }
}

function copyBack(cpu: CpuBackend, backend: WasmBackend, { dataId, shape, dtype }: tf.TensorInfo): tf.TensorInfo {
  return { dataId: backend.write(cpu.readSync(dataId), shape, dtype), shape, dtype };
}
