/**
 * What can be known of an experiment without running it: its layers with shapes, its data's outline,
 * and what is wrong with it, each at its line. Runs the person's `model()` and `data()`, so the
 * process around it must be one that can be ended at any time. Knows no channel.
 */
import * as tf from '@tensorflow/tfjs';
import type { AnalysisRequest, ExperimentAnalysis, WorkAhead } from '../../shared/protocol/analysis.js';
import type { DataInfo, Problem } from '../../shared/protocol/training.js';
import { dataEnvironment } from '../data-environment.js';
import type { ExperimentLoader, LoadedExperiment } from '../loader/experiment-loader.js';
import { ExperimentProblem, problemOf, type ExperimentPlaces } from '../loader/problem-of.js';
import { makeOptimizer } from '../runtime/compiled-model.js';
import { DataError, DatasetDescription, type DataOutline } from '../runtime/data/batch-stream.js';
import type { Settings } from '../runtime/experiment.js';
import { settingsFor } from '../runtime/settings.js';
import { checkSameMeaning } from '../runtime/data/same-meaning.js';
import { isScript, scriptIsNotRun } from '../script/recognise-script.js';
import { shapeText } from './layer-arithmetic.js';
import { forgetLayers, layersApplied, placeOfLayer } from './layer-origins.js';
import { layerTable, modelTotals } from './layer-table.js';
import { fitProblems } from './fit-problems.js';

/** One at a time: layers are counted and tensors are disposed by process. `announce` is told what of the person's code runs next. */
export async function analyze(
  loader: ExperimentLoader,
  request: AnalysisRequest,
  announce: (work: WorkAhead) => void = () => undefined,
): Promise<ExperimentAnalysis> {
  const began = performance.now();
  const problems: Problem[] = [];
  const analysis: ExperimentAnalysis = { file: request.experiment, layers: [], problems, elapsedMs: 0 };
  if (isScript(request.experiment, request.overlays)) {
    problems.push(scriptIsNotRun(request.experiment, 'Its layers are listed as soon as it trains.'));
    return analysis;
  }
  forgetLayers();
  const scope = tf.engine();
  scope.startScope('analysis');
  try {
    announce({ what: 'The code of the file itself', place: { file: request.experiment, line: 1, column: 1 } });
    const loaded = await attempt(problems, { file: request.experiment }, '', () =>
      loader.load(request.experiment, request.overlays),
    );
    if (loaded) await analyzeExperiment(loaded, request, analysis, announce);
  } finally {
    scope.endScope();
    tf.disposeVariables();
  }
  analysis.elapsedMs = performance.now() - began;
  return analysis;
}

async function analyzeExperiment(
  loaded: LoadedExperiment,
  request: AnalysisRequest,
  analysis: ExperimentAnalysis,
  announce: (work: WorkAhead) => void,
): Promise<void> {
  const { experiment } = loaded;
  const { problems } = analysis;
  const part = <T>(name: 'model' | 'optimizer' | 'data', work: () => T | Promise<T>): Promise<T | undefined> => {
    announce({ what: `${name}()`, place: loaded.placeOfPart(name) });
    return attempt(problems, loaded, name, work);
  };

  const settings = await attempt(problems, loaded, 'settings', () => settingsFor(experiment, request.settings));
  if (!settings) return;

  const model = await part('model', async () => asModel(await experiment.model(settings), loaded));
  analysis.layers = layerTable(model ?? { layers: layersApplied() }, placeOfLayer);
  if (model) analysis.totals = modelTotals(model.layers);

  const optimizer = await part('optimizer', () => makeOptimizer(experiment, settings));
  analysis.settings = {
    seed: experiment.seed ?? 0,
    epochs: experiment.epochs ?? 1,
    ...(typeof experiment.loss === 'string' ? { loss: experiment.loss } : {}),
    ...(optimizer === undefined
      ? {}
      : { optimizer: typeof optimizer === 'string' ? optimizer : optimizer.getClassName() }),
  };

  let outline: DataOutline | undefined;
  if (request.withData) {
    outline = await part('data', () => outlineOfData(loaded, settings, request, problems));
    analysis.data = outline?.info;
  }
  if (model)
    problems.push(
      ...fitProblems(loaded, { model, data: outline, ...(typeof optimizer === 'object' ? { optimizer } : {}) }),
    );
}

function asModel(model: unknown, loaded: LoadedExperiment): tf.LayersModel {
  const fail = (message: string, hint: string): never => {
    throw new ExperimentProblem({ message, hint, ...loaded.placeOfPart('model') });
  };
  if (!(model instanceof tf.LayersModel)) {
    return fail(
      model === undefined ? '`model` returned nothing' : '`model` did not return a model',
      'Return what `tf.sequential(…)` or `tf.model(…)` gives.',
    );
  }
  const inputs = model.inputs as readonly unknown[] | undefined;
  if (!inputs || inputs.length === 0) {
    return fail(
      'The model has no layer that says what its input is',
      'Give the first layer `inputShape`, for example `inputShape: [150, 150, 3]`.',
    );
  }
  return model;
}

async function outlineOfData(
  loaded: LoadedExperiment,
  settings: Settings,
  request: AnalysisRequest,
  problems: Problem[],
): Promise<DataOutline> {
  const place = loaded.placeOfPart('data');
  const data = await loaded.experiment.data(settings);
  const train = isSplit(data) ? data.train : data;
  const validation = isSplit(data) ? (data as { readonly validation?: unknown }).validation : undefined;
  const environment = dataEnvironment({
    experiment: loaded.file,
    dataDir: request.dataDir,
    seed: loaded.experiment.seed ?? 0,
    notify: (problem) => problems.push({ ...place, ...problem }),
    progress: () => undefined,
  });
  try {
    const outline = DatasetDescription.is(train) ? await train.outline(environment) : { info: datasetInMemory };
    if (!DatasetDescription.is(validation)) return outline;
    const held = await validation.outline(environment);
    checkSameMeaning(outline, held);
    checkSameShape(outline, held);
    return { ...outline, info: { ...outline.info, validationExamples: held.info.trainExamples } };
  } catch (error) {
    // A failure of the data, not of the code: it belongs to the line that names the data.
    if (!(error instanceof Error) || error.name !== 'DataError') throw error;
    throw new ExperimentProblem(
      { message: error.message, hint: (error as { hint?: string }).hint, ...place },
      { cause: error },
    );
  }
}

function checkSameShape(train: DataOutline, validation: DataOutline): void {
  if (!train.inputShape || !validation.inputShape || train.inputShape.join() === validation.inputShape.join()) return;
  throw new DataError(
    `Training examples have the shape ${shapeText(train.inputShape)}, validation examples ${shapeText(validation.inputShape)}.`,
    'Give both the same options, so that one model takes them.',
  );
}

const datasetInMemory: DataInfo = {
  name: 'dataset',
  source: 'memory',
  description: 'A dataset made by the experiment',
  skipped: [],
  skippedCount: 0,
};

export function isSplit<T>(data: T | { readonly train: T }): data is { readonly train: T } {
  return typeof data === 'object' && data !== null && 'train' in data;
}

/** `undefined`, and a problem more, where it fails. */
async function attempt<T>(
  problems: Problem[],
  places: ExperimentPlaces,
  part: string,
  work: () => T | Promise<T>,
): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    const problem = problemOf(error, places);
    // What is thrown without a stack has at least the line of the function that threw it.
    problems.push(problem.line === undefined ? { ...problem, ...places.placeOfPart?.(part) } : problem);
    return undefined;
  }
}
