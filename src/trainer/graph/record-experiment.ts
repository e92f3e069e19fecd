/**
 * The op-level graph of an experiment's steady training step: loads it, takes one step, which makes
 * the optimizer's slots, and records the second. Leaves no run and no tensor behind. Knows no channel.
 */
import * as tf from '@tensorflow/tfjs';
import type { WorkAhead } from '../../shared/protocol/analysis.js';
import type { GraphRecording, RecordingRequest } from '../../shared/protocol/graph.js';
import type { OpGraph } from '../../shared/graph/op-graph.js';
import type { Problem } from '../../shared/protocol/training.js';
import { isSplit } from '../analysis/analyze.js';
import { placesOf } from '../analysis/fit-problems.js';
import { forgetLayers, placeOfLayer } from '../analysis/layer-origins.js';
import { layerTable } from '../analysis/layer-table.js';
import { dataEnvironment } from '../data-environment.js';
import type { ExperimentLoader, LoadedExperiment } from '../loader/experiment-loader.js';
import { problemOf, problemOfPart } from '../loader/problem-of.js';
import { makeStepKey, withStepKey } from '../runtime/backend/tensorflow/step-random.js';
import { checkExperiment } from '../runtime/checks.js';
import { buildModel, compileModel, makeOptimizer, type CompiledModel } from '../runtime/compiled-model.js';
import { namedInputs } from '../runtime/data/batch-names.js';
import { DatasetDescription, type Batch, type DataEnvironment } from '../runtime/data/batch-stream.js';
import type { Experiment, Settings } from '../runtime/experiment.js';
import { loadData } from '../runtime/experiment-data.js';
import { during, TrainingFailure } from '../runtime/failure.js';
import { disposeOptimizer, learningRateOf, slotsOf } from '../runtime/optimizer-state.js';
import { outlineOfBatch } from '../runtime/prepare-run.js';
import { countShufflesAnew, reseed, takeOverRandom } from '../runtime/random.js';
import { settingsFor } from '../runtime/settings.js';
import { trainingStep } from '../runtime/training-step.js';
import { isScript, scriptIsNotRun } from '../script/recognise-script.js';
import { finishGraph } from './finish-graph.js';
import { areNamed, callsOnlyLibrary } from '../runtime/librarys-own.js';
import type { RecordedStep } from './recorded-node.js';
import { recordStep, type StepFacts } from './step-recorder.js';
import { zeroBatch } from './zero-batch.js';

/** One at a time in a process. `announce` is told what of the person's code runs next. */
export async function recordExperiment(
  loader: ExperimentLoader,
  request: RecordingRequest,
  announce: (work: WorkAhead) => void = () => undefined,
): Promise<GraphRecording> {
  const file = request.experiment;
  if (isScript(file, request.overlays)) {
    return { problems: [scriptIsNotRun(file, 'Describe the training as an experiment to see the graph of its step.')] };
  }
  const giveBackRandom = takeOverRandom();
  countShufflesAnew();
  forgetLayers();
  const problems: Problem[] = [];
  const undo: (() => void | Promise<void>)[] = [];
  const known: { loaded?: LoadedExperiment; model?: tf.LayersModel } = {};
  const engine = tf.engine();
  engine.startScope('graph');
  try {
    announce({ what: 'The code of the file itself', place: { file, line: 1, column: 1 } });
    known.loaded = await loader.load(file, request.overlays);
    return { graph: await record(known.loaded, request, { announce, problems, undo, known }), problems };
  } catch (error) {
    const places = known.loaded ? placesOf(known.loaded, known.model) : { file };
    const further = error instanceof TrainingFailure ? error.problems.slice(1) : [];
    problems.push(problemOf(error, places), ...further.map((problem) => problemOfPart(problem, places)));
    return { problems };
  } finally {
    for (const work of undo.reverse()) await work();
    engine.endScope();
    tf.disposeVariables();
    giveBackRandom();
  }
}

interface Surroundings {
  readonly announce: (work: WorkAhead) => void;
  readonly problems: Problem[];
  /** What to give back, first made first. */
  readonly undo: (() => void | Promise<void>)[];
  readonly known: { model?: tf.LayersModel };
}

async function record(
  loaded: LoadedExperiment,
  request: RecordingRequest,
  { announce, problems, undo, known }: Surroundings,
): Promise<OpGraph> {
  const { experiment } = loaded;
  const settings = settingsFor(experiment, request.settings);
  const seed = experiment.seed ?? 0;
  const ahead = (part: 'model' | 'optimizer' | 'data' | 'trainStep', what = `${part}()`): void =>
    announce({ what, place: loaded.placeOfPart(part) });

  reseed(seed, 'init', 0);
  ahead('model');
  const built = await buildModel(experiment, settings);
  known.model = built.model;
  ahead('optimizer');
  const optimizer = await makeOptimizer(experiment, settings);
  const parts = {
    model: built.outline,
    loss: experiment.loss,
    metrics: experiment.metrics,
    learningRate: typeof optimizer === 'string' ? undefined : learningRateOf(optimizer),
    hasOwnStep: experiment.trainStep !== undefined,
  };
  refuse(checkExperiment(parts));
  const compiled = await compileModel(built, optimizer, experiment);
  undo.push(() => disposeOptimizer(compiled.optimizer));

  reseed(seed, 'data', 0);
  ahead('data');
  const environment = dataEnvironment({
    experiment: loaded.file,
    dataDir: request.dataDir,
    seed,
    notify: (problem) => problems.push({ ...loaded.placeOfPart('data'), ...problem }),
    progress: () => undefined,
  });
  const { batch, outline } =
    request.batch === 'zeros'
      ? await zeros(experiment, settings, compiled, environment)
      : await firstBatch(experiment, settings, environment, undo);
  undo.push(() => tf.dispose([batch.xs, batch.ys]));
  refuse(checkExperiment({ ...parts, data: outline }));

  ahead(experiment.trainStep ? 'trainStep' : 'model', experiment.trainStep ? 'trainStep()' : 'A training step');
  const recorded = await secondStep(experiment, compiled, batch, seed, request.withStatistics);
  return {
    ...finishGraph(recorded),
    layers: layerTable(compiled.model, placeOfLayer),
    backend: tf.getBackend(),
    batchSize: batch.size,
    batch: request.batch,
  };
}

function refuse(problems: ReturnType<typeof checkExperiment>): void {
  const errors = problems.filter(({ severity }) => severity === 'error');
  if (errors.length > 0) throw TrainingFailure.of(errors);
}

async function zeros(
  experiment: Experiment,
  settings: Settings,
  { model }: CompiledModel,
  environment: DataEnvironment,
): Promise<{ readonly batch: Batch; readonly outline: undefined }> {
  const outline = await during('data', async () => {
    const given = await experiment.data(settings);
    const train = isSplit(given) ? given.train : given;
    return DatasetDescription.is(train) ? train.outline(environment) : undefined;
  });
  return { batch: zeroBatch(model, outline, experiment.loss), outline: undefined };
}

async function firstBatch(
  experiment: Experiment,
  settings: Settings,
  environment: DataEnvironment,
  undo: Surroundings['undo'],
): Promise<{ readonly batch: Batch; readonly outline: ReturnType<typeof outlineOfBatch> }> {
  return during('data', async () => {
    const data = await loadData(experiment, settings, environment);
    undo.push(() => data.close());
    const pass = data.train.open({ seed: environment.seed, epoch: 1, skip: 0 });
    undo.push(() => pass.close());
    const batch = await pass.next();
    if (!batch) throw new TrainingFailure('The data gives no batches.', { part: 'data' });
    return { batch, outline: outlineOfBatch(batch, data) };
  });
}

/** The first makes what the later ones find: the optimizer's slots, and whatever the person's own step keeps. */
async function secondStep(
  experiment: Experiment,
  compiled: CompiledModel,
  batch: Batch,
  seed: number,
  measures: boolean,
): Promise<RecordedStep> {
  const { model, optimizer, metricNames } = compiled;
  const step = trainingStep(model, optimizer, experiment, metricNames);
  const part = experiment.trainStep ? 'trainStep' : 'model';
  try {
    reseed(seed, 'step', 0);
    await keyed(seed, 0, () => during(part, () => step.run(batch)));
    reseed(seed, 'step', 1);
    return await keyed(seed, 1, async (key) => {
      const inputs = namedInputs(batch);
      if (key) inputs.push({ name: 'step_key', tensor: key });
      const facts: StepFacts = {
        labels: compiled.labels,
        optimizer,
        variables: variableNames(compiled),
        inputs,
        placeOfLayer,
        runsOwnCode: runsOwnCode(experiment, compiled),
        measures,
      };
      const { recorded } = await recordStep(facts, () => during(part, () => step.run(batch)));
      return recorded;
    });
  } finally {
    step.dispose();
  }
}

/** Native TensorFlow draws a step's random numbers from its key. */
async function keyed<T>(seed: number, step: number, work: (key: tf.Tensor | undefined) => Promise<T>): Promise<T> {
  if (tf.getBackend() !== 'tensorflow') return work(undefined);
  const key = makeStepKey(seed, step);
  try {
    return await withStepKey(key, () => work(key));
  } finally {
    key.dispose();
  }
}

/** Whether anything but the model's layers may call what the person has written. */
function runsOwnCode({ trainStep, loss, metrics }: Experiment, { model, optimizer }: CompiledModel): boolean {
  return (
    trainStep !== undefined ||
    ![loss, metrics].every(areNamed) ||
    ![model, optimizer].every((part) => callsOnlyLibrary(part))
  );
}

/** Weights by their labels, the optimizer's slots by those of the weights that they are for. */
function variableNames({ weights, optimizer }: CompiledModel): StepFacts['variables'] {
  const names = new Map<string, { readonly name: string; readonly layer?: string }>();
  for (const { name, layer, variable } of weights) names.set(variable.name, { name, layer });
  for (const { key, owner, suffix, variable } of slotsOf(optimizer)) {
    const of = owner === undefined ? undefined : names.get(owner);
    const name = owner === undefined ? key : `${of?.name ?? owner}/${suffix}`;
    names.set(variable.name, { name: `optimizer/${name}`, layer: of?.layer });
  }
  return names;
}
