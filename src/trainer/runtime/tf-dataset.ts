/**
 * A `tf.data` pipeline as passes over batches that are the same for the same seed and epoch. Knows
 * neither files nor models.
 */
import * as tf from '@tensorflow/tfjs';
import {
  DataError,
  type Batch,
  type BatchIterator,
  type BatchStream,
  type Pass,
  type Tensors,
} from './data/batch-stream.js';
import type { BatchDataset } from './experiment.js';
import { generatorFor, inPipeline } from './random.js';

/** By its shape, so that a pipeline made by another copy of TensorFlow.js is one too. */
export function isTfDataset(value: unknown): value is BatchDataset {
  return (
    typeof value === 'object' &&
    value !== null &&
    'iterator' in value &&
    typeof value.iterator === 'function' &&
    'size' in value
  );
}

/** `stream` keeps the draws of training and validation apart. @throws DataError for a pipeline without end */
export function streamOfDataset(dataset: BatchDataset, stream: 'data' | 'validation'): BatchStream {
  // Infinite pipelines say so: `repeat()` without a count.
  const size = dataset.size as number | null;
  if (size === Infinity) {
    throw new DataError(
      'The data never ends, so that an epoch never would.',
      'Put .take(n) after .repeat(), with the number of batches in an epoch.',
    );
  }
  return {
    batchesPerEpoch: size ?? undefined,
    open: (pass) => openPass(dataset, pass, stream),
  };
}

function openPass(dataset: BatchDataset, pass: Pass, stream: 'data' | 'validation'): BatchIterator {
  const context = { random: generatorFor(pass.seed, stream, pass.epoch), seed: pass.seed, epoch: pass.epoch };
  const started = inPipeline(context, async () => {
    const iterator = await dataset.iterator();
    // Left-out batches are made and given back, so that what follows draws as it would have.
    for (let skipped = 0; skipped < pass.skip; skipped++) {
      const { value, done } = await iterator.next();
      if (done) break;
      tf.dispose(value);
    }
    return iterator;
  });
  // The failure is told by the first next(); until then nobody may be waiting.
  started.catch(() => undefined);
  let ended = false;
  return {
    next: () =>
      inPipeline(context, async () => {
        if (ended) return undefined;
        const { value, done } = await (await started).next();
        if (done) {
          ended = true;
          return undefined;
        }
        return asBatch(value);
      }),
    close: () => {
      ended = true;
      return Promise.resolve();
    },
  };
}

const shapeHint = 'Let it give { xs, ys } batches, for example tf.data.zip({ xs, ys }).batch(32).';

function asBatch(value: unknown): Batch {
  if (typeof value !== 'object' || value === null || !('xs' in value) || !('ys' in value)) {
    tf.dispose(value as tf.TensorContainer);
    throw new DataError('The dataset does not give { xs, ys } batches.', shapeHint);
  }
  const [first] = tensorsOf(value.xs as Tensors);
  if (!(first instanceof tf.Tensor) || !(tensorsOf(value.ys as Tensors)[0] instanceof tf.Tensor)) {
    throw new DataError('The dataset gives { xs, ys }, but they are not tensors.', shapeHint);
  }
  const size = first.shape[0];
  if (size === undefined) {
    tf.dispose(value as tf.TensorContainer);
    throw new DataError('The dataset gives single examples instead of batches.', 'Put .batch(32) at its end.');
  }
  return { xs: value.xs as Tensors, ys: value.ys as Tensors, size };
}

/** The tensors of one side of a batch, in order. */
export function tensorsOf(tensors: Tensors): tf.Tensor[] {
  if (tensors instanceof tf.Tensor) return [tensors];
  return Array.isArray(tensors) ? tensors : Object.values(tensors);
}
