/** TensorFlow.js's makers of models, as a person's code gets them: who asks is told of each model that is made. */
import * as tf from '@tensorflow/tfjs';

let told: (model: tf.LayersModel) => void = () => undefined;

/** From here on; for the rest of the process. */
export function onModelMade(tell: (model: tf.LayersModel) => void): void {
  told = tell;
}

function telling<M extends tf.LayersModel>(model: M): M {
  told(model);
  return model;
}

export const sequential: typeof tf.sequential = (config) => telling(tf.sequential(config));
export const model: typeof tf.model = (args) => telling(tf.model(args));
export const loadLayersModel: typeof tf.loadLayersModel = async (location, options) =>
  telling(await tf.loadLayersModel(location, options));
