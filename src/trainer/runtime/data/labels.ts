/** How class numbers become the targets that losses expect. Knows no data set. */
import * as tf from '@tensorflow/tfjs';

/**
 * - `categorical`: one-hot rows, for `categoricalCrossentropy`
 * - `sparse`: class numbers, for `sparseCategoricalCrossentropy`
 * - `binary`: 0 or 1, for `binaryCrossentropy` and a single output; two classes only
 */
export type LabelMode = 'categorical' | 'sparse' | 'binary';
export const labelModes: readonly LabelMode[] = ['categorical', 'sparse', 'binary'];

/** Without the batch dimension. */
export const labelShape = (classCount: number, mode: LabelMode): readonly number[] =>
  mode === 'categorical' ? [classCount] : [1];

/** Values for `labelTensor`, row by row. */
export function labelValues(labels: Int32Array, classCount: number, mode: LabelMode): Float32Array {
  if (mode !== 'categorical') return Float32Array.from(labels);
  const rows = new Float32Array(labels.length * classCount);
  labels.forEach((label, row) => (rows[row * classCount + label] = 1));
  return rows;
}

/** The caller disposes it. */
export function labelTensor(labels: Int32Array, classCount: number, mode: LabelMode): tf.Tensor2D {
  const columns = mode === 'categorical' ? classCount : 1;
  return tf.tensor2d(labelValues(labels, classCount, mode), [labels.length, columns], 'float32');
}
