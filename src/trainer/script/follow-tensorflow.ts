/**
 * Follows whatever a script trains, from inside TensorFlow.js: models that are made and trained, gradients
 * that are taken, updates of weights, epochs of `fit`. What is done beside the training passes unseen.
 * Knows no host, no files and no steps: what happens is told, in its order.
 */
import * as tf from '@tensorflow/tfjs';
import { followFit } from './follow-fit.js';
import { followModels } from './follow-models.js';
import { followGradients, followUpdates } from './follow-updates.js';
import type { NamedGradients } from './named-gradients.js';

type LayersModel = tf.LayersModel;

/** What a call of `fit` or `fitDataset` says of itself, before its first step. */
export interface FitPlan {
  readonly epochs: number;
  readonly stepsPerEpoch?: number;
  readonly batchSize?: number;
  readonly examples?: number;
  /** Whether each epoch ends with a validation. */
  readonly isValidated?: boolean;
}

/** Numbers by the names that `fit` gives them: `loss`, `acc`, `val_loss`. */
export type FitLogs = Readonly<Record<string, number>>;

/** Told of one call of `fit` or `fitDataset`; several can be under way. */
export interface FitFollower {
  begins(plan: FitPlan): void;
  epochBegins(): void;
  /** Does a batch of its validation, whose targets these are. */
  validates<T>(ys: readonly tf.Tensor[], batch: () => T): T;
  epochEnds(logs: FitLogs): void;
  /** It has given back what it gives, or failed. */
  settled(): void;
}

export interface TrainingFollower {
  /** A model is made, compiled, or called where gradients are taken. */
  seesModel(model: LayersModel): void;
  /** The outermost gradient, of what is computed from here on, by these. */
  gradientsBegin(by: readonly tf.Tensor[]): void;
  /** The value whose gradients they were, those of `by` in its order; it and they stay the script's. */
  gradientsTaken(value: tf.Tensor, by: readonly tf.Tensor[], gradients: readonly (tf.Tensor | null)[]): void;
  /** A model is called within a gradient: the inputs of what is trained on. */
  modelCalled(model: LayersModel, inputs: tf.Tensor | readonly tf.Tensor[]): void;
  /** An optimizer that has not been seen before is about to be used. */
  seesOptimizer(optimizer: tf.Optimizer): void;
  updateBegins(optimizer: tf.Optimizer, gradients: NamedGradients): void;
  /** Right after the update; the gradients are still there. */
  updateEnds(optimizer: tf.Optimizer): void;
  /** The script has given a variable a value itself, neither within a gradient nor by an optimizer. */
  assigned(variable: tf.Variable): void;
  /** A step of `fit`, `fitDataset` or `trainOnBatch`; the tensors stay its own. */
  batchBegins(model: LayersModel, xs: tf.Tensor[], ys: tf.Tensor[]): void;
  /** Loss first, then metrics by name. */
  batchEnds(model: LayersModel, values: readonly tf.Tensor[], names: readonly string[]): void;
  /** A call of `fit` or `fitDataset` is made. */
  fitCalled(model: LayersModel): FitFollower;
  /** How many tensors are held that are not the script's: it is to count its own alone. */
  readonly heldTensors: number;
}

/** For the rest of the process. */
export function followTensorFlow(follower: TrainingFollower): void {
  const outerOf = new WeakMap<LayersModel, LayersModel>();
  /** A sequential model wraps the one that does the work: the person knows the outer one. */
  const known = (model: LayersModel): LayersModel => {
    const inner = (model as { readonly model?: LayersModel }).model;
    if (inner instanceof tf.LayersModel) outerOf.set(inner, model);
    return outerOf.get(model) ?? model;
  };

  followModels(follower, known);
  followFit(follower, known);
  followGradients(follower);
  followUpdates(follower);
  countOwnTensorsOut(follower);
}

/** `tf.memory()`, by which scripts find what they forgot to give back. */
function countOwnTensorsOut(follower: TrainingFollower): void {
  const engine = tf.engine();
  const memory = engine.memory.bind(engine);
  engine.memory = () => {
    const all = memory();
    return { ...all, numTensors: all.numTensors - follower.heldTensors };
  };
}
