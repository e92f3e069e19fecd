/** Loss and metrics on the validation data, as `model.evaluate` computes them, batch by batch. Changes nothing. */
import * as tf from '@tensorflow/tfjs';
import type { BatchStream } from './data/batch-stream.js';
import { generatorFor, withOwnRandom } from './random.js';
import { RunningMeans } from './running-means.js';
import { trainable } from './tfjs-internals.js';
import { disposeMade } from './training-step.js';

export interface ValidationOptions {
  readonly model: tf.LayersModel;
  readonly stream: BatchStream;
  readonly seed: number;
  readonly metricNames: readonly string[];
  /** Shown each batch's targets as the model takes them, after it has been computed; they stay the pass's own. */
  readonly seeTargets?: (targets: readonly tf.Tensor[]) => void;
  /** Called after each batch; `false` ends it early. */
  afterBatch(done: number, total: number | undefined): boolean | Promise<boolean>;
}

/** `loss` and metrics by name; `undefined` where it was ended early or there are no batches. */
export async function validate(options: ValidationOptions): Promise<Record<string, number> | undefined> {
  const model = trainable(options.model);
  model.makeTestFunction();
  const means = new RunningMeans();
  // The same pass after every epoch, so that its curve shows the model alone.
  const iterator = options.stream.open({ seed: options.seed, epoch: 1, skip: 0 });
  let done = 0;
  try {
    for (let batch = await iterator.next(); batch; batch = await iterator.next()) {
      let outs: tf.Scalar[] = [];
      const [xs, ys] = model.standardizeUserDataXY(batch.xs, batch.ys, false, batch.size);
      try {
        outs = withOwnRandom(generatorFor(options.seed, 'validation', done), () => model.testFunction([...xs, ...ys]));
        means.add(
          outs.map((out) => out.dataSync()[0]!),
          batch.size,
        );
        options.seeTargets?.(ys);
      } finally {
        tf.dispose(outs);
        disposeMade([...xs, ...ys], batch);
        tf.dispose([batch.xs, batch.ys]);
      }
      done++;
      if (!(await options.afterBatch(done, options.stream.batchesPerEpoch))) return undefined;
    }
  } finally {
    await iterator.close();
  }
  if (done === 0) return undefined;
  // With several outputs the library gives the sum of losses after each of them; the last is the loss.
  const [loss, ...rest] = means.evaluationMeans().slice(model.outputs.length - 1);
  return { loss: loss!, ...Object.fromEntries(options.metricNames.map((name, index) => [name, rest[index]!])) };
}
