/** What can be said of a model without running it: its layers for a table, its inputs and outputs for checks. */
import type * as tf from '@tensorflow/tfjs';
import type { LayerInfo } from '../../shared/protocol/training.js';
import { layerLabels } from './layer-labels.js';
import { trainable } from './tfjs-internals.js';

export type Shape = readonly (number | null)[];

export interface ModelInput {
  readonly name: string;
  /** Without the batch dimension, as all shapes here. */
  readonly shape: Shape;
  /** The layer that has the input's shape: what to change where it does not fit. */
  readonly layer: string;
}

export interface ModelOutput {
  readonly name: string;
  readonly shape: Shape;
  readonly layer: string;
  /** Class name, for example `Dense`. */
  readonly type: string;
  /** For example `softmax`, where the layer has one. */
  readonly activation?: string;
}

export interface ModelOutline {
  readonly inputs: readonly ModelInput[];
  readonly outputs: readonly ModelOutput[];
}

export function outlineOfModel(model: tf.LayersModel): ModelOutline {
  const inner = trainable(model);
  const labels = layerLabels(model);
  const firstLayer = [...labels].find(([layer]) => layer.getClassName() !== 'InputLayer')?.[1] ?? '';
  const isSequential = model.getClassName() === 'Sequential';
  return {
    inputs: inner.inputs.map((input, index) => ({
      // The layer's: the tensor's own gets a number when the same model is built again in one process.
      name: inner.inputNames[index] ?? input.name,
      shape: input.shape.slice(1),
      layer: isSequential ? firstLayer : (labels.get(input.sourceLayer) ?? input.name),
    })),
    outputs: inner.outputs.map((output) => {
      const layer = output.sourceLayer;
      const label = labels.get(layer) ?? layer.name;
      return {
        name: inner.outputs.length > 1 ? label : output.name,
        shape: output.shape.slice(1),
        layer: label,
        type: layer.getClassName(),
        activation: activationOf(layer),
      };
    }),
  };
}

/** A row a layer, in the model's order. Shapes of a layer that is used more than once are those of its first use. */
export function layerInfos(model: tf.LayersModel): LayerInfo[] {
  const infos: LayerInfo[] = [];
  for (const [layer, label] of layerLabels(model)) {
    const use = layer.inboundNodes[0];
    infos.push({
      layer: label,
      type: layer.getClassName(),
      outputShape: withoutBatch(use?.outputShapes),
      inputShape: use && use.inputShapes.length > 0 ? withoutBatch(use.inputShapes) : undefined,
      params: layer.countParams(),
      trainable: layer.trainable,
    });
  }
  return infos;
}

export function parameterCounts(model: tf.LayersModel): { readonly params: number; readonly trainableParams: number } {
  const sizeOf = (weights: readonly { readonly shape: tf.Shape }[]): number =>
    weights.reduce(
      (sum, weight) => sum + weight.shape.reduce<number>((size, dimension) => size * (dimension ?? 1), 1),
      0,
    );
  return { params: sizeOf(model.weights), trainableParams: sizeOf(model.trainableWeights) };
}

/** Nodes hold one shape, or a list of shapes. */
function withoutBatch(shapes: unknown): (number | null)[] {
  let shape = shapes;
  while (Array.isArray(shape) && Array.isArray(shape[0])) shape = shape[0] as unknown;
  return Array.isArray(shape) ? (shape as (number | null)[]).slice(1) : [];
}

function activationOf(layer: tf.layers.Layer): string | undefined {
  const { activation } = layer.getConfig();
  if (typeof activation === 'string') return activation;
  // An Activation layer says it in its configuration; activations written as functions have no name.
  return undefined;
}
