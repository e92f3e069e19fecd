/** What the tensors of a batch are called: `xs`, and `xs/left` where it has several. */
import * as tf from '@tensorflow/tfjs';
import type { Batch, Tensors } from './batch-stream.js';

interface NamedInput {
  readonly name: string;
  /** The batch's. */
  readonly tensor: tf.Tensor;
}

export function namedInputs({ xs, ys }: Pick<Batch, 'xs' | 'ys'>): NamedInput[] {
  return [...named('xs', xs), ...named('ys', ys)];
}

function named(side: string, tensors: Tensors): NamedInput[] {
  if (tensors instanceof tf.Tensor) return [{ name: side, tensor: tensors }];
  return Object.entries(tensors).map(([key, tensor]) => ({ name: `${side}/${key}`, tensor: tensor as tf.Tensor }));
}
