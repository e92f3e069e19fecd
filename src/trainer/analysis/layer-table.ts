/** A model as a table: layers with type, output shape, parameters and the arithmetic behind them. Reads only; builds nothing. */
import * as tf from '@tensorflow/tfjs';
import type { LayerInfo } from '../../shared/protocol/training.js';
import type { SourcePlace } from '../loader/stack-frames.js';
import { layerLabels } from '../runtime/layer-labels.js';
import { layerArithmetic, type LayerFacts, type Shape } from './layer-arithmetic.js';

type Layer = tf.layers.Layer;

export interface ModelTotals {
  readonly params: number;
  readonly trainableParams: number;
  readonly bytes: number;
}

/** Nested models are shown by their own layers, named `outer/inner`. */
export function layerTable(
  model: { readonly layers: readonly Layer[] },
  placeOf: (layer: Layer) => SourcePlace | undefined,
  prefix = '',
): LayerInfo[] {
  return [...labelsOf(model)].flatMap(([layer, label]): LayerInfo[] => {
    const name = prefix + label;
    if (layer instanceof tf.LayersModel) return layerTable(layer, placeOf, `${name}/`);
    const facts = layerFacts(layer);
    if (!facts) return [];
    return [
      {
        layer: name,
        type: facts.type,
        outputShape: [...facts.outputShape],
        inputShape: [...facts.inputShape],
        params: facts.params,
        trainable: layer.trainable,
        arithmetic: layerArithmetic(facts),
        ...placeOf(layer),
      },
    ];
  });
}

/** The labels that the engine gives; also for the layers of a model that could not be finished. */
export function labelsOf(model: { readonly layers: readonly Layer[] }): ReadonlyMap<Layer, string> {
  return layerLabels(model as tf.LayersModel);
}

export function modelTotals(layers: readonly Layer[]): ModelTotals {
  // A layer can be used twice; its weights are there once.
  const all = new Set(layers.flatMap((layer) => layer.weights));
  const trained = new Set(layers.flatMap((layer) => layer.trainableWeights));
  const params = countValues(all);
  return { params, trainableParams: countValues(trained), bytes: params * 4 };
}

/** `undefined` for a layer that has not been given an input. */
export function layerFacts(layer: Layer): LayerFacts | undefined {
  const node = layer.inboundNodes[0];
  if (!node) return undefined;
  return {
    type: layer.getClassName(),
    config: layer.getConfig() as Record<string, unknown>,
    inputShape: withoutBatch(firstShape(node.inputShapes)),
    outputShape: withoutBatch(firstShape(node.outputShapes)),
    params: countValues(layer.weights),
  };
}

/** The shape, or the first of several. */
export function firstShape(shapes: Shape | readonly Shape[]): Shape {
  return Array.isArray(shapes[0]) ? (shapes[0] as Shape) : (shapes as Shape);
}

function withoutBatch(shape: Shape): Shape {
  return shape.slice(1);
}

function countValues(variables: Iterable<{ readonly shape: Shape }>): number {
  let count = 0;
  for (const { shape } of variables) count += shape.reduce<number>((product, size) => product * (size ?? 1), 1);
  return count;
}
