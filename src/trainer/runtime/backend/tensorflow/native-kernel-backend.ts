/**
 * The package's backend class with what this folder's kernels need of it: tensors by their native
 * handles, and native memory that lives as long as a tensor does.
 */
import type * as tf from '@tensorflow/tfjs';
import { NodeJSKernelBackend } from '@tensorflow/tfjs-node-gpu/dist/nodejs_kernel_backend.js';
import type { TensorMetadata, TFEOpAttr } from '@tensorflow/tfjs-node-gpu/dist/tfjs_binding.js';
import type { NativeBinding } from './native-binding.js';
import { plainNativeError } from './native-error.js';

/** The package's own, which its typings hide. */
interface Hidden {
  getInputTensorIds(tensors: readonly tf.TensorInfo[]): number[];
  createOutputTensor(metadata: TensorMetadata): tf.Tensor;
}

export class NativeKernelBackend extends NodeJSKernelBackend {
  /** Handles by the data that they go with. */
  private readonly kept = new WeakMap<object, number>();

  constructor(private readonly addon: NativeBinding) {
    super(addon, '@tensorflow/tfjs-node-gpu');
  }

  /** Whether somebody has put an object of theirs before the addon, to see the ops that run. */
  get isObserved(): boolean {
    return this.binding !== this.addon;
  }

  handlesOf(tensors: readonly tf.TensorInfo[]): number[] {
    return (this as unknown as Hidden).getInputTensorIds(tensors);
  }

  override executeSingleOutput(op: string, attributes: TFEOpAttr[], inputs: tf.TensorInfo[]): tf.Tensor {
    try {
      return super.executeSingleOutput(op, attributes, inputs);
    } catch (error) {
      throw plainNativeError(op, error);
    }
  }

  override executeMultipleOutputs(
    op: string,
    attributes: TFEOpAttr[],
    inputs: tf.TensorInfo[],
    outputs: number,
  ): tf.Tensor[] {
    try {
      return super.executeMultipleOutputs(op, attributes, inputs, outputs);
    } catch (error) {
      throw plainNativeError(op, error);
    }
  }

  /** Takes the handle over. */
  tensorOf(metadata: TensorMetadata): tf.Tensor {
    return (this as unknown as Hidden).createOutputTensor(metadata);
  }

  /** Takes the handle over: it is deleted when the tensor's data is. */
  keepWith(tensor: tf.TensorInfo, handle: number): void {
    this.kept.set(tensor.dataId, handle);
  }

  keptWith(tensor: tf.TensorInfo): number | undefined {
    return this.kept.get(tensor.dataId);
  }

  override disposeData(dataId: object, force?: boolean): boolean {
    const isGone = super.disposeData(dataId, force);
    const handle = isGone ? this.kept.get(dataId) : undefined;
    if (handle !== undefined) {
      this.kept.delete(dataId);
      this.addon.deleteTensor(handle);
    }
    return isGone;
  }
}
