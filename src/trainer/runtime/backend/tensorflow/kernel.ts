/** Kernels of native TensorFlow: putting them into TensorFlow.js's registry, and running TensorFlow's ops in them. */
import * as tf from '@tensorflow/tfjs';
import type { TFEOpAttr } from '@tensorflow/tfjs-node-gpu/dist/tfjs_binding.js';
import type { NativeKernelBackend } from './native-kernel-backend.js';

interface KernelCall<Inputs, Attributes> {
  readonly inputs: Inputs;
  readonly attrs: Attributes;
  readonly ops: NativeOps;
}
type Result = tf.TensorInfo | tf.TensorInfo[];

/** Adds a kernel; takes the place of one that is there. */
export function addKernel<Inputs, Attributes = undefined>(
  kernelName: string,
  kernel: (call: KernelCall<Inputs, Attributes>) => Result,
): void {
  if (tf.getKernel(kernelName, 'tensorflow')) tf.unregisterKernel(kernelName, 'tensorflow');
  tf.registerKernel({
    kernelName,
    backendName: 'tensorflow',
    kernelFunc: ({ inputs, attrs, backend }) =>
      kernel({
        inputs: inputs as unknown as Inputs,
        attrs: attrs as unknown as Attributes,
        ops: opsOf(backend as unknown as NativeKernelBackend),
      }),
  });
}

/** Replaces a kernel of the package; one that gives `undefined` leaves the call to what was there. */
export function replaceKernel<Inputs, Attributes = undefined>(
  kernelName: string,
  kernel: (call: KernelCall<Inputs, Attributes>) => Result | undefined,
): void {
  const stock = tf.getKernel(kernelName, 'tensorflow');
  if (!stock) throw new Error(`TensorFlow.js's native backend has no kernel ${kernelName} to replace.`);
  tf.unregisterKernel(kernelName, 'tensorflow');
  tf.registerKernel({
    ...stock,
    kernelFunc: (call) =>
      kernel({
        inputs: call.inputs as unknown as Inputs,
        attrs: call.attrs as unknown as Attributes,
        ops: opsOf(call.backend as unknown as NativeKernelBackend),
      }) ?? stock.kernelFunc(call),
  });
}

type Attribute = TFEOpAttr;

/** TensorFlow's ops on one backend. Results are the caller's. */
export class NativeOps {
  constructor(readonly backend: NativeKernelBackend) {}

  run(op: string, inputs: readonly tf.TensorInfo[], attributes: readonly Attribute[] = []): tf.Tensor {
    return this.backend.executeSingleOutput(op, attributes as Attribute[], inputs as tf.TensorInfo[]);
  }

  type(name: string, dtype: tf.DataType): Attribute {
    return { name, type: this.backend.binding.TF_ATTR_TYPE, value: this.backend.getDTypeInteger(dtype) };
  }
  int(name: string, value: number): Attribute {
    return { name, type: this.backend.binding.TF_ATTR_INT, value };
  }
  ints(name: string, value: readonly number[]): Attribute {
    return { name, type: this.backend.binding.TF_ATTR_INT, value: [...value] };
  }
  float(name: string, value: number): Attribute {
    return { name, type: this.backend.binding.TF_ATTR_FLOAT, value };
  }
  string(name: string, value: string): Attribute {
    return { name, type: this.backend.binding.TF_ATTR_STRING, value };
  }
  bool(name: string, value: boolean): Attribute {
    return { name, type: this.backend.binding.TF_ATTR_BOOL, value };
  }

  /** A small constant. */
  scalar(value: number, dtype: 'float32' | 'int32' | 'bool'): tf.Scalar {
    return tf.scalar(value, dtype);
  }
  vector(values: readonly number[]): tf.Tensor1D {
    return tf.tensor1d(values as number[], 'int32');
  }
}

const opsByBackend = new WeakMap<NativeKernelBackend, NativeOps>();

function opsOf(backend: NativeKernelBackend): NativeOps {
  let ops = opsByBackend.get(backend);
  if (!ops) opsByBackend.set(backend, (ops = new NativeOps(backend)));
  return ops;
}
