/** What a person writes: the declarative description of a training. Knows nothing of how it is run. */
import type * as tf from '@tensorflow/tfjs';
import type { Batch, DatasetDescription } from './data/batch-stream.js';
import type { SummaryWishes } from './summaries/summary-wishes.js';

type MaybePromise<T> = T | Promise<T>;

/** A dataset of `{ xs, ys }` batches, as `tf.data` makes them. */
export type BatchDataset = tf.data.Dataset<tf.TensorContainer>;
export type DatasetLike = DatasetDescription | BatchDataset;

/** Values of `--set key=value`, as text. */
export type Settings = Readonly<Record<string, string>>;

export interface TrainStepContext {
  readonly model: tf.LayersModel;
  readonly optimizer: tf.Optimizer;
  readonly batch: Batch;
}

/** What a custom training step gives back: its loss, and metrics by name where it has any. Backstep disposes the tensors. */
export type TrainStepResult = tf.Scalar | { readonly loss: tf.Scalar; readonly [metric: string]: tf.Scalar | number };

export interface Experiment {
  /** Shown in the runs view; by default the file's name. */
  readonly name?: string;
  /** Everything random follows from it: initial weights, order of examples, dropout. Default 0. */
  readonly seed?: number;
  /** The training data, alone or with validation data. */
  readonly data: (
    settings: Settings,
  ) => MaybePromise<DatasetLike | { readonly train: DatasetLike; readonly validation?: DatasetLike }>;
  /** The model, built but not compiled. */
  readonly model: (settings: Settings) => MaybePromise<tf.LayersModel>;
  /** A fresh optimizer for each run, for example `() => tf.train.adam(1e-3)`. */
  readonly optimizer: (settings: Settings) => tf.Optimizer | string;
  /** As `model.compile` takes it. With a `trainStep` of one's own it is what validation computes. */
  readonly loss?: tf.ModelCompileArgs['loss'];
  /** As `model.compile` takes it, for example `['accuracy']`. */
  readonly metrics?: tf.ModelCompileArgs['metrics'];
  /** Passes over the training data. Default 1. */
  readonly epochs?: number;
  /** Weight of each class in the loss, by class number. */
  readonly classWeight?: Readonly<Record<number, number>>;
  /**
   * What is written beside the curves (histograms, norms, images, …): `'off'`, `'default'`, `'all'`, or an object
   * that says what, how often and for how much. By default everything, within 3 % of training time.
   */
  readonly summaries?: SummaryWishes;
  /** A training step of one's own; by default the model's, as `model.fit` does it. */
  readonly trainStep?: (context: TrainStepContext) => MaybePromise<TrainStepResult>;
}

/** What is computed in a step is said by a loss, or by a step of one's own. */
export type TrainableExperiment = Experiment &
  (Required<Pick<Experiment, 'loss'>> | Required<Pick<Experiment, 'trainStep'>>);

const mark = Symbol.for('backstep.experiment');

/** Describes a training; the file's default export. Backstep owns the loop. */
export function defineExperiment(experiment: TrainableExperiment): Experiment {
  return asExperiment(experiment);
}

/** The same for what has been defined already and is changed on its way to training. */
export function asExperiment(experiment: Experiment): Experiment {
  return Object.freeze({ ...experiment, [mark]: true });
}

export function isExperiment(value: unknown): value is Experiment {
  return typeof value === 'object' && value !== null && mark in value;
}
