/** GatherV2 without reading the indices back: TensorFlow checks them itself, and a step stays free of reads. */
import * as tf from '@tensorflow/tfjs';
import { addKernel } from '../kernel.js';

interface Inputs {
  readonly x: tf.Tensor;
  readonly indices: tf.Tensor;
}
interface Attributes {
  readonly axis: number;
  readonly batchDims: number;
}

export function registerGather(): void {
  addKernel<Inputs, Attributes>('GatherV2', ({ inputs: { x, indices }, attrs: { axis, batchDims }, ops }) => {
    tf.backend_util.segment_util.collectGatherOpShapeInfo(x, indices, axis, batchDims);
    const axisTensor = ops.scalar(axis, 'int32');
    const result = ops.run(
      'GatherV2',
      [x, indices, axisTensor],
      [
        ops.int('batch_dims', batchDims),
        ops.type('Tparams', x.dtype),
        ops.type('Tindices', indices.dtype),
        ops.type('Taxis', 'int32'),
      ],
    );
    axisTensor.dispose();
    return result;
  });
}
