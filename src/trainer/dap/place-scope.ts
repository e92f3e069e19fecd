/**
 * What a condition reads in the middle of a step, where training stands now: the tensors that are in reach
 * there, and the scalars of the step before. Knows no breakpoints.
 */
import * as tf from '@tensorflow/tfjs';
import type { ConditionScope } from '../../shared/conditions/condition.js';
import type { TensorNumber, TensorTerm } from '../../shared/conditions/reach.js';
import type { StepEvent } from '../../shared/protocol/training.js';
import type { LabelledWeight } from '../runtime/layer-labels.js';
import type { StepTensors } from '../runtime/paused-training.js';
import { passedOn } from './layer-gradients.js';
import { TensorReading } from './read-tensors.js';
import type { OpPlace } from './step-hooks.js';

/** What is known of the step under way beside the place. */
export interface StepFacts {
  readonly here: { readonly epoch: number; readonly step: number; readonly stepInEpoch: number };
  /** The step before. */
  readonly before: StepEvent | undefined;
  readonly learningRate: number | undefined;
  readonly tensors: Pick<StepTensors, 'outputOf' | 'gradientOf'>;
  readonly weights: readonly LabelledWeight[];
}

export interface PlaceScope extends ConditionScope {
  readonly reading: TensorReading;
  /** @throws Error in words where there are none */
  tensorsOf(term: TensorTerm): readonly tf.Tensor[];
  /** The same, where `tensor` stands for these. */
  watching(tensors: readonly tf.Tensor[]): ConditionScope;
}

/** Scalars that are known before the step, which are the same all through it. */
export function scalarsInStep({ here, before, learningRate }: Omit<StepFacts, 'tensors' | 'weights'>) {
  return {
    step: here.step,
    epoch: here.epoch,
    stepInEpoch: here.stepInEpoch,
    loss: before?.loss ?? NaN,
    metrics: before?.metrics ?? {},
    learningRate: learningRate ?? before?.learningRate,
    gradNorm: (layer?: string) => (layer === undefined ? before?.gradNorm : undefined),
    weightNorm: () => undefined,
    notFinite: () => undefined,
  };
}

/** `facts` are asked for where a condition reads them: most places are only passed. */
export function placeScope(place: OpPlace, facts: () => StepFacts): PlaceScope {
  return new ScopeOfPlace(place, facts, new TensorReading());
}

class ScopeOfPlace implements PlaceScope {
  private known: ReturnType<typeof scalarsInStep> | undefined;

  constructor(
    private readonly place: OpPlace,
    private readonly facts: () => StepFacts,
    readonly reading: TensorReading,
    /** What the word `tensor` stands for, where it is not the place's own. */
    private readonly watched?: readonly tf.Tensor[],
  ) {}

  watching(tensors: readonly tf.Tensor[]): ConditionScope {
    return new ScopeOfPlace(this.place, this.facts, this.reading, tensors);
  }

  get phase() {
    return this.place.phase;
  }
  get layer() {
    return this.place.layerName;
  }
  get op() {
    return this.place.op;
  }
  get epoch() {
    return this.scalars.epoch;
  }
  get step() {
    return this.scalars.step;
  }
  get stepInEpoch() {
    return this.scalars.stepInEpoch;
  }
  get loss() {
    return this.scalars.loss;
  }
  get metrics() {
    return this.scalars.metrics;
  }
  get learningRate() {
    return this.scalars.learningRate;
  }

  gradNorm(layer?: string): number | undefined {
    return this.scalars.gradNorm(layer);
  }

  weightNorm(): undefined {
    return undefined;
  }

  notFinite(): undefined {
    return undefined;
  }

  tensorsOf(term: TensorTerm): readonly tf.Tensor[] {
    const found = tensorsIn(term, this.place, this.facts());
    if (term.index === undefined) return found;
    const one = found[term.index];
    if (!one) throw new Error(`there is no ${term.word}[${term.index}]: there are ${found.length}.`);
    return [one];
  }

  numberOf(term: TensorTerm, number: TensorNumber): number {
    const tensors = this.watched && term.word === 'tensor' ? this.watched : this.tensorsOf(term);
    return this.reading.numberOf(tensors, number);
  }

  private get scalars(): ReturnType<typeof scalarsInStep> {
    return (this.known ??= scalarsInStep(this.facts()));
  }
}

/** The layer's weights that a name means, as `kernel` or `dense_1/kernel`; all where none is given. */
function weightsOf(place: OpPlace, { weights }: StepFacts, name: string | undefined): readonly LabelledWeight[] {
  const inReach = place.layerName === undefined ? weights : weights.filter(({ layer }) => layer === place.layerName);
  if (name === undefined) return inReach;
  const named = inReach.filter(
    (weight) => [weight.name, weight.layer].includes(name) || weight.name === `${weight.layer}/${name}`,
  );
  if (named.length > 0) return named;
  throw new Error(
    `there is no weight ${name} here: there are ${inReach.map((weight) => weight.name).join(', ') || 'none'}.`,
  );
}

function tensorsIn(term: TensorTerm, place: OpPlace, facts: StepFacts): readonly tf.Tensor[] {
  const { word, name } = term;
  const isGradient = place.stands === 'layer' && place.phase === 'gradient';
  switch (word) {
    case 'input':
      return some(name === undefined ? place.inputs : (place.inputs as Record<string, unknown>)[name], term);
    case 'output':
      if (!isGradient) return some(place.outputs, term);
      return some(place.layer && facts.tensors.outputOf(place.layer), term);
    case 'weights':
      return weightsOf(place, facts, undefined).map(({ variable }) => variable);
    case 'weight':
      return weightsOf(place, facts, name).map(({ variable }) => variable);
    case 'tensor':
      if (!isGradient) return some(place.outputs, term);
      return gradientsIn(term, place, facts);
    case 'grad':
    case 'gradient':
      return gradientsIn(term, place, facts);
    case 'activation': {
      throw new Error('it is known after the step.');
    }
  }
}

function gradientsIn(term: TensorTerm, place: OpPlace, facts: StepFacts): readonly tf.Tensor[] {
  if (place.stands === 'layer' && place.when === 'before') return some(place.inputs, term);
  const made = (place.outputs ?? {}) as Readonly<Record<string, tf.Tensor>>;
  const ofWeights = weightsOf(place, facts, term.name)
    .map(({ variable }) => facts.tensors.gradientOf(variable))
    .filter((gradient) => gradient !== undefined);
  // A layer without weights hands on what it has made of its gradient.
  return ofWeights.length > 0 ? ofWeights : some(made[passedOn], term);
}

/** A tensor, a list of them, or some by name. */
function some(value: unknown, { word, name }: TensorTerm): readonly tf.Tensor[] {
  const values: readonly unknown[] =
    value instanceof tf.Tensor ? [value] : typeof value === 'object' && value !== null ? Object.values(value) : [];
  const tensors = values.filter((one): one is tf.Tensor => one instanceof tf.Tensor);
  if (tensors.length > 0) return tensors;
  throw new Error(`there is no ${word}${name === undefined ? '' : `('${name}')`} here.`);
}
