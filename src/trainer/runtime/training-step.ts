/**
 * One update of the weights on one batch, as `model.fit` makes it or as the person's own `trainStep`
 * does. Knows no epochs, no host and no files.
 */
import * as tf from '@tensorflow/tfjs';
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Batch } from './data/batch-stream.js';
import type { Experiment, TrainStepResult } from './experiment.js';
import { TrainingFailure } from './failure.js';
import { onTensorMade, trainable, type TrainableModel } from './tfjs-internals.js';

/** Loss first, then metrics, as `names` of the step has them. */
export type StepValues = readonly number[];

export interface TrainingStep {
  /** Of the values after the loss. A step of the person's own names them when it has run. */
  readonly metricNames: readonly string[];
  /** Leaves the batch to its owner. Gives a promise only where the person's step does, or values cannot be read at once. */
  run(batch: Batch): StepValues | Promise<StepValues>;
  dispose(): void;
}

export function trainingStep(
  model: tf.LayersModel,
  optimizer: tf.Optimizer,
  experiment: Experiment,
  metricNames: readonly string[],
): TrainingStep {
  return experiment.trainStep
    ? new OwnStep(model, optimizer, experiment.trainStep)
    : new FitStep(trainable(model), experiment.classWeight, metricNames);
}

class FitStep implements TrainingStep {
  private readonly trainFunction: (data: (tf.Tensor | null)[]) => tf.Scalar[];

  constructor(
    private readonly model: TrainableModel,
    private readonly classWeight: Experiment['classWeight'],
    readonly metricNames: readonly string[],
  ) {
    this.trainFunction = model.makeTrainFunction();
  }

  run(batch: Batch): StepValues | Promise<StepValues> {
    if (this.classWeight) return this.runWeighted(batch);
    const [xs, ys] = this.model.standardizeUserDataXY(batch.xs, batch.ys, false, batch.size);
    return this.runOn(batch, xs, ys, []);
  }

  dispose(): void {
    // Holds nothing of its own.
  }

  /** Weights follow from the targets' values, which the library reads asynchronously. */
  private async runWeighted(batch: Batch): Promise<StepValues> {
    const [xs, ys, weights] = await this.model.standardizeUserData(
      batch.xs,
      batch.ys,
      undefined,
      this.classWeight,
      false,
      batch.size,
    );
    return this.runOn(batch, xs, ys, weights ?? []);
  }

  private runOn(batch: Batch, xs: tf.Tensor[], ys: tf.Tensor[], weights: (tf.Tensor | null)[]): StepValues {
    let results: tf.Scalar[] = [];
    try {
      results = tf.tidy(() => this.trainFunction([...xs, ...ys, ...weights]));
      return results.map((result) => result.dataSync()[0]!);
    } finally {
      tf.dispose(results);
      tf.dispose(weights.filter((weight) => weight !== null));
      disposeMade([...xs, ...ys], batch);
    }
  }
}

/** Standardizing hands tensors through, or makes new ones: of rank 2 where there was rank 1. */
export function disposeMade(standardized: readonly tf.Tensor[], batch: Batch): void {
  const given = new Set<unknown>(
    [batch.xs, batch.ys].flatMap((side) => (side instanceof tf.Tensor ? [side] : Object.values(side))),
  );
  for (const tensor of standardized) if (!given.has(tensor)) tensor.dispose();
}

/** Tensors that the person's step has made so far, whatever it awaited meanwhile. */
const madeByStep = new AsyncLocalStorage<tf.Tensor[]>();

class OwnStep implements TrainingStep {
  metricNames: readonly string[] = [];
  private readonly untrack: () => void;

  constructor(
    private readonly model: tf.LayersModel,
    private readonly optimizer: tf.Optimizer,
    private readonly step: NonNullable<Experiment['trainStep']>,
  ) {
    this.untrack = onTensorMade((tensor) => madeByStep.getStore()?.push(tensor));
  }

  /** What the step makes and leaves behind is given back after it, as `tf.tidy` would, which cannot span an await. */
  run(batch: Batch): StepValues | Promise<StepValues> {
    const made: tf.Tensor[] = [];
    const context = { model: this.model, optimizer: this.optimizer, batch };
    const giveBack = (): void => {
      for (const tensor of made) if (!tensor.isDisposed && !tensor.kept) tensor.dispose();
    };
    let pending = false;
    try {
      const result = madeByStep.run(made, () => this.step(context));
      if (!(result instanceof Promise)) return this.read(result);
      pending = true;
      return result.then((value) => this.read(value)).finally(giveBack);
    } finally {
      if (!pending) giveBack();
    }
  }

  dispose(): void {
    this.untrack();
  }

  private read(result: TrainStepResult): StepValues {
    const named: Readonly<Record<string, unknown>> =
      result instanceof tf.Tensor ? { loss: result } : ((result ?? {}) as Record<string, unknown>);
    const { loss, ...metrics } = named;
    if (loss === undefined) {
      throw new TrainingFailure('trainStep gave back no loss.', {
        part: 'trainStep',
        hint: 'Return the loss as a scalar tensor, or { loss, … } with metrics by name.',
      });
    }
    this.metricNames = Object.keys(metrics);
    const values = [numberOf('loss', loss), ...Object.entries(metrics).map(([name, value]) => numberOf(name, value))];
    // A loss that was made or kept elsewhere is given back all the same: it was handed over.
    for (const value of Object.values(named)) if (value instanceof tf.Tensor && !value.isDisposed) value.dispose();
    return values;
  }
}

function numberOf(name: string, value: unknown): number {
  if (typeof value === 'number') return value;
  if (value instanceof tf.Tensor && value.size === 1) return value.dataSync()[0]!;
  const what = value instanceof tf.Tensor ? `a tensor of shape ${value.shape.join('×')}` : `a ${typeof value}`;
  throw new TrainingFailure(`trainStep gave back ${name} as ${what}; it must be a single number.`, {
    part: 'trainStep',
    hint: 'Take the mean over the batch, for example with .mean().',
  });
}
