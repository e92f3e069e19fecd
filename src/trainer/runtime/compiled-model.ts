/** The experiment's model with its optimizer and loss, as the loop needs them, and its labels. Knows neither data nor files. */
import * as tf from '@tensorflow/tfjs';
import { closestName } from '../../shared/conditions/closest-name.js';
import type { Experiment, Settings } from './experiment.js';
import { during, TrainingFailure } from './failure.js';
import { labelledWeights, layerLabels, type LabelledWeight } from './layer-labels.js';
import { metricNames } from './metric-names.js';
import { outlineOfModel, type ModelOutline } from './model-outline.js';
import { learningRateOf, numbersOf } from './optimizer-state.js';
import { isOptimizer, trainable } from './tfjs-internals.js';

export interface BuiltModel {
  readonly model: tf.LayersModel;
  readonly outline: ModelOutline;
  readonly labels: ReadonlyMap<tf.layers.Layer, string>;
  readonly weights: readonly LabelledWeight[];
}

export interface CompiledModel extends BuiltModel {
  readonly optimizer: tf.Optimizer;
  /** As the experiment made it. */
  readonly initialNumbers: Readonly<Record<string, number>>;
  readonly configuredLearningRate: number | undefined;
  /** Of the model's own losses and metrics, in the order of its train function's values after the loss. */
  readonly metricNames: readonly string[];
  /** Whether there is a loss to validate by. */
  readonly canValidate: boolean;
}

/** Runs `model()`. @throws TrainingFailure */
export async function buildModel(experiment: Experiment, settings: Settings): Promise<BuiltModel> {
  const model: unknown = await during('model', () => experiment.model(settings));
  if (!(model instanceof tf.LayersModel)) {
    throw new TrainingFailure(
      model === undefined ? 'model() returned nothing.' : 'model() did not return a model that can be trained.',
      {
        part: 'model',
        hint: 'Return what tf.sequential(…) or tf.model(…) gives.',
      },
    );
  }
  // A sequential model has outputs once its first layer says what its input is.
  if (model.layers.length === 0 || !(model.outputs?.length > 0)) {
    throw new TrainingFailure('The model has no layer that says what its input is.', {
      part: 'model',
      hint: 'Give the first layer inputShape, for example inputShape: [150, 150, 3].',
    });
  }
  if (!model.built) await during('model', () => model.build(undefined as unknown as tf.Shape));
  const labels = layerLabels(model);
  return { model, outline: outlineOfModel(model), labels, weights: labelledWeights(model, labels) };
}

const knownOptimizers = ['adagrad', 'adadelta', 'adam', 'adamax', 'rmsprop', 'sgd'];

/** Runs `optimizer()`. @throws TrainingFailure */
export async function makeOptimizer(experiment: Experiment, settings: Settings): Promise<tf.Optimizer | string> {
  const optimizer: unknown = await during('optimizer', () => experiment.optimizer(settings));
  if (isOptimizer(optimizer)) return optimizer;
  if (typeof optimizer === 'string') {
    if (knownOptimizers.includes(optimizer.toLowerCase())) return optimizer;
    const close = closestName(optimizer, knownOptimizers);
    throw new TrainingFailure(`There is no optimizer '${optimizer}'.`, {
      part: 'optimizer',
      hint: close ? `Did you mean '${close}'?` : `There are: ${knownOptimizers.join(', ')}, and those of tf.train.`,
    });
  }
  const nothing = optimizer === undefined || optimizer === null;
  throw new TrainingFailure(nothing ? 'optimizer() returned nothing.' : 'optimizer() did not return an optimizer.', {
    part: 'optimizer',
    hint: 'Return one of tf.train, for example tf.train.adam(0.001).',
  });
}

/** @throws TrainingFailure */
export async function compileModel(
  built: BuiltModel,
  optimizer: tf.Optimizer | string,
  experiment: Experiment,
): Promise<CompiledModel> {
  const { model } = built;
  const canValidate = experiment.loss !== undefined && experiment.loss !== null;
  if (!canValidate && !experiment.trainStep) {
    throw new TrainingFailure('The experiment has no loss.', {
      part: 'loss',
      hint: "For classes write loss: 'categoricalCrossentropy', for numbers loss: 'meanSquaredError'.",
    });
  }
  await during('loss', () => {
    // Without a loss of its own, compiling only makes an optimizer out of its name.
    const loss = canValidate ? experiment.loss : 'meanSquaredError';
    model.compile({ optimizer, loss, metrics: canValidate ? experiment.metrics : undefined });
  });
  const inner = trainable(model);
  const made = inner.optimizer_;
  return {
    ...built,
    optimizer: made,
    initialNumbers: numbersOf(made),
    configuredLearningRate: learningRateOf(made),
    metricNames: canValidate
      ? metricNames(experiment.metrics, built.outline, inner.outputNames, inner.getDedupedMetricsNames())
      : [],
    canValidate,
  };
}
