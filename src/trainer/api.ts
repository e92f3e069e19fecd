/** What an experiment imports from 'backstep'. Its typings are what Monaco completes and checks against. */
import * as tf from '@tensorflow/tfjs';
export { tf };
export { defineExperiment } from './runtime/experiment.js';
export type { Experiment, Settings, TrainStepContext, TrainStepResult } from './runtime/experiment.js';
export type { Batch } from './runtime/data/batch-stream.js';
export * as datasets from './runtime/data/datasets.js';
export * as models from './runtime/model-files/models.js';
