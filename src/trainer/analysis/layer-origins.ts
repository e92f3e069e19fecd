/**
 * Remembers where in the person's code each layer was made, and puts what goes wrong inside a layer
 * at that layer's line. `layers` replaces TensorFlow.js's own namespace in
 * what experiments import; typings stay the same. Knows nothing of how a model is trained.
 */
import * as tf from '@tensorflow/tfjs';
import { ExperimentProblem, tagFailure } from '../loader/problem-of.js';
import { callersPlace, type SourcePlace } from '../loader/stack-frames.js';
import { impossibleShape } from './layer-arithmetic.js';
import { layerFacts } from './layer-table.js';

type Layer = tf.layers.Layer;

const places = new WeakMap<Layer, SourcePlace>();
let applied: Set<Layer> = new Set();

/** Where the person's code made `layer`, where that is known. */
export function placeOfLayer(layer: Layer): SourcePlace | undefined {
  return places.get(layer);
}

/** Begins anew: no layer has been applied yet. */
export function forgetLayers(): void {
  applied = new Set();
}

/** Layers that were given an input so far, in that order: what is known of a model that could not be finished. */
export function layersApplied(): readonly Layer[] {
  return [...applied];
}

function recordNew(layer: Layer): void {
  const place = callersPlace({ ofNew: isPersonsClass(layer) });
  if (place) places.set(layer, place);
}

/** For layers that were made all at once, such as those of a model from a file. */
export function placeLayers(made: readonly Layer[], place: SourcePlace | undefined): void {
  if (place) for (const layer of made) places.set(layer, place);
}

type Factory = (...values: unknown[]) => unknown;

/** Base of the person's own layers: the line of their `new` is the layer's. */
class RecordedLayer extends tf.layers.Layer {
  constructor(config?: ConstructorParameters<typeof tf.layers.Layer>[0]) {
    super(config);
    recordNew(this);
  }

  /** Built-in layers do not come from here, but are layers all the same. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    if (this === RecordedLayer) return value instanceof tf.layers.Layer;
    return Function.prototype[Symbol.hasInstance].call(this, value) as boolean;
  }
}

function recording(factory: Factory): Factory {
  return (...values) => {
    const made = factory(...values);
    if (made instanceof tf.layers.Layer) recordNew(made);
    else if (made instanceof tf.SymbolicTensor) recordNew(made.sourceLayer);
    return made;
  };
}

export const layers: typeof tf.layers = Object.freeze(
  Object.fromEntries(
    Object.entries(tf.layers).map(([name, value]) => {
      if (name === 'Layer') return [name, RecordedLayer];
      return [name, /^[a-z]/.test(name) ? recording(value as Factory) : value];
    }),
  ),
) as unknown as typeof tf.layers;

export const input = recording(tf.input as Factory) as typeof tf.input;

/** Whether the layer's computation is the person's code, whose own lines say more than where it was made. */
function isPersonsClass(layer: Layer): boolean {
  return layer instanceof RecordedLayer && Function.prototype[Symbol.hasInstance].call(RecordedLayer, layer);
}

/** Watches every layer of this process; once. */
function watchLayers(): void {
  const apply = tf.layers.Layer.prototype.apply;
  tf.layers.Layer.prototype.apply = function (this: Layer, inputs, kwargs) {
    let outputs: ReturnType<typeof apply>;
    try {
      outputs = apply.call(this, inputs, kwargs);
    } catch (error) {
      if (!isPersonsClass(this)) tagFailure(error, places.get(this));
      throw error;
    }
    if (firstOf(outputs) instanceof tf.SymbolicTensor) {
      applied.add(this);
      refuseImpossibleShape(this);
    }
    return outputs;
  };

  const add = tf.Sequential.prototype.add;
  tf.Sequential.prototype.add = function (this: tf.Sequential, layer) {
    try {
      add.call(this, layer);
    } catch (error) {
      tagFailure(error, places.get(layer));
      throw error;
    }
  };
}

function firstOf<T>(value: T | readonly T[]): T | undefined {
  return Array.isArray(value) ? (value as readonly T[])[0] : (value as T);
}

/** TensorFlow.js builds such layers without a word; training would fail much later. */
function refuseImpossibleShape(layer: Layer): void {
  const facts = layerFacts(layer);
  const problem = facts && !(layer instanceof tf.LayersModel) ? impossibleShape(facts) : undefined;
  if (problem) throw new ExperimentProblem({ ...problem, ...places.get(layer) });
}

watchLayers();
