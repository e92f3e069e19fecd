/**
 * The training as a person opens it at a stop, beside the variables of their code: batch, model with
 * weights, outputs and gradients, optimizer with its slots, random state. Made when opened. Knows no
 * protocol.
 */
import * as tf from '@tensorflow/tfjs';
import type { StepEvent } from '../../shared/protocol/training.js';
import type { Batch } from '../runtime/data/batch-stream.js';
import { layerLabels, labelledWeights, type LabelledWeight } from '../runtime/layer-labels.js';
import { learningRateOf, numbersOf, setLearningRate, setNumbers, slotsOf } from '../runtime/optimizer-state.js';
import { randomPosition } from '../runtime/random.js';
import { Branch, type Entry } from './entries.js';
import type { OpPlace } from './step-hooks.js';

/** What there is now. */
export interface TrainingParts {
  readonly epoch: number;
  readonly step: number;
  readonly stepInEpoch: number;
  readonly model: tf.LayersModel | undefined;
  readonly optimizer: tf.Optimizer | undefined;
  /** Trained variables that are no model's. */
  readonly ownWeights?: readonly LabelledWeight[];
  readonly batch: Batch | undefined;
  readonly lastStep: StepEvent | undefined;
  readonly classNames?: readonly string[];
  /** What training stands before, in the middle of a step. */
  readonly op?: OpPlace;
  outputOf(layer: tf.layers.Layer): tf.Tensor | undefined;
  gradientOf(variable: tf.Variable): tf.Tensor | undefined;
  /** Something of the state has been changed by hand. */
  changed(): void;
}

export interface TrainingScope {
  readonly name: string;
  readonly branch: Branch;
  /** Whether opening it takes noticeable time. */
  readonly expensive: boolean;
}

export function trainingScopes(parts: TrainingParts): TrainingScope[] {
  const { model, optimizer, ownWeights = [], batch, op } = parts;
  const scope = (name: string, entries: () => readonly Entry[], expensive = true): TrainingScope => ({
    name,
    branch: new Branch('', entries),
    expensive,
  });
  return [
    ...(op ? [scope(op.stands === 'op' ? 'Op' : 'Layer', () => opEntries(op), false)] : []),
    scope('Training', () => trainingEntries(parts), false),
    ...(batch ? [scope('Batch', () => batchEntries(batch))] : []),
    ...(model ? [scope('Model', () => modelEntries(model, parts))] : []),
    ...(ownWeights.length > 0 ? [scope('Weights', () => ownWeights.flatMap((one) => weightEntries(one, parts)))] : []),
    ...(optimizer ? [scope('Optimizer', () => optimizerEntries(optimizer, parts))] : []),
    scope('Random state', () => Object.entries(randomPosition()).map(([name, value]) => ({ name, value }))),
  ];
}

/** What a layer or a model shows beside its own properties. */
export function layerAdditions(value: object, parts: TrainingParts): readonly Entry[] {
  if (!(value instanceof tf.layers.Layer) || value instanceof tf.LayersModel) return [];
  const label = parts.model && layerLabels(parts.model).get(value);
  return label === undefined || !parts.model ? [] : layerEntries(value, label, parts, weightsOf(parts.model));
}

function trainingEntries(parts: TrainingParts): Entry[] {
  const { lastStep, optimizer } = parts;
  const learningRate = optimizer && learningRateOf(optimizer);
  const rows: Entry[] = [
    { name: 'epoch', value: parts.epoch },
    { name: 'step', value: parts.step },
    { name: 'stepInEpoch', value: parts.stepInEpoch },
    { name: 'loss', value: lastStep?.loss, ...metric('loss') },
    ...Object.entries(lastStep?.metrics ?? {}).map(([name, value]) => ({ name, value, ...metric(name) })),
    ...(optimizer ? [learningRateEntry(optimizer, learningRate, parts)] : []),
    { name: 'gradNorm', value: lastStep?.gradNorm },
    { name: 'batchSize', value: lastStep?.examples },
  ];
  return rows
    .filter(({ value }) => value !== undefined)
    .map((row) => ({ evaluateName: ['epoch', 'step', 'loss'].includes(row.name) ? row.name : undefined, ...row }));
}

function metric(name: string): Pick<Entry, 'watch'> {
  return { watch: { of: 'metric', name } };
}

function learningRateEntry(optimizer: tf.Optimizer, value: number | undefined, parts: TrainingParts): Entry {
  const set = (changed: unknown): void => {
    setLearningRate(optimizer, typeof changed === 'number' ? changed : NaN);
    parts.changed();
  };
  return { name: 'learningRate', value, evaluateName: 'optimizer.learningRate', set };
}

function opEntries({ op, layer, layerName, inputs, outputs, attributes }: OpPlace): Entry[] {
  const rows: Entry[] = [
    { name: 'op', value: op },
    { name: 'layer', value: layer },
    { name: 'layerName', value: layerName },
    { name: 'inputs', value: inputs, evaluateName: 'inputs' },
    { name: 'output', value: outputs, evaluateName: 'output' },
    { name: 'attributes', value: attributes, evaluateName: 'attributes' },
  ];
  return rows.filter(({ value }) => value !== undefined);
}

function batchEntries(batch: Batch): Entry[] {
  const entries: Entry[] = [
    { name: 'xs', value: batch.xs, evaluateName: 'batch.xs', role: 'batch' },
    { name: 'ys', value: batch.ys, evaluateName: 'batch.ys', role: 'batch' },
    { name: 'size', value: batch.size, evaluateName: 'batch.size' },
  ];
  return batch.names ? [...entries, { name: 'names', value: batch.names, evaluateName: 'batch.names' }] : entries;
}

function modelEntries(model: tf.LayersModel, parts: TrainingParts): Entry[] {
  const weights = weightsOf(model);
  return [...layerLabels(model)].map(([layer, label]) => {
    const output = parts.outputOf(layer);
    const shape = output ? ` → ${output.shape.slice(1).join('×')}` : '';
    return {
      name: label,
      value: new Branch(`${layer.getClassName()}${shape}`, () => [
        ...layerEntries(layer, label, parts, weights),
        { name: 'layer', value: layer },
      ]),
    };
  });
}

function layerEntries(
  layer: tf.layers.Layer,
  label: string,
  parts: TrainingParts,
  weights: readonly LabelledWeight[],
): Entry[] {
  const entries: Entry[] = [];
  const output = parts.outputOf(layer);
  if (output) {
    const watch = { of: 'activation', name: label } as const;
    entries.push({ name: 'output', value: output, role: 'activation', fullName: `output of ${label}`, watch });
  }
  for (const weight of weights) {
    if (weight.layer === label) entries.push(...weightEntries(weight, parts, weight.name.slice(label.length + 1)));
  }
  return entries;
}

function weightEntries({ name, variable }: LabelledWeight, parts: TrainingParts, short = name): Entry[] {
  if (variable.isDisposed) return [];
  const entries: Entry[] = [{ name: short, value: variable, fullName: name, watch: { of: 'weight', name } }];
  const gradient = parts.gradientOf(variable);
  if (gradient) {
    const watch = { of: 'gradient', name } as const;
    const fullName = `gradient of ${name}`;
    entries.push({ name: `gradient of ${short}`, value: gradient, role: 'weight', fullName, watch });
  }
  return entries;
}

function optimizerEntries(optimizer: tf.Optimizer, parts: TrainingParts): Entry[] {
  const owners = new Map(
    (parts.model ? weightsOf(parts.model) : []).map(({ name, variable }) => [variable.name, name] as const),
  );
  const numbers = Object.entries(numbersOf(optimizer)).map(([name, value]): Entry => ({
    name,
    value,
    evaluateName: `optimizer.${name}`,
    set: (changed) => {
      if (typeof changed !== 'number') throw new Error(`${name} is a number.`);
      setNumbers(optimizer, { [name]: changed });
      parts.changed();
    },
  }));
  const slots = slotsOf(optimizer).map(({ key, owner, suffix, variable }): Entry => ({
    name: owner === undefined ? key : `${suffix ?? key} of ${owners.get(owner) ?? owner}`,
    value: variable,
  }));
  const learningRate = learningRateOf(optimizer);
  return [
    ...(learningRate === undefined ? [] : [learningRateEntry(optimizer, learningRate, parts)]),
    ...numbers,
    ...slots,
  ];
}

function weightsOf(model: tf.LayersModel): LabelledWeight[] {
  return labelledWeights(model);
}
