/**
 * Names of layers and weights for people and files. TensorFlow.js numbers unnamed layers over the
 * whole process (`conv2d_Conv2D7`); here they are numbered within their model (`conv2d_1`), so that a
 * model built again has the same names. Names that a person gave are kept.
 */
import * as tf from '@tensorflow/tfjs';

/**
 * Labels of a model's layers in its own order, unique in the model. A model used as a layer stands
 * there by its own layers, as `outer/inner`.
 */
export function layerLabels(model: tf.LayersModel, prefix = ''): ReadonlyMap<tf.layers.Layer, string> {
  const labels = new Map<tf.layers.Layer, string>();
  const taken = new Set(model.layers.filter((layer) => stemOf(layer) === undefined).map((layer) => layer.name));
  const counts = new Map<string, number>();
  for (const layer of model.layers) {
    const stem = stemOf(layer);
    let label = layer.name;
    if (stem !== undefined) {
      let count = counts.get(stem) ?? 0;
      do label = `${stem}_${++count}`;
      while (taken.has(label));
      counts.set(stem, count);
    }
    if (layer instanceof tf.LayersModel) {
      for (const [inner, innerLabel] of layerLabels(layer, `${prefix}${label}/`)) labels.set(inner, innerLabel);
    } else labels.set(layer, prefix + label);
  }
  return labels;
}

/** `conv2d` of the automatic name `conv2d_Conv2D7`; `undefined` for a name that a person gave. */
function stemOf(layer: tf.layers.Layer): string | undefined {
  const marker = `_${layer.getClassName()}`;
  const at = layer.name.lastIndexOf(marker);
  if (at > 0 && /^\d+$/.test(layer.name.slice(at + marker.length))) return layer.name.slice(0, at);
  // Inputs are named after their class alone: `input1`.
  return layer.getClassName() === 'InputLayer' && /^input\d+$/.test(layer.name) ? 'input' : undefined;
}

export interface LabelledWeight {
  /** `conv2d_1/kernel`, unique in the model. */
  readonly name: string;
  readonly layer: string;
  readonly variable: tf.Variable;
  readonly trainable: boolean;
}

/** All weights in the order of `model.weights`, those that are not trained included. */
export function labelledWeights(model: tf.LayersModel, labels = layerLabels(model)): LabelledWeight[] {
  const byVariable = new Map<tf.Variable, LabelledWeight>();
  const taken = new Set<string>();
  for (const [layer, label] of labels) {
    const trainable = new Set(layer.trainableWeights.map((weight) => weight.read()));
    for (const weight of layer.weights) {
      const variable = weight.read() as tf.Variable;
      if (byVariable.has(variable)) continue;
      const own = weight.originalName.split('/').at(-1)!;
      let name = `${label}/${own}`;
      for (let count = 2; taken.has(name); count++) name = `${label}/${own}_${count}`;
      taken.add(name);
      byVariable.set(variable, { name, layer: label, variable, trainable: trainable.has(variable) });
    }
  }
  return model.weights
    .map((weight) => byVariable.get(weight.read() as tf.Variable))
    .filter((entry) => entry !== undefined);
}
