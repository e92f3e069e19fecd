/** Steps for the tests of compiling: a model, a batch, and the step that `model.fit` makes, as the loop hands it over. */
import * as tf from '@tensorflow/tfjs';
import { makeStepKey, withStepKey } from '../../../../src/trainer/runtime/backend/tensorflow/step-random.js';
import type { StepProgram } from '../../../../src/trainer/runtime/compiled/compiled-step.js';
import { trainable } from '../../../../src/trainer/runtime/tfjs-internals.js';

export const SEED = 42;

export interface ProgramParts {
  readonly model: tf.LayersModel;
  readonly optimizer: tf.Optimizer;
  readonly loss: string | string[] | ((truth: tf.Tensor, guess: tf.Tensor) => tf.Tensor);
  readonly metrics?: string[];
  readonly xs: readonly tf.Tensor[];
  readonly ys: readonly tf.Tensor[];
  /** One for each output. */
  readonly weights?: readonly tf.Tensor[];
}

export interface TestProgram extends StepProgram {
  readonly model: tf.LayersModel;
  /** The feeds of step `index`, counted from 0. The key is made anew; the caller disposes all but the batch. */
  feedsOf(index: number): { readonly tensors: tf.Tensor[]; readonly key: tf.Tensor };
}

/** Has run one step, so that the optimizer has its slots. */
export function fitProgram({ model, optimizer, loss, metrics = [], xs, ys, weights = [] }: ProgramParts): TestProgram {
  model.compile({ optimizer, loss: loss as string, metrics });
  const train = trainable(model).makeTrainFunction();
  return programOf(model, optimizer, [...xs, ...ys, ...weights], (feeds) => train([...feeds]));
}

/** A step of the person's own. */
export function ownProgram(
  model: tf.LayersModel,
  optimizer: tf.Optimizer,
  batch: readonly tf.Tensor[],
  step: (feeds: readonly tf.Tensor[]) => tf.Tensor[],
): TestProgram {
  return programOf(model, optimizer, batch, step);
}

function programOf(
  model: tf.LayersModel,
  optimizer: tf.Optimizer,
  batch: readonly tf.Tensor[],
  step: (feeds: readonly tf.Tensor[]) => tf.Tensor[],
): TestProgram {
  const feedsOf: TestProgram['feedsOf'] = (index) => {
    const key = makeStepKey(SEED, index);
    return { tensors: [...batch, key], key };
  };
  // As the loop does: what the step leaves behind goes with it.
  const run: StepProgram['run'] = (feeds) =>
    tf.tidy(() => withStepKey(feeds.at(-1) as tf.Tensor1D, () => step(feeds.slice(0, -1))));
  const first = feedsOf(0);
  tf.dispose(run(first.tensors));
  return {
    model,
    feeds: first.tensors.map((tensor, index) => ({ name: index === batch.length ? 'key' : `feed_${index}`, tensor })),
    feedsOf,
    run,
    optimizer,
    trainable: model.trainableWeights.map((weight) => ({
      name: weight.name,
      variable: (weight as unknown as { val: tf.Variable }).val,
    })),
  };
}

export function sequential(...layers: tf.layers.Layer[]): tf.Sequential {
  return tf.sequential({ layers });
}

export function normal(shape: number[], seed = 3): tf.Tensor {
  return tf.randomNormal(shape, 0, 1, 'float32', seed);
}

export function classes(count: number, size: number): tf.Tensor {
  return tf.tidy(() => tf.oneHot(tf.cast(tf.mod(tf.range(0, size), count), 'int32'), count).toFloat());
}

/** From 0 to 1. */
export function uniform(shape: number[], seed = 5): tf.Tensor {
  return tf.randomUniform(shape, 0, 1, 'float32', seed);
}
