/**
 * A script's training as it is told and written down: events for the host, the run's folder, summaries beside
 * the curves. Knows neither what a step is nor how TensorFlow.js is followed.
 */
import * as tf from '@tensorflow/tfjs';
import path from 'node:path';
import { runPlaces } from '../../shared/base/places.js';
import type { BackendReport, DataInfo, Problem, RunOptions, StepEvent } from '../../shared/protocol/training.js';
import type { Batch } from '../runtime/data/batch-stream.js';
import { realDisk } from '../runtime/disk.js';
import { learningRateOf } from '../runtime/optimizer-state.js';
import { createRunFolder, type RunFolder } from '../runtime/run-folder.js';
import { costOf, epochScalars, MemoryReports, progressAt, stepScalars } from '../runtime/run-telling.js';
import { encodeWeights } from '../runtime/state-file.js';
import { settingsFor } from '../runtime/settings.js';
import type { StepCapture } from '../runtime/step-capture.js';
import { summarySettings } from '../runtime/summaries/summary-settings.js';
import { TrainingSummaries } from '../runtime/summaries/training-summaries.js';
import { sumOfSquaresOf } from '../runtime/summarize-tensor.js';
import type { TrainingHost } from '../runtime/training-host.js';
import type { Cursor } from '../runtime/training-state.js';
import { byHand } from './by-hand.js';
import type { FitLogs, FitPlan } from './follow-tensorflow.js';
import type { ScriptModels } from './script-models.js';

export interface RecordFacts {
  readonly options: RunOptions;
  readonly seed: number;
  readonly backend: BackendReport;
  readonly host: TrainingHost;
}

/** What is trained now. */
export interface Trained {
  readonly model: tf.LayersModel | undefined;
  readonly optimizer: tf.Optimizer | undefined;
}

/** Is shown what would have been right in a validation. */
export type Judging = NonNullable<ReturnType<TrainingSummaries['validationBegins']>>;

export type Ending =
  { readonly status: 'completed' | 'stopped' } | { readonly status: 'failed'; readonly message: string };

export class ScriptRecord {
  private readonly began = performance.now();
  private readonly name: string;
  private readonly folder: RunFolder;
  private readonly summaries: TrainingSummaries;
  private readonly memory: MemoryReports;
  private hasDescribed = false;

  /** Makes the run's folder, and tells that training begins. @throws TrainingFailure where the folder cannot be made */
  constructor(
    private readonly facts: RecordFacts,
    private readonly models: ScriptModels,
    capture: StepCapture,
    private readonly trained: () => Trained,
    private plan: FitPlan | undefined,
  ) {
    const { options, seed, backend, host } = facts;
    this.name = path.basename(options.experiment).replace(/\.[^.]+$/, '');
    const createdAt = new Date();
    const { params } = models.parameterCounts;
    this.folder = createRunFolder(
      { experiment: options.experiment, name: this.name, runDir: options.runDir, disk: realDisk, createdAt },
      {
        formatVersion: 1,
        kind: 'script',
        name: this.name,
        status: 'running',
        pid: process.pid,
        createdAt: createdAt.getTime(),
        updatedAt: createdAt.getTime(),
        seed,
        epochs: plan?.epochs ?? 0,
        epoch: 0,
        step: 0,
        wallMs: 0,
        backend: backend.backend,
        device: backend.device,
        params,
        data: dataOf(plan),
        settings: options.settings,
        versions: { node: process.versions.node, tfjs: tf.version['tfjs-core'] },
      },
      (problem: Problem) => host.emit({ kind: 'notice', ...problem }),
    );
    this.summaries = this.summariesOf(capture);
    this.memory = new MemoryReports((event) => host.emit(event), this.summaries);
    this.tellStart({ epochsDone: 0, stepInEpoch: 0, step: 0 });
    host.emit({ kind: 'activity', activity: 'training' });
  }

  get runDir(): string {
    return this.folder.folder;
  }

  /** Tensors that summaries hold. */
  get heldTensors(): number {
    return this.summaries.heldTensors;
  }

  /** Again where a model joins later: from there on its layers are known. */
  tellStart(cursor: Cursor): void {
    const { options, seed, backend, host } = this.facts;
    const { plan } = this;
    const { model, optimizer } = this.trained();
    host.emit({
      kind: 'start',
      isScript: true,
      runDir: this.folder.folder,
      name: this.name,
      experiment: options.experiment,
      seed,
      epochs: plan?.epochs ?? 0,
      stepsPerEpoch: plan?.stepsPerEpoch,
      batchSize: plan?.batchSize,
      ...this.models.parameterCounts,
      ...backend,
      speedReason: 'a script steps by itself',
      data: dataOf(plan),
      layers: this.models.layerInfos(),
      metricNames: metricNamesOf(model),
      startEpoch: cursor.epochsDone,
      startStep: cursor.step,
      learningRate: optimizer && learningRateOf(optimizer),
      wallTime: Date.now(),
    });
  }

  /** A call of `fit` begins, in a run that may be under way. */
  fitBegins(plan: FitPlan): void {
    this.plan = plan;
  }

  /** Before a step. @returns whether its gradients are to be kept */
  beforeStep(batch: Batch, step: number): boolean {
    const { gradientNorms, gradients } = this.summaries.beforeStep(batch, step);
    return gradientNorms || gradients;
  }

  /** What a step is made on, where that was not known before it. */
  seesBatch(batch: Batch): void {
    this.summaries.seesBatch(batch);
  }

  step(event: StepEvent): void {
    if (!this.hasDescribed) {
      // Before it an own loop's optimizer is not known, nor its model.
      this.hasDescribed = true;
      this.summaries.begin();
    }
    this.folder.addTrain(event.step, event.wallTime, stepScalars(event));
    this.summaries.afterStep(event);
    this.facts.host.emit(event);
  }

  /** The validation of an epoch begins. @returns what is to be shown its targets, where they are wanted */
  validationBegins(step: number): Judging | undefined {
    // Whatever a script says, callbacks may end its `fit`, and others may follow.
    return this.summaries.validationBegins(step, 'unknown');
  }

  validationEnds(step: number): void {
    this.summaries.validationEnds(step, Date.now());
  }

  /** @param logs what `fit` says of the epoch */
  epoch(logs: FitLogs, cursor: Cursor, epochMs: number): void {
    const { loss = NaN, ...others } = logs;
    const metrics: Record<string, number> = {};
    const validation: Record<string, number> = {};
    for (const [name, value] of Object.entries(others)) {
      if (name.startsWith('val_')) validation[name.slice('val_'.length)] = value;
      else metrics[name] = value;
    }
    const { epochsDone: epoch, step } = cursor;
    const wallTime = Date.now();
    this.folder.addTrain(step, wallTime, epochScalars(loss, metrics));
    const validated = Object.entries(validation);
    if (validated.length > 0) this.folder.addValidation(step, wallTime, validated);
    this.writeIfDue(cursor);
    this.facts.host.emit({
      kind: 'epoch',
      epoch,
      step,
      loss,
      metrics,
      ...(validated.length > 0 ? { validation } : {}),
      stateHash: this.models.stateHash(cursor) ?? '',
      epochMs,
      wallTime,
    });
  }

  /** What has gathered for a second, and how much memory there is in use. */
  writeIfDue(cursor: Cursor): void {
    this.folder.flushIfDue(() => this.progress(cursor));
    this.memory.tellIfDue(cursor.step);
  }

  write(cursor: Cursor): void {
    this.summaries.take();
    this.folder.flush(this.progress(cursor));
  }

  /**
   * Everything that was recorded is on the disk when it returns: a script's loop may never give way to others.
   * @throws TrainingFailure where it cannot be written
   */
  end(ending: Ending, cursor: Cursor): void {
    const { folder, models, summaries } = this;
    if (ending.status === 'failed') {
      summaries.end('failure');
      folder.flush({ ...this.progress(cursor), status: 'failed', error: ending.message, pid: undefined });
      folder.close();
      return;
    }
    const stateHash = models.stateHash(cursor);
    const weights = models.savedWeights();
    const { epoch, step } = this.progress(cursor);
    if (weights.length > 0) {
      const metadata = { format: 'pt', epoch: String(epoch), step: String(step) };
      folder.replace(runPlaces.weights, encodeWeights(weights, metadata));
    }
    this.memory.tell(step);
    summaries.finishNow('success');
    const progress = this.progress(cursor);
    folder.finish({ ...progress, status: ending.status, stateHash, pid: undefined });
    this.facts.host.emit({
      kind: 'end',
      reason: ending.status,
      epoch,
      steps: step,
      wallMs: progress.wallMs,
      stateHash,
      runDir: folder.folder,
      ...costOf(summaries.report),
    });
  }

  /** After the end. */
  close(): Promise<void> {
    return this.summaries.close();
  }

  private summariesOf(capture: StepCapture): TrainingSummaries {
    const { options, seed, backend, host } = this.facts;
    const { models, trained, folder, name, plan } = this;
    const gradientOf = (variable: tf.Variable): tf.Tensor | undefined => capture.gradientOf(variable);
    return new TrainingSummaries({
      settings: summarySettings(undefined, options.summaries),
      facts: {
        experiment: options.experiment,
        name,
        seed,
        epochs: plan?.epochs ?? 0,
        batchSize: plan?.batchSize,
        backend: backend.backend,
        device: backend.device,
        params: models.parameterCounts.params,
        loss: trained().model?.loss,
        data: dataOf(plan).description,
        settings: settingsFor({}, options.settings),
      },
      compiled: {
        get model() {
          return trained().model ?? models.models[0]?.model;
        },
        get optimizer() {
          return trained().optimizer ?? byHand;
        },
        get labels() {
          return models.labels;
        },
      },
      runner: {
        capture,
        get weights() {
          return models.aliveWeights;
        },
        gradientNormsByWeight: () =>
          models.aliveWeights.flatMap((weight) => {
            const gradient = gradientOf(weight.variable);
            return gradient ? [[weight, Math.sqrt(sumOfSquaresOf(gradient))]] : [];
          }),
        gradientValues: ({ variable }) => {
          const values = gradientOf(variable)?.dataSync();
          return values && new Float32Array(values);
        },
      },
      folder,
      host,
      get areClasses() {
        return isForClasses(trained().model?.loss);
      },
      isValidated: plan?.isValidated ?? false,
      // Of a script nobody knows it before its end.
      totalSteps: undefined,
    });
  }

  /** For `run.json`. */
  private progress(cursor: Cursor): ReturnType<typeof progressAt> {
    return progressAt(cursor, performance.now() - this.began, this.summaries.report);
  }
}

export function isForClasses(loss: unknown): boolean {
  return typeof loss === 'string' && /crossentropy|hinge/i.test(loss);
}

function metricNamesOf(model: tf.LayersModel | undefined): string[] {
  const names: unknown = model?.metricsNames;
  return Array.isArray(names) ? (names as string[]).filter((name) => name !== 'loss') : [];
}

function dataOf(plan: FitPlan | undefined): DataInfo {
  return {
    name: 'script',
    source: 'memory',
    description: 'Made by the script',
    ...(plan?.examples === undefined ? {} : { trainExamples: plan.examples }),
    skipped: [],
    skippedCount: 0,
  };
}
