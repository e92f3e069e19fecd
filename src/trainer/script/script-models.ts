/**
 * The models, optimizers and variables that a script trains, as they turn up, with labels that are unique
 * over all of them. Disposes nothing: everything here is the script's. Knows neither steps nor host.
 */
import * as tf from '@tensorflow/tfjs';
import { createHash } from 'node:crypto';
import type { LayerInfo } from '../../shared/protocol/training.js';
import { placeOfLayer } from '../analysis/layer-origins.js';
import { layerTable } from '../analysis/layer-table.js';
import { labelledWeights, layerLabels, type LabelledWeight } from '../runtime/layer-labels.js';
import { learningRateOf, numbersOf, slotsOf } from '../runtime/optimizer-state.js';
import { hashState, takeState, type Cursor, type SavedTensor, type StateHolder } from '../runtime/training-state.js';
import { sumOfSquaresOf } from '../runtime/summarize-tensor.js';
import { byHand } from './by-hand.js';

type Layer = tf.layers.Layer;

export interface KnownModel {
  readonly model: tf.LayersModel;
  /** Before the labels of its layers: nothing for the first model. */
  readonly prefix: string;
  readonly labels: ReadonlyMap<Layer, string>;
  readonly weights: readonly LabelledWeight[];
}

export class ScriptModels {
  private readonly known = new Map<tf.LayersModel, KnownModel>();
  private readonly labelled = new Map<Layer, string>();
  private readonly optimizers = new Map<tf.Optimizer, Omit<StateHolder, 'weights'>>();
  /** Those that are no model's weights, in the order of their first update. */
  private readonly free = new Map<string, tf.Variable>();
  private allWeights: readonly LabelledWeight[] | undefined;

  get models(): readonly KnownModel[] {
    return [...this.known.values()];
  }
  get labels(): ReadonlyMap<Layer, string> {
    return this.labelled;
  }

  /** @returns what is known of it where that is news: a model that is new, or that has got other layers since */
  add(model: tf.LayersModel): KnownModel | undefined {
    const before = this.known.get(model);
    const own = layerLabels(model);
    if (own.size === 0 || !isBuilt(model)) return undefined;
    if (before && before.labels.size === own.size && [...own.keys()].every((layer) => before.labels.has(layer)))
      return undefined;
    const prefix = before?.prefix ?? (this.known.size === 0 ? '' : `${this.freeName(model.name)}/`);
    const labels = new Map<Layer, string>();
    for (const [layer, label] of own) {
      // A layer that stands in two models keeps the name it was first known by.
      const name = this.labelled.get(layer) ?? prefix + label;
      this.labelled.set(layer, name);
      labels.set(layer, name);
    }
    const found: KnownModel = { model, prefix, labels, weights: labelledWeights(model, labels) };
    this.known.set(model, found);
    for (const { variable } of found.weights) this.free.delete(variable.name);
    this.allWeights = undefined;
    return found;
  }

  /** @returns whether it is new */
  addOptimizer(optimizer: tf.Optimizer): boolean {
    if (this.optimizers.has(optimizer)) return false;
    this.optimizers.set(optimizer, holderOf(optimizer));
    this.allWeights = undefined;
    return true;
  }

  /** Variables that are updated; those of models are known already. @returns whether some are new */
  addTrained(variables: readonly tf.Variable[]): boolean {
    let isNews = false;
    for (const variable of variables) {
      if (this.free.get(variable.name) === variable) continue;
      if (this.weights.some((weight) => weight.variable === variable)) continue;
      this.free.set(variable.name, variable);
      this.allWeights = undefined;
      isNews = true;
    }
    return isNews;
  }

  /** Of all models, and the variables beside them under names of their own. */
  get weights(): readonly LabelledWeight[] {
    if (this.allWeights) return this.allWeights;
    const byVariable = new Map<tf.Variable, LabelledWeight>();
    for (const { weights } of this.known.values()) {
      for (const weight of weights) if (!byVariable.has(weight.variable)) byVariable.set(weight.variable, weight);
    }
    let count = 0;
    // Optimizers keep variables too, which count as trained where gradients are taken by all that there are.
    const slots = new Set([...this.optimizers.keys()].flatMap((one) => slotsOf(one).map(({ variable }) => variable)));
    for (const variable of this.free.values()) {
      if (slots.has(variable)) continue;
      const given = /^\d+$/.test(variable.name) || variable.name === '' ? `variable_${++count}` : variable.name;
      byVariable.set(variable, { name: given, layer: given, variable, trainable: variable.trainable });
    }
    return (this.allWeights = [...byVariable.values()]);
  }

  /** Those that are no model's. */
  get ownWeights(): readonly LabelledWeight[] {
    return this.weights.filter(({ variable }) => this.free.get(variable.name) === variable);
  }

  layerInfos(): LayerInfo[] {
    const told = new Set<string>();
    return this.models
      .flatMap(({ model, prefix }) => layerTable(model, placeOfLayer, prefix))
      .filter(({ layer }) => !told.has(layer) && told.add(layer));
  }

  get parameterCounts(): { readonly params: number; readonly trainableParams: number } {
    const count = (weights: readonly LabelledWeight[]): number =>
      weights.reduce((sum, { variable }) => sum + variable.size, 0);
    return { params: count(this.weights), trainableParams: count(this.weights.filter((weight) => weight.trainable)) };
  }

  /** Of weights, optimizer slots and counters, as far as the script has not given them back; `undefined` where it has all. */
  stateHash(cursor: Cursor): string | undefined {
    const weights = this.aliveWeights;
    if (weights.length === 0) return undefined;
    const hashes = this.aliveHolders.map((holder) => hashState(stateOf(holder, weights, cursor)));
    if (hashes.length === 1) return hashes[0];
    return createHash('sha256').update(hashes.join()).digest('hex').slice(0, 16);
  }

  /** Of those that the script has not given back. */
  savedWeights(): readonly SavedTensor[] {
    const [holder] = this.aliveHolders;
    return stateOf(holder!, this.aliveWeights, { epochsDone: 0, stepInEpoch: 0, step: 0 }).weights;
  }

  /** Euclidean norm over all weights, or over one layer's; `undefined` where it has none. */
  weightNorm(layer?: string): number | undefined {
    const weights = this.aliveWeights.filter((weight) => layer === undefined || weight.layer === layer);
    if (weights.length === 0) return undefined;
    return Math.sqrt(weights.reduce((sum, { variable }) => sum + sumOfSquaresOf(variable), 0));
  }

  /** Those that the script has not given back. */
  get aliveWeights(): readonly LabelledWeight[] {
    return this.weights.filter(({ variable }) => !variable.isDisposed);
  }

  /** At least one. */
  private get aliveHolders(): readonly Omit<StateHolder, 'weights'>[] {
    const alive = [...this.optimizers.values()].filter(({ optimizer }) =>
      slotsOf(optimizer).every(({ variable }) => !variable.isDisposed),
    );
    return alive.length > 0 ? alive : [holderOf(byHand)];
  }

  private freeName(name: string): string {
    const taken = new Set([...this.known.values()].map(({ prefix }) => prefix));
    let free = name;
    for (let count = 2; taken.has(`${free}/`); count++) free = `${name}_${count}`;
    return free;
  }
}

function holderOf(optimizer: tf.Optimizer): Omit<StateHolder, 'weights'> {
  return {
    // What the state is depends on weights and slots, not on how they came to be.
    seed: 0,
    optimizer,
    initialNumbers: numbersOf(optimizer),
    configuredLearningRate: learningRateOf(optimizer),
  };
}

function stateOf(
  holder: Omit<StateHolder, 'weights'>,
  weights: readonly LabelledWeight[],
  cursor: Cursor,
): ReturnType<typeof takeState> {
  return takeState({ ...holder, weights }, cursor, { examples: 0, totals: [] });
}

/** A sequential model has outputs once its first layer says what its input is. */
function isBuilt(model: tf.LayersModel): boolean {
  const outputs = model.outputs as readonly unknown[] | undefined;
  return outputs !== undefined && outputs.length > 0;
}
