/** The experiment as rules see it: its layers in order with what leads where, its losses, its optimizer. Reads only. */
import * as tf from '@tensorflow/tfjs';
import { isDeepStrictEqual } from 'node:util';
import { checkExperiment } from '../runtime/checks.js';
import { DatasetDescription } from '../runtime/data/batch-stream.js';
import type { Experiment } from '../runtime/experiment.js';
import { labelledWeights, layerLabels, type LabelledWeight } from '../runtime/layer-labels.js';
import { outlineOfModel } from '../runtime/model-outline.js';
import { learningRateOf } from '../runtime/optimizer-state.js';
import { trainable } from '../runtime/tfjs-internals.js';
import type { ExperimentFacts, LayerFacts, Shape } from './facts.js';

type Layer = tf.layers.Layer;

export interface ExperimentParts {
  readonly model: tf.LayersModel;
  readonly labels?: ReadonlyMap<Layer, string>;
  readonly optimizer: tf.Optimizer | undefined;
  /** None for a model that is trained outside of an experiment. */
  readonly experiment?: Pick<Experiment, 'loss' | 'metrics' | 'trainStep'>;
  readonly batchSize?: number;
  readonly stepsPerEpoch?: number;
  readonly classNames?: readonly string[];
  readonly continued?: boolean;
  /** What the experiment's `data` gave. */
  readonly data?: unknown;
}

export function experimentFacts(parts: ExperimentParts): ExperimentFacts {
  const { model, optimizer, experiment, data, labels = layerLabels(model) } = parts;
  const weights = labelledWeights(model, labels);
  const outputs = trainable(model).outputLayers.flatMap((layer) => labelsOf(layer, labels));
  const hasOwnStep = experiment?.trainStep !== undefined;
  return {
    layers: [...labels].map(([layer, label]) => layerFacts(layer, label, labels, weights)),
    outputs,
    losses: lossesOf(experiment?.loss, outputs.length),
    lossTakes: lossTakes(hasOwnStep ? experiment?.trainStep : experiment?.loss),
    hasOwnStep,
    optimizer: optimizer && nameOf(optimizer),
    learningRate: optimizer && learningRateOf(optimizer),
    batchSize: parts.batchSize,
    stepsPerEpoch: parts.stepsPerEpoch,
    classNames: parts.classNames,
    continued: parts.continued ?? false,
    validatesOnTraining: isSameData(data),
    misfits: experiment
      ? checkExperiment({
          model: outlineOfModel(model),
          loss: experiment.loss,
          metrics: experiment.metrics,
          hasOwnStep,
        })
          .filter(({ severity }) => severity === 'warning')
          .map(({ message, hint, layer }) => ({ message, hint, layer }))
      : [],
  };
}

function layerFacts(
  layer: Layer,
  label: string,
  labels: ReadonlyMap<Layer, string>,
  weights: readonly LabelledWeight[],
): LayerFacts {
  const use = layer.inboundNodes[0];
  const config = configOf(layer);
  const { activation } = config;
  return {
    label,
    type: layer.getClassName(),
    activation: typeof activation === 'string' ? activation : undefined,
    config,
    inputShape: withoutBatch(use?.inputShapes),
    outputShape: withoutBatch(use?.outputShapes),
    trainable: layer.trainable,
    from: [
      ...new Set(layer.inboundNodes.flatMap((node) => node.inboundLayers.flatMap((one) => labelsOf(one, labels)))),
    ],
    weights: weights
      .filter((weight) => weight.layer === label)
      .map(({ name, variable, trainable }) => ({
        name,
        role: name.slice(label.length + 1),
        shape: variable.shape,
        size: variable.size,
        trainable,
      })),
  };
}

/** Of a model used as a layer: its own layers that give its outputs. */
function labelsOf(layer: Layer, labels: ReadonlyMap<Layer, string>): string[] {
  const label = labels.get(layer);
  if (label !== undefined) return [label];
  if (layer instanceof tf.LayersModel) return trainable(layer).outputLayers.flatMap((one) => labelsOf(one, labels));
  // The input of a sequential model is none of its layers.
  return layer.getClassName() === 'InputLayer' ? [layer.name] : [];
}

/** A person's own layer may not be able to say. */
function configOf(layer: Layer): Readonly<Record<string, unknown>> {
  try {
    return layer.getConfig();
  } catch {
    return {};
  }
}

/** Nodes hold one shape, or a list of shapes. */
function withoutBatch(shapes: unknown): Shape {
  let shape = shapes;
  while (Array.isArray(shape) && Array.isArray(shape[0])) shape = shape[0] as unknown;
  return Array.isArray(shape) ? (shape as (number | null)[]).slice(1) : [];
}

function lossesOf(loss: Experiment['loss'] | undefined, outputs: number): (string | undefined)[] {
  const all: unknown[] = Array.isArray(loss)
    ? loss
    : typeof loss === 'object' && loss !== null
      ? Object.values(loss)
      : Array.from({ length: outputs }, () => loss);
  return all.map((one) => (typeof one === 'string' ? one : undefined));
}

/** A loss or a step that is a function is known by its name, or by what its text calls. */
function lossTakes(given: unknown): ExperimentFacts['lossTakes'] {
  const one: unknown = Array.isArray(given) ? given[0] : given;
  if (typeof one !== 'function') return 'as named';
  const text = `${one.name} ${Function.prototype.toString.call(one)}`;
  if (/softmaxCrossEntropy/.test(text)) return 'scores for softmax';
  if (/sigmoidCrossEntropy/.test(text)) return 'scores for sigmoid';
  return 'as named';
}

function nameOf(optimizer: tf.Optimizer): string {
  return (optimizer.constructor as unknown as { readonly className?: string }).className ?? optimizer.getClassName();
}

/** The very same object, or two descriptions in the same words. */
function isSameData(data: unknown): boolean {
  if (typeof data !== 'object' || data === null || !('train' in data) || !('validation' in data)) return false;
  const { train, validation } = data;
  if (validation === undefined || validation === null) return false;
  if (train === validation) return true;
  return DatasetDescription.is(train) && DatasetDescription.is(validation) && isDeepStrictEqual(train, validation);
}
