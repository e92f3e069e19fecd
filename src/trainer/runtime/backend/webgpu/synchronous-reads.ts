/**
 * `dataSync` on the webgpu backend outside of a browser: TensorFlow.js's own way leads over a canvas.
 * With it everything that reads values works as on any other backend, also while V8 stands in its
 * debugger. Knows nothing of who reads.
 */
import * as tf from '@tensorflow/tfjs';
import { messageOf } from '../../../../shared/base/message-of.js';
import type { DawnPump } from './dawn-pump.js';

type Values = tf.backend_util.BackendValues;

interface TensorData {
  readonly dtype: tf.DataType;
  readonly values: Values | null | undefined;
  readonly resource?: GPUBuffer;
  readonly complexTensorInfos?: { readonly real: tf.TensorInfo; readonly imag: tf.TensorInfo };
}

/** What TensorFlow.js's backend has and its typings hide. Written against 4.22. */
export interface WebGpuBackend {
  readonly device: GPUDevice;
  readonly tensorMap: { get(dataId: object): TensorData };
  readonly bufferManager: {
    acquireBuffer(size: number, usage: number): GPUBuffer;
    releaseBuffer(buffer: GPUBuffer, reuse?: boolean): void;
  };
  readonly commandEncoder: GPUCommandEncoder;
  ensureCommandEncoderReady(): void;
  endComputePassEncoder(): void;
  submitQueue(): void;
  convertAndCacheOnCPU(dataId: object, values: Values): Values;
  readSync(dataId: object): Values;
  read(dataId: object): Promise<Values>;
  disposeData(dataId: object): boolean;
}

/** What the device reports in its own time is raised by the next read. */
export function readSynchronously(backend: WebGpuBackend, pump: DawnPump): void {
  let trouble: string | undefined;
  backend.device.addEventListener('uncapturederror', (event) => {
    trouble ??= (event as unknown as { readonly error: { readonly message: string } }).error.message;
  });
  const assertWell = (): void => {
    if (trouble !== undefined) throw new Error(`The GPU failed: ${trouble}`);
  };

  backend.readSync = (dataId) => {
    const { dtype, values, resource, complexTensorInfos } = backend.tensorMap.get(dataId);
    if (values || dtype === 'string') return values!;
    if (complexTensorInfos) {
      const [real, imaginary] = [complexTensorInfos.real, complexTensorInfos.imag].map(
        (part) => backend.readSync(part.dataId) as Float32Array,
      );
      return tf.backend_util.mergeRealAndImagArrays(real!, imaginary!);
    }
    if (!resource) throw new Error('The tensor has no values on the GPU');
    assertWell();
    const read = tf.util.convertBackendValuesAndArrayBuffer(bytesOf(backend, pump, resource), dtype);
    assertWell();
    return backend.convertAndCacheOnCPU(dataId, read as Values);
  };
  // One way to read: nothing else must wait for Dawn in its own time.
  backend.read = (dataId) => new Promise((resolve) => resolve(backend.readSync(dataId)));
}

function bytesOf(backend: WebGpuBackend, pump: DawnPump, buffer: GPUBuffer): ArrayBuffer {
  const { bufferManager } = backend;
  const staging = bufferManager.acquireBuffer(buffer.size, GPUBufferUsage.COPY_DST | GPUBufferUsage.MAP_READ);
  backend.ensureCommandEncoderReady();
  backend.endComputePassEncoder();
  backend.commandEncoder.copyBufferToBuffer(buffer, 0, staging, 0, buffer.size);
  backend.submitQueue();
  try {
    pump.mapNow(staging);
  } catch (error) {
    bufferManager.releaseBuffer(staging, false);
    throw new Error(`The GPU failed: ${messageOf(error)}`, { cause: error });
  }
  const bytes = staging.getMappedRange().slice(0);
  staging.unmap();
  bufferManager.releaseBuffer(staging);
  return bytes;
}
