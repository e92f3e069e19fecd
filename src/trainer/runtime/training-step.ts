/**
 * One update of the weights on one batch, as `model.fit` makes it or as the person's own `trainStep`
 * does. Knows no epochs, no host and no files.
 */
import * as tf from '@tensorflow/tfjs';
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Batch, Tensors } from './data/batch-stream.js';
import type { Experiment, TrainStepResult } from './experiment.js';
import { TrainingFailure } from './failure.js';
import { areNamed, callsOnlyLibrary } from './librarys-own.js';
import { tensorsOf } from './tf-dataset.js';
import { onTensorMade, trainable, type TrainableModel } from './tfjs-internals.js';

/** Loss first, then metrics, as `names` of the step has them. */
export type StepValues = readonly number[];

/** A step in two parts, so that the second can be recorded: what it computes on, and the computation. */
export interface StepInputs {
  /** Everything that differs between steps on batches of one structure, in one order. Not the caller's. */
  readonly feeds: readonly tf.Tensor[];
  /**
   * Forward, loss, gradients and update, on tensors in the places of the feeds. Gives loss and metrics
   * as scalars, the caller's to dispose.
   * @throws NotRecordable where only `run` can run this step
   */
  compute(feeds: readonly tf.Tensor[]): tf.Tensor[];
  /** Gives back what was made of the batch; the batch stays its owner's. */
  dispose(): void;
}

/** Why a step can run op by op alone: completes "eager: …". */
export class NotRecordable extends Error {
  override readonly name = 'NotRecordable';
}

export interface TrainingStep {
  /** Of the values after the loss. A step of the person's own names them when it has run. */
  readonly metricNames: readonly string[];
  /** Whether it runs nothing of the person's, and keeps nothing from step to step: made once more, nobody notices. */
  readonly canBeRepeated: boolean;
  /** Leaves the batch to its owner. Gives a promise only where the person's step does, or values cannot be read at once. */
  run(batch: Batch): StepValues | Promise<StepValues>;
  /** The same step in two parts. */
  prepare(batch: Batch): StepInputs | Promise<StepInputs>;
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
    : new FitStep(trainable(model), experiment.classWeight, metricNames, isLibrarys(model, optimizer, experiment));
}

/** Whether nothing of the person's runs in a step, and nothing but its variables remembers it. */
function isLibrarys(model: tf.LayersModel, optimizer: tf.Optimizer, { loss, metrics }: Experiment): boolean {
  return (
    areNamed(loss) &&
    areNamed(metrics) &&
    callsOnlyLibrary(optimizer) &&
    model.layers.every((layer) => !layer.stateful && callsOnlyLibrary(layer))
  );
}

class FitStep implements TrainingStep {
  private readonly trainFunction: (data: (tf.Tensor | null)[]) => tf.Scalar[];

  constructor(
    private readonly model: TrainableModel,
    private readonly classWeight: Experiment['classWeight'],
    readonly metricNames: readonly string[],
    private readonly isLibrarys: boolean,
  ) {
    this.trainFunction = model.makeTrainFunction();
  }

  /** What is weighted by class is prepared asynchronously. */
  get canBeRepeated(): boolean {
    return this.isLibrarys && !this.classWeight;
  }

  run(batch: Batch): StepValues | Promise<StepValues> {
    const inputs = this.prepare(batch);
    return inputs instanceof Promise ? inputs.then(runOn) : runOn(inputs);
  }

  prepare(batch: Batch): StepInputs | Promise<StepInputs> {
    if (this.classWeight) return this.prepareWeighted(batch);
    const [xs, ys] = this.model.standardizeUserDataXY(batch.xs, batch.ys, false, batch.size);
    return this.inputs(batch, [...xs, ...ys], []);
  }

  dispose(): void {
    // Holds nothing of its own.
  }

  /** Weights follow from the targets' values, which the library reads asynchronously. */
  private async prepareWeighted(batch: Batch): Promise<StepInputs> {
    const [xs, ys, weights] = await this.model.standardizeUserData(
      batch.xs,
      batch.ys,
      undefined,
      this.classWeight,
      false,
      batch.size,
    );
    return this.inputs(batch, [...xs, ...ys], weights ?? []);
  }

  private inputs(batch: Batch, xsAndYs: tf.Tensor[], weights: (tf.Tensor | null)[]): StepInputs {
    const places = [...xsAndYs, ...weights];
    return {
      feeds: places.filter((tensor) => tensor !== null),
      compute: (feeds) => {
        const given = feeds[Symbol.iterator]();
        return tf.tidy(() => this.trainFunction(places.map((tensor) => tensor && given.next().value!)));
      },
      dispose: () => {
        tf.dispose(weights.filter((weight) => weight !== null));
        disposeMade(xsAndYs, batch);
      },
    };
  }
}

/** The whole step; gives back what was made of its batch. */
export function runOn(inputs: StepInputs): StepValues {
  let results: tf.Tensor[] = [];
  try {
    results = inputs.compute(inputs.feeds);
    return results.map((result) => result.dataSync()[0]!);
  } finally {
    tf.dispose(results);
    inputs.dispose();
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
  readonly canBeRepeated = false;
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

  prepare(batch: Batch): StepInputs {
    return {
      feeds: [...tensorsOf(batch.xs), ...tensorsOf(batch.ys)],
      compute: (feeds) => {
        const given = feeds[Symbol.iterator]();
        const { model, optimizer } = this;
        const fed = { ...batch, xs: inPlaces(batch.xs, given), ys: inPlaces(batch.ys, given) };
        return tf.tidy(() => this.scalars(this.step({ model, optimizer, batch: fed })));
      },
      dispose: () => undefined,
    };
  }

  dispose(): void {
    this.untrack();
  }

  private scalars(result: TrainStepResult | Promise<TrainStepResult>): tf.Tensor[] {
    if (result instanceof Promise) {
      // What it throws is told by `run`.
      result.catch(() => undefined);
      throw new NotRecordable('trainStep is asynchronous');
    }
    const { loss, ...metrics } = namedValues(result);
    return [loss, ...Object.values(metrics)].map((value) => {
      if (value instanceof tf.Tensor && value.size === 1) return value;
      throw new NotRecordable('trainStep gives numbers back, so it reads values while it runs');
    });
  }

  private read(result: TrainStepResult): StepValues {
    const named = namedValues(result);
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

function namedValues(result: TrainStepResult): Readonly<Record<string, unknown>> {
  return result instanceof tf.Tensor ? { loss: result } : ((result ?? {}) as Record<string, unknown>);
}

/** The same structure with the next of the given tensors in each place. */
function inPlaces(tensors: Tensors, given: Iterator<tf.Tensor>): Tensors {
  if (tensors instanceof tf.Tensor) return given.next().value as tf.Tensor;
  if (Array.isArray(tensors)) return tensors.map(() => given.next().value as tf.Tensor);
  return Object.fromEntries(Object.keys(tensors).map((name) => [name, given.next().value as tf.Tensor]));
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
