/** Whether model, loss, metrics, optimizer and data fit together, said at the lines to change. */
import type * as tf from '@tensorflow/tfjs';
import type { Problem } from '../../shared/protocol/training.js';
import type { LoadedExperiment } from '../loader/experiment-loader.js';
import { problemOfPart, type ExperimentPlaces } from '../loader/problem-of.js';
import { checkExperiment } from '../runtime/checks.js';
import type { DataOutline } from '../runtime/data/batch-stream.js';
import { outlineOfModel } from '../runtime/model-outline.js';
import { placeOfLayer } from './layer-origins.js';
import { labelsOf } from './layer-table.js';

export interface FitParts {
  readonly model: tf.LayersModel;
  readonly optimizer?: tf.Optimizer;
  readonly data?: DataOutline;
}

export function fitProblems(loaded: LoadedExperiment, parts: FitParts): Problem[] {
  const { loss, metrics, trainStep } = loaded.experiment;
  const learningRate = (parts.optimizer as { readonly learningRate?: unknown } | undefined)?.learningRate;
  const found = checkExperiment({
    model: outlineOfModel(parts.model),
    loss,
    metrics,
    data: parts.data,
    ...(typeof learningRate === 'number' ? { learningRate } : {}),
    hasOwnStep: trainStep !== undefined,
  });
  const places = placesOf(loaded, parts.model);
  return found.map((problem) => problemOfPart(problem, places));
}

/** Lines of an experiment's parts and, once it has a model, of its layers. */
export function placesOf(loaded: LoadedExperiment, model: tf.LayersModel | undefined): ExperimentPlaces {
  return {
    file: loaded.file,
    placeOfPart: (part) => loaded.placeOfPart(part),
    placeOfLayer: (label) => {
      if (!model) return undefined;
      for (const [layer, name] of labelsOf(model)) if (name === label) return placeOfLayer(layer);
      return undefined;
    },
  };
}
