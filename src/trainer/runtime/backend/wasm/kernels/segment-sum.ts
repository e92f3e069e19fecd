/** UnsortedSegmentSum, which the wasm backend lacks: the gradient of gathering rows, as an embedding does. */
import type * as tf from '@tensorflow/tfjs';
import { addKernel } from '../kernel.js';
import { floatsOf, integersOf, sizeOf } from '../wasm-memory.js';

export function registerSegmentSum(): void {
  addKernel<{ x: tf.TensorInfo; segmentIds: tf.TensorInfo }, { numSegments: number }>(
    'UnsortedSegmentSum',
    ({ inputs: { x, segmentIds }, attrs: { numSegments }, backend }) => {
      const rowShape = x.shape.slice(segmentIds.shape.length);
      const columns = sizeOf(rowShape);
      const out = backend.makeOutput([numSegments, ...rowShape], x.dtype);
      // Views last: making the output may have moved the memory.
      const view = x.dtype === 'int32' ? integersOf : floatsOf;
      const [from, to, ids] = [view(backend, x), view(backend, out), integersOf(backend, segmentIds)];
      to.fill(0);
      ids.forEach((id, row) => {
        if (id < 0 || id >= numSegments) return;
        for (let c = 0; c < columns; c++) to[id * columns + c]! += from[row * columns + c]!;
      });
      return out;
    },
  );
}
