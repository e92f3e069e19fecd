/** `models` as an experiment gets it: layers from a file belong to the line that loads it, and so does what goes wrong. */
import * as tf from '@tensorflow/tfjs';
import { placeLayers } from '../analysis/layer-origins.js';
import * as models from '../runtime/model-files/models.js';
import { tagFailure } from './problem-of.js';
import { callersPlace } from './stack-frames.js';

export const load: typeof models.load = (file, options) => {
  // Before anything is waited for: later the stack no longer leads to the person's line.
  const place = callersPlace();
  return models.load(file, options).then(
    (model) => {
      placeLayers(layersOf(model), place);
      return model;
    },
    (error: unknown) => {
      tagFailure(error, place);
      throw error;
    },
  );
};

function layersOf(model: tf.LayersModel): tf.layers.Layer[] {
  return [model, ...model.layers.flatMap((layer) => (layer instanceof tf.LayersModel ? layersOf(layer) : [layer]))];
}
