/** What a person writes: the declarative description of a training. Knows nothing of how it is run. */
import type * as tf from '@tensorflow/tfjs';
import type { Batch, DatasetDescription } from './data/batch-stream.js';
import type { SummaryWishes } from './summaries/summary-wishes.js';

type MaybePromise<T> = T | Promise<T>;

/** A dataset of `{ xs, ys }` batches, as `tf.data` makes them. */
export type BatchDataset = tf.data.Dataset<tf.TensorContainer>;
export type DatasetLike = DatasetDescription | BatchDataset;

export type SettingValue = string | number | boolean;

/** Settings by name, with what they are where nobody says otherwise. */
export type SettingDefaults = Readonly<Record<string, SettingValue>>;

/** What `--set key=value` says: a number where it is one (`0.1`), `true` or `false` as a boolean, text otherwise. */
// What a name stands for is the experiment's own affair, and a default beside it says which type it has.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type Settings = Readonly<Record<string, any>>;

type Widened<Value> = Value extends boolean ? boolean : Value extends number ? number : string;

/** As an experiment is handed them: of the types that their defaults have, where it names any. */
type SettingsOf<Defaults extends SettingDefaults> = string extends keyof Defaults
  ? Settings
  : { readonly [Name in keyof Defaults]: Widened<Defaults[Name]> };

export interface TrainStepContext {
  readonly model: tf.LayersModel;
  readonly optimizer: tf.Optimizer;
  readonly batch: Batch;
}

/** What a custom training step gives back: its loss, and metrics by name where it has any. Backstep disposes the tensors. */
export type TrainStepResult = tf.Scalar | { readonly loss: tf.Scalar; readonly [metric: string]: tf.Scalar | number };

export interface Experiment<Defaults extends SettingDefaults = Settings> {
  /** Shown in the runs view; by default the file's name. */
  readonly name?: string;
  /** Everything random follows from it: initial weights, order of examples, dropout. Default 0. */
  readonly seed?: number;
  /**
   * What may be varied from run to run by `--set key=value`, with the values that it has otherwise: `{ rate: 0.01 }`.
   * Each keeps the type of its value here, and no others can be set. Without it anything can.
   */
  readonly settings?: Defaults;
  /** The training data, alone or with validation data. */
  readonly data: (
    settings: SettingsOf<Defaults>,
  ) => MaybePromise<DatasetLike | { readonly train: DatasetLike; readonly validation?: DatasetLike }>;
  /** The model, built but not compiled. */
  readonly model: (settings: SettingsOf<Defaults>) => MaybePromise<tf.LayersModel>;
  /** A fresh optimizer for each run, for example `() => tf.train.adam(1e-3)`. */
  readonly optimizer: (settings: SettingsOf<Defaults>) => tf.Optimizer | string;
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
   * that says what, how often and for how much. By default everything, within 3 % of training time, and once at its end.
   */
  readonly summaries?: SummaryWishes;
  /** A training step of one's own; by default the model's, as `model.fit` does it. */
  readonly trainStep?: (context: TrainStepContext) => MaybePromise<TrainStepResult>;
}

/** What is computed in a step is said by a loss, or by a step of one's own. */
export type TrainableExperiment<Defaults extends SettingDefaults = Settings> = Experiment<Defaults> &
  (Required<Pick<Experiment, 'loss'>> | Required<Pick<Experiment, 'trainStep'>>);

const mark = Symbol.for('backstep.experiment');

/** Describes a training; the file's default export. Backstep owns the loop. */
export function defineExperiment<Defaults extends SettingDefaults = Settings>(
  experiment: TrainableExperiment<Defaults>,
): Experiment {
  // Whoever runs it hands its functions what `settings` says.
  return asExperiment(experiment as unknown as Experiment);
}

/** The same for what has been defined already and is changed on its way to training. */
export function asExperiment(experiment: Experiment): Experiment {
  return Object.freeze({ ...experiment, [mark]: true });
}

export function isExperiment(value: unknown): value is Experiment {
  return typeof value === 'object' && value !== null && mark in value;
}
