/** A batch of zeros in the shapes that model and data are known to have: a step on it has the ops of a real one. */
import * as tf from '@tensorflow/tfjs';
import type { Batch, DataOutline, OutlinedTensor, Tensors } from '../runtime/data/batch-stream.js';
import { trainable } from '../runtime/tfjs-internals.js';

/** Where the data does not say. */
const USUAL_BATCH = 32;
/** In place of a length that only the data knows. */
const USUAL_LENGTH = 16;

/** The caller's to dispose. `loss` says whether a target is a class number. */
export function zeroBatch(model: tf.LayersModel, outline: DataOutline | undefined, loss: unknown): Batch {
  const { inputs, outputs } = trainable(model);
  const size = Math.max(1, Math.min(outline?.batchSize ?? USUAL_BATCH, outline?.info.trainExamples ?? Infinity));
  const isSparse = outline?.sparseTargets ?? (typeof loss === 'string' && /sparse/i.test(loss));
  const targets = outputs.map(({ shape }, index): OutlinedTensor => {
    if (outputs.length === 1 && outline?.targetShape) return { shape: outline.targetShape };
    return outline?.targets?.[index] ?? { shape: isSparse ? [...shape.slice(1, -1), 1] : shape.slice(1) };
  });
  return {
    xs: zeros(
      outline?.inputs ?? inputs.map(({ shape }) => ({ shape: withKnown(shape.slice(1), outline?.inputShape) })),
      size,
      inputs.map(({ dtype }) => dtype),
    ),
    ys: zeros(outline?.targets ?? targets, size, []),
    size,
  };
}

function withKnown(
  shape: OutlinedTensor['shape'],
  known: OutlinedTensor['shape'] | undefined,
): OutlinedTensor['shape'] {
  return known?.length === shape.length ? shape.map((size, axis) => size ?? known[axis]!) : shape;
}

function zeros(tensors: readonly OutlinedTensor[], size: number, dtypes: readonly tf.DataType[]): Tensors {
  const made = tensors.map(({ shape }, index) =>
    tf.zeros([size, ...shape.map((length) => length ?? USUAL_LENGTH)], dtypes[index] ?? 'float32'),
  );
  const names = tensors.map(({ name }) => name);
  if (names.every((name) => name !== undefined)) {
    return Object.fromEntries(names.map((name, index) => [name, made[index]!]));
  }
  return made.length === 1 ? made[0]! : made;
}
