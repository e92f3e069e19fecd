/**
 * Makes and checks everything that a run needs, in an order in which nothing is left behind where
 * something does not fit: saved state, data, model, first batch, and only then the run's folder.
 */
import * as tf from '@tensorflow/tfjs';
import path from 'node:path';
import type { BackendReport, Problem, RunOptions } from '../../shared/protocol/training.js';
import { checkExperiment, hasErrors } from './checks.js';
import { buildModel, compileModel, makeOptimizer, type CompiledModel } from './compiled-model.js';
import { outlinedTensors, type Batch, type DataOutline, type LoadedData } from './data/batch-stream.js';
import type { Disk } from './disk.js';
import type { Experiment } from './experiment.js';
import { loadData } from './experiment-data.js';
import { during, TrainingFailure, type PartProblem } from './failure.js';
import { layerInfos, parameterCounts } from './model-outline.js';
import { disposeOptimizer, learningRateOf } from './optimizer-state.js';
import { PrefetchedPass } from './prefetched-pass.js';
import { reseed } from './random.js';
import { createRunFolder } from './run-folder.js';
import { readSavedRun } from './saved-run.js';
import { settingsFor, watchedSettings } from './settings.js';
import type { StateFile } from './state-file.js';
import type { SpeedChoice } from './step-runner.js';
import { tensorsOf } from './tf-dataset.js';
import { summarySettings } from './summaries/summary-settings.js';
import type { TrainingEnvironment } from './train.js';
import type { TrainingHost } from './training-host.js';
import type { PreparedRun } from './training-run.js';
import { restoreState, type StateHolder } from './training-state.js';
import { trainingStep } from './training-step.js';

/** What to undo when the run is over, first made first. */
export type Preparations = (() => void | Promise<void>)[];

export interface PreparationEnvironment extends TrainingEnvironment {
  readonly backend: BackendReport;
  readonly disk: Disk;
}

/** @throws TrainingFailure */
export async function prepareRun(
  options: RunOptions,
  experiment: Experiment,
  host: TrainingHost,
  environment: PreparationEnvironment,
  undo: Preparations,
): Promise<PreparedRun> {
  const notify = (problem: Problem): void => host.emit({ kind: 'notice', ...problem });
  const saved = options.continueFrom === undefined ? undefined : readSavedRun(options.continueFrom);
  const seed = options.seed ?? saved?.state.seed ?? experiment.seed ?? 0;
  const given = { ...saved?.settings, ...options.settings };
  const values = settingsFor(experiment, options.settings, saved?.settings);
  const { settings, unread } = watchedSettings(values);
  const epochs = options.epochs ?? experiment.epochs ?? 1;
  const mostSteps = options.steps ?? Infinity;
  const cursor = saved?.state.cursor ?? { epochsDone: 0, stepInEpoch: 0, step: 0 };
  refuseFinished(cursor, epochs, mostSteps);

  reseed(seed, 'init', 0);
  host.emit({ kind: 'activity', activity: 'model', message: 'Building the model' });
  const built = await buildModel(experiment, settings);
  undo.push(() => {
    for (const { variable } of built.weights) if (!variable.isDisposed) variable.dispose();
  });
  const made = await makeOptimizer(experiment, settings);
  const learningRate = typeof made === 'string' ? undefined : learningRateOf(made);
  const summaries = summarySettings(experiment.summaries, options.summaries);
  const parts = {
    model: built.outline,
    loss: experiment.loss,
    metrics: experiment.metrics,
    learningRate,
    hasOwnStep: experiment.trainStep !== undefined,
  };
  // What is wrong without looking at the data is told before it is loaded.
  refuse(checkExperiment(parts));
  const compiled = await compileModel(built, made, experiment);
  undo.push(() => disposeOptimizer(compiled.optimizer));

  reseed(seed, 'data', 0);
  host.emit({ kind: 'activity', activity: 'data', message: 'Loading the data' });
  const data = await during('data', () =>
    loadData(
      experiment,
      settings,
      environment.dataEnvironment({
        experiment: options.experiment,
        dataDir: options.dataDir,
        seed,
        notify,
        progress: (message, done, total) => host.emit({ kind: 'activity', activity: 'data', message, done, total }),
      }),
    ),
  );
  undo.push(() => data.close());

  const pass = new PrefetchedPass(data.train.open({ seed, epoch: cursor.epochsDone + 1, skip: cursor.stepInEpoch }));
  // The loop closes it too; closing twice is closing once.
  undo.push(() => pass.close());
  const first = await during('data', () => pass.peek());
  if (!first && cursor.stepInEpoch === 0) throw noBatches(data);
  const outline = first && outlineOfBatch(first, data);
  const problems = checkExperiment({ ...parts, data: outline });
  refuse(problems);
  reseed(seed, 'user', 0);

  const holder: StateHolder = { seed, ...compiled };
  const lost = saved ? restoreState(holder, saved.state) : [];
  const { params, trainableParams } = parameterCounts(compiled.model);
  const createdAt = new Date();
  const name = experiment.name ?? path.basename(options.experiment).replace(/\.[^.]+$/, '');
  const folder = createRunFolder(
    { experiment: options.experiment, name, runDir: options.runDir, disk: environment.disk, createdAt },
    {
      formatVersion: 1,
      name,
      status: 'running',
      pid: process.pid,
      createdAt: createdAt.getTime(),
      updatedAt: createdAt.getTime(),
      seed,
      epochs,
      epoch: cursor.epochsDone,
      step: cursor.step,
      wallMs: 0,
      backend: environment.backend.backend,
      device: environment.backend.device,
      params,
      continuedFrom: options.continueFrom,
      data: data.info,
      settings: given,
      versions: { node: process.versions.node, tfjs: tf.version['tfjs-core'] },
    },
    notify,
  );
  const step = trainingStep(compiled.model, compiled.optimizer, experiment, compiled.metricNames);

  host.emit({
    kind: 'start',
    runDir: folder.folder,
    name,
    experiment: options.experiment,
    seed,
    epochs,
    stepsPerEpoch: data.train.batchesPerEpoch,
    batchSize: data.train.batchSize ?? first?.size,
    params,
    trainableParams,
    ...environment.backend,
    data: data.info,
    layers: environment.describeLayers?.(compiled.model) ?? layerInfos(compiled.model),
    metricNames: [...compiled.metricNames],
    startEpoch: cursor.epochsDone,
    startStep: cursor.step,
    learningRate: learningRateOf(compiled.optimizer),
    wallTime: Date.now(),
  });
  for (const problem of problems) notify(problem);
  for (const problem of notices(compiled, data, experiment, saved, options, lost)) notify(problem);
  for (const name of unread(Object.keys(options.settings))) notify(unreadSetting(name));

  return {
    host,
    compiled,
    holder,
    step,
    ownStep: experiment.trainStep !== undefined,
    speeds: await chooseSpeeds(environment, options, experiment, compiled, host),
    data,
    folder,
    seed,
    epochs,
    mostSteps,
    hashEvery: options.hashEvery,
    settings: given,
    cursor,
    epochSums: saved?.state.epochSums ?? { examples: 0, totals: [] },
    firstPass: pass,
    areClasses: areClasses(experiment.loss, data),
    summaries,
    facts: {
      experiment: options.experiment,
      name,
      seed,
      epochs,
      batchSize: data.train.batchSize ?? first?.size,
      backend: environment.backend.backend,
      device: environment.backend.device,
      params,
      loss: experiment.loss,
      data: data.info.description,
      settings: values,
    },
  };
}

function unreadSetting(name: string): Problem {
  return {
    severity: 'warning',
    message: `Nothing in the experiment asks for the setting '${name}'.`,
    hint: `Its functions are handed settings: for example optimizer: ({ ${name} = 0.01 }) => ….`,
  };
}

async function chooseSpeeds(
  { backend: { backend }, locate }: PreparationEnvironment,
  options: RunOptions,
  { trainStep, loss }: Experiment,
  { model }: CompiledModel,
  host: TrainingHost,
): Promise<SpeedChoice> {
  if (backend !== 'tensorflow') return { kind: 'eager alone' };
  if (options.eager) return { kind: 'stays eager', reason: 'asked for' };
  if (model.layers.some((layer) => layer.stateful)) {
    return { kind: 'stays eager', reason: 'the model has layers that keep state from batch to batch' };
  }
  // Loaded where they are used: other backends start without them.
  const { compileStep } = await import('./compiled/compile-step.js');
  const { writtenOutside } = await import('./compiled/own-state.js');
  for (const [part, work] of Object.entries({ trainStep, loss })) {
    const written = typeof work === 'function' ? writtenOutside(work) : undefined;
    if (written !== undefined)
      return { kind: 'stays eager', reason: `${part} writes to “${written}”, which outlives the step` };
  }
  return {
    kind: 'compile',
    compileStep: (program, how) => {
      const compilation = compileStep(program, { locate, ...how });
      if (compilation.kind === 'compiled') host.compiled?.(compilation.step);
      return compilation;
    },
  };
}

function refuse(problems: readonly PartProblem[]): void {
  if (hasErrors(problems)) throw TrainingFailure.of(problems.filter((problem) => problem.severity === 'error'));
}

function refuseFinished(
  cursor: { readonly epochsDone: number; readonly step: number },
  epochs: number,
  mostSteps: number,
): void {
  if (cursor.epochsDone >= epochs) {
    throw new TrainingFailure(
      `The run to continue from has trained all of its ${epochs} ${epochs === 1 ? 'epoch' : 'epochs'}.`,
      {
        part: 'epochs',
        hint: `Ask for more than ${cursor.epochsDone}: in the experiment's epochs, or with --epochs.`,
      },
    );
  }
  if (cursor.step >= mostSteps) {
    throw new TrainingFailure(`The run to continue from has made ${cursor.step} steps already.`, {
      hint: `Ask for more than ${cursor.step} with --steps, which counts over the whole run.`,
    });
  }
}

function noBatches({ info }: LoadedData): TrainingFailure {
  return new TrainingFailure(`The data gives no batches${info.path === undefined ? '' : ` (${info.path})`}.`, {
    part: 'data',
    hint: 'Check that it holds examples, and that no filter leaves all of them out.',
  });
}

/** What the first batch shows of data with one input and one target. */
export function outlineOfBatch(batch: Batch, { info }: Pick<LoadedData, 'info'>): DataOutline {
  const [xs, ys] = [tensorsOf(batch.xs), tensorsOf(batch.ys)];
  const targetShape = ys.length === 1 ? ys[0]!.shape.slice(1) : undefined;
  const isNumber = targetShape !== undefined && targetShape.every((dimension) => dimension === 1);
  return {
    info,
    inputShape: xs.length === 1 ? xs[0]!.shape.slice(1) : undefined,
    targetShape,
    inputs: outlinedTensors(batch.xs),
    targets: outlinedTensors(batch.ys),
    sparseTargets: isNumber && (ys[0]!.dtype === 'int32' || (info.classNames?.length ?? 0) > 0),
  };
}

function areClasses(loss: Experiment['loss'], { info }: LoadedData): boolean {
  return info.classNames !== undefined || (typeof loss === 'string' && /crossentropy|hinge/i.test(loss));
}

function* notices(
  compiled: CompiledModel,
  data: LoadedData,
  experiment: Experiment,
  saved: StateFile | undefined,
  options: RunOptions,
  lost: readonly string[],
): Generator<Problem> {
  if (lost.length > 0) {
    const more = lost.length > 6 ? `, and ${lost.length - 6} more` : '';
    yield {
      severity: 'warning',
      message: `Not everything was carried over from the saved run: ${lost.slice(0, 6).join('; ')}${more}.`,
    };
  }
  if (saved && options.seed !== undefined && options.seed !== saved.state.seed) {
    yield {
      severity: 'info',
      message: `Goes on with seed ${options.seed}; the saved run had ${saved.state.seed}, so its course would have been another.`,
    };
  }
  if (data.validation && !compiled.canValidate) {
    yield {
      severity: 'info',
      message: 'There is no validation, as the experiment names no loss to validate by.',
      hint: "Give it a loss beside trainStep, for example loss: 'categoricalCrossentropy'.",
    };
  }
  if (compiled.model.layers.some((layer) => layer.stateful)) {
    yield {
      severity: 'info',
      message: 'The state of stateful layers is not saved: a run that is continued begins with it cleared.',
    };
  }
  if (experiment.trainStep && experiment.classWeight) {
    yield {
      severity: 'warning',
      message: 'classWeight is not used, as the experiment has a trainStep of its own.',
      hint: 'Weigh the loss in trainStep.',
    };
  }
}
