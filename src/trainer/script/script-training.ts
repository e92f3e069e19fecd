/**
 * A script's training as events, a run's folder and stops: each update of weights is a step, whoever makes
 * it, each epoch of `fit` an epoch. What it lives on is the script's own, and is never disposed here. Knows
 * neither how TensorFlow.js is followed nor how the script is loaded.
 */
import * as tf from '@tensorflow/tfjs';
import path from 'node:path';
import { runPlaces } from '../../shared/base/places.js';
import type { BackendReport, DataInfo, Metrics, Problem, RunOptions } from '../../shared/protocol/training.js';
import { callersPlace, type SourcePlace } from '../loader/stack-frames.js';
import type { Batch } from '../runtime/data/batch-stream.js';
import { realDisk } from '../runtime/disk.js';
import { learningRateOf } from '../runtime/optimizer-state.js';
import { PausedAtStep } from '../runtime/paused-at-step.js';
import { createRunFolder, type RunFolder } from '../runtime/run-folder.js';
import { encodeWeights } from '../runtime/state-file.js';
import { StepCapture } from '../runtime/step-capture.js';
import { StepClock } from '../runtime/step-clock.js';
import { sumOfSquares } from '../runtime/tensor-statistics.js';
import type { TrainingHost } from '../runtime/training-host.js';
import type { Cursor } from '../runtime/training-state.js';
import type { FitLogs, FitPlan, TrainingFollower } from './follow-tensorflow.js';
import type { NamedGradients } from './named-gradients.js';
import { ScriptModels } from './script-models.js';

/** Thrown in the script's own course where it is to end: there is no other way out of a loop that is not ours. */
export class ScriptEnded extends Error {
  override readonly name = 'ScriptEnded';
  constructor() {
    super('The run has ended here.');
  }
}

export interface ScriptTrainingOptions {
  readonly options: RunOptions;
  readonly seed: number;
  readonly backend: BackendReport;
  readonly host: TrainingHost;
  /** A step begins or ends. */
  readonly beat: () => void;
  /** The run is over by a wish of the person's: what comes of the script from here on does not count. */
  readonly stopped: () => void;
}

interface StepUnderWay {
  readonly number: number;
  batch: Batch;
  readonly lastInEpoch: boolean;
  readonly look: boolean;
  readonly gradientNorms: boolean;
  /** Steps of `fit` end with their values, others with their update. */
  readonly ofBatch: boolean;
}

interface Ran {
  readonly loss: number;
  readonly metrics: Metrics;
}

type Ending = { readonly status: 'completed' | 'stopped' } | { readonly status: 'failed'; readonly message: string };

const MEMORY_MS = 1000;
const SLOW_STEP_MS = 20;
const nothing: Batch = { xs: [], ys: [], size: 0 };

export class ScriptTraining implements TrainingFollower {
  private readonly models = new ScriptModels();
  private readonly capture = new StepCapture();
  private readonly clock = new StepClock();
  private readonly began = performance.now();
  /** Models that the script has made or called, known from the first step on. */
  private readonly made = new Set<tf.LayersModel>();
  private folder: RunFolder | undefined;
  private cursor: Cursor = { epochsDone: 0, stepInEpoch: 0, step: 0 };
  private underWay: StepUnderWay | undefined;
  private last: Ran = { loss: NaN, metrics: {} };
  private lastBatch: Batch | undefined;
  private canLook = false;
  private lastStepMs = 0;
  /** Losses by the gradients that were taken of them; the last one for gradients of unknown origin. */
  private readonly losses = new WeakMap<tf.Tensor, number>();
  private lastLoss: number | undefined;
  private readonly fits: FitPlan[] = [];
  private readonly pendingFits = new Set<object>();
  private currentModel: tf.LayersModel | undefined;
  private currentOptimizer: tf.Optimizer | undefined;
  private epochBegan = performance.now();
  private lastMemory = -Infinity;
  private saidNoLoss = false;
  private ended = false;
  private trainedAt: SourcePlace | undefined;

  constructor(private readonly facts: ScriptTrainingOptions) {}

  get model(): tf.LayersModel | undefined {
    return this.currentModel;
  }
  get optimizer(): tf.Optimizer | undefined {
    return this.currentOptimizer;
  }
  /** Where the script has called what trains. */
  get source(): SourcePlace | undefined {
    return this.trainedAt;
  }
  get steps(): number {
    return this.cursor.step;
  }
  get runDir(): string | undefined {
    return this.folder?.folder;
  }
  /** Calls of `fit` that have not come to their end. */
  get fitsUnderWay(): number {
    return this.pendingFits.size;
  }
  get hasEnded(): boolean {
    return this.ended;
  }

  // What is seen of models and optimizers.

  seesModel(model: tf.LayersModel): void {
    this.made.add(model);
    if (this.folder) this.join(model);
  }

  seesOptimizer(optimizer: tf.Optimizer): void {
    if (!this.models.addOptimizer(optimizer)) return;
    this.capture.watchOptimizer(optimizer);
    this.facts.host.joins?.({ optimizer });
  }

  modelCalled(model: tf.LayersModel, inputs: tf.Tensor | readonly tf.Tensor[]): void {
    this.currentModel = model;
    this.seesModel(model);
    this.capture.predictsBy(model);
    if (this.underWay?.batch !== nothing) return;
    const xs = inputs instanceof tf.Tensor ? inputs : [...inputs];
    const size = (inputs instanceof tf.Tensor ? inputs : inputs[0])?.shape[0] ?? 0;
    this.underWay.batch = { xs, ys: [], size };
  }

  // Steps.

  gradientsBegin(by: readonly tf.Tensor[]): void {
    if (this.underWay) return;
    if (!this.folder) this.models.addUpdated(by.flatMap((one) => (one instanceof tf.Variable ? [one.name] : [])));
    this.begin(nothing, false);
  }

  gradientsTaken(value: tf.Tensor, gradients: readonly tf.Tensor[]): void {
    if (this.underWay?.ofBatch) return;
    if (value.size !== 1 || value.dtype === 'string') return;
    const loss = value.dataSync()[0]!;
    this.lastLoss = loss;
    for (const gradient of gradients) if (gradient instanceof tf.Tensor) this.losses.set(gradient, loss);
  }

  updateBegins(optimizer: tf.Optimizer, gradients: NamedGradients): void {
    this.throwIfEnded();
    this.currentOptimizer = optimizer;
    this.models.addUpdated(gradients.map(({ name }) => name));
    if (!this.underWay) this.begin(nothing, false);
    if (this.underWay?.ofBatch) return;
    const known = gradients.find(({ tensor }) => this.losses.has(tensor));
    const loss = known ? this.losses.get(known.tensor) : this.lastLoss;
    if (loss === undefined) this.sayNoLoss();
    this.last = { loss: loss ?? NaN, metrics: {} };
  }

  updateEnds(): void {
    if (this.underWay && !this.underWay.ofBatch) this.finish();
  }

  batchBegins(model: tf.LayersModel, xs: tf.Tensor[], ys: tf.Tensor[]): void {
    this.throwIfEnded();
    this.currentModel = model;
    this.currentOptimizer = model.optimizer;
    this.seesModel(model);
    const one = (tensors: tf.Tensor[]): tf.Tensor | tf.Tensor[] => (tensors.length === 1 ? tensors[0]! : tensors);
    this.begin({ xs: one(xs), ys: one(ys), size: xs[0]?.shape[0] ?? 0 }, true);
    this.capture.predictsBy(model);
  }

  batchEnds(_model: tf.LayersModel, values: readonly tf.Tensor[], names: readonly string[]): void {
    const [loss = NaN, ...rest] = values.map((value) => value.dataSync()[0]!);
    this.last = { loss, metrics: Object.fromEntries(rest.map((value, index) => [names[index + 1] ?? '', value])) };
    if (this.underWay) this.finish();
  }

  // Epochs of `fit`.

  fitCalled(model: tf.LayersModel): () => void {
    this.throwIfEnded();
    this.trainedAt = callersPlace() ?? this.trainedAt;
    this.currentModel = model;
    this.currentOptimizer = model.optimizer;
    const call = {};
    this.pendingFits.add(call);
    return () => {
      this.pendingFits.delete(call);
      if (this.fits.length > this.pendingFits.size) this.fits.pop();
    };
  }

  fitBegins(model: tf.LayersModel, plan: FitPlan): void {
    this.seesModel(model);
    this.fits.push(plan);
    if (!this.folder) this.start(plan);
  }

  epochBegins(): void {
    this.throwIfEnded();
    this.epochBegan = performance.now();
    this.clock.begin();
  }

  epochEnds(logs: FitLogs): void {
    this.throwIfEnded();
    const { folder } = this;
    const { host } = this.facts;
    if (!folder) return;
    const { loss = NaN, ...others } = logs;
    const metrics: Record<string, number> = {};
    const validation: Record<string, number> = {};
    for (const [name, value] of Object.entries(others)) {
      if (name.startsWith('val_')) validation[name.slice('val_'.length)] = value;
      else metrics[name] = value;
    }
    const { stepInEpoch, step } = this.cursor;
    this.cursor = { epochsDone: this.cursor.epochsDone + 1, stepInEpoch: 0, step };
    const epoch = this.cursor.epochsDone;
    const wallTime = Date.now();
    folder.addTrain(step, wallTime, [
      ['epoch_loss', loss],
      ...Object.entries(metrics).map(([name, value]) => [`epoch_${name}`, value] as const),
    ]);
    const validated = Object.entries(validation);
    if (validated.length > 0) folder.addValidation(step, wallTime, validated);
    folder.flushIfDue(() => this.progress());
    host.emit({
      kind: 'epoch',
      epoch,
      step,
      loss,
      metrics,
      ...(validated.length > 0 ? { validation } : {}),
      stateHash: this.models.stateHash(this.cursor) ?? '',
      epochMs: performance.now() - this.epochBegan,
      wallTime,
    });
    this.stand((paused) => host.afterEpoch({ epoch, step, stepInEpoch }, paused));
    this.release();
    this.endIfAsked();
  }

  // The end.

  /** Once; everything that was recorded is on the disk when it returns. @throws TrainingFailure where it cannot be */
  end(ending: Ending): void {
    if (this.ended) return;
    this.ended = true;
    this.release();
    const { folder } = this;
    if (!folder) return;
    if (ending.status === 'failed') {
      folder.flush({ ...this.progress(), status: 'failed', error: ending.message, pid: undefined });
      folder.close();
      return;
    }
    const stateHash = this.models.stateHash(this.cursor);
    const weights = this.models.savedWeights();
    const { epoch, step, wallMs } = this.progress();
    if (weights.length > 0) {
      const metadata = { format: 'pt', epoch: String(epoch), step: String(step) };
      folder.replace(runPlaces.weights, encodeWeights(weights, metadata));
    }
    folder.finish({ epoch, step, wallMs, status: ending.status, stateHash, pid: undefined });
    this.emitMemory();
    this.facts.host.emit({
      kind: 'end',
      reason: ending.status,
      epoch,
      steps: step,
      wallMs,
      stateHash,
      runDir: folder.folder,
    });
  }

  private throwIfEnded(): void {
    if (this.ended) throw new ScriptEnded();
  }

  private begin(batch: Batch, ofBatch: boolean): void {
    this.throwIfEnded();
    this.facts.beat();
    if (!this.folder) {
      if (!this.trainedAt) this.trainedAt = callersPlace();
      this.start(undefined);
    }
    const { host } = this.facts;
    const number = this.cursor.step + 1;
    const stepInEpoch = this.cursor.stepInEpoch + 1;
    const plan = this.fits.at(-1);
    // Where the number of batches is not known, any of them may be the last.
    const lastInEpoch = plan !== undefined && (plan.stepsPerEpoch ?? stepInEpoch) === stepInEpoch;
    const epoch = this.cursor.epochsDone + 1;
    this.release();
    this.clock.batchIsThere();
    // Of a quick step keeping is a noticeable part, and a wish that comes during it can wait for the next one.
    const keepingIsFree = this.lastStepMs >= SLOW_STEP_MS;
    const look = host.mayStopAfter({ epoch, step: number, stepInEpoch, lastInEpoch, keepingIsFree, batch });
    const gradientNorms = host.wantsGradientNorms;
    this.underWay = { number, batch, lastInEpoch, look, gradientNorms, ofBatch };
    const all = (wanted: boolean): 'all' | 'none' => (wanted ? 'all' : 'none');
    this.capture.begin({ outputs: all(look), gradients: all(look || gradientNorms) });
    this.clock.computing();
  }

  private finish(): void {
    const step = this.underWay!;
    const { host, options, beat } = this.facts;
    beat();
    this.underWay = undefined;
    this.capture.end();
    this.clock.computed(this.capture.hookMs);
    const stepInEpoch = this.cursor.stepInEpoch + 1;
    this.cursor = { epochsDone: this.cursor.epochsDone, stepInEpoch, step: step.number };
    this.lastBatch = step.batch;
    this.canLook = step.look;
    const { loss, metrics } = this.last;
    const learningRate = this.currentOptimizer && learningRateOf(this.currentOptimizer);
    const wallTime = Date.now();
    const hashed = options.hashEvery > 0 && step.number % options.hashEvery === 0;
    const event = {
      kind: 'step' as const,
      epoch: this.cursor.epochsDone + 1,
      step: step.number,
      stepInEpoch,
      loss,
      metrics,
      learningRate,
      ...this.clock.end(),
      examples: step.batch.size,
      gradNorm: step.gradientNorms ? this.capture.gradNorm() : undefined,
      stateHash: hashed ? this.models.stateHash(this.cursor) : undefined,
      wallTime,
    };
    this.lastStepMs = event.stepMs;
    const scalars: [string, number][] = [['loss', loss], ...Object.entries(metrics)];
    if (learningRate !== undefined) scalars.push(['learning_rate', learningRate]);
    this.folder!.addTrain(event.step, wallTime, scalars);
    host.emit(event);
    this.stand((paused) => host.afterStep(event, paused));
    // At an epoch's end there is a stop to come.
    if (!step.lastInEpoch) this.release();
    this.folder!.flushIfDue(() => this.progress());
    if (performance.now() - this.lastMemory >= MEMORY_MS) this.emitMemory();
    this.clock.told();
    this.endIfAsked();
  }

  /** Whatever a pause takes is not the step's time. */
  private stand(ask: (paused: PausedAtStep) => void): void {
    const { capture, models } = this;
    const optimizer = this.currentOptimizer;
    if (!optimizer) return;
    const paused = new PausedAtStep({
      labels: models.labels,
      optimizer,
      runner: {
        canLook: this.canLook,
        capture,
        finite: undefined,
        weights: models.weights,
        prepareLook: () => undefined,
        gradNorm: (layer) => capture.gradNorm(layer),
        weightNorm: (layer) => weightNorm(models, layer),
      },
      ...this.last,
      batch: this.lastBatch && aliveOf(this.lastBatch),
      areClasses: isForClasses(this.currentModel?.loss),
      stateHash: () => models.stateHash(this.cursor) ?? '',
      flush: () => this.folder?.flush(this.progress()),
    });
    this.clock.aside(() => ask(paused));
  }

  private release(): void {
    this.capture.release();
    this.canLook = false;
    this.lastBatch = undefined;
  }

  private endIfAsked(): void {
    const { host, options, stopped } = this.facts;
    const enough = this.cursor.step >= (options.steps ?? Infinity);
    if (!host.stopRequested && !enough) return;
    this.end({ status: host.stopRequested ? 'stopped' : 'completed' });
    stopped();
    throw new ScriptEnded();
  }

  private join(model: tf.LayersModel): void {
    const found = this.models.add(model);
    if (!found) return;
    this.capture.watchModel(model, found.labels, found.weights);
    this.facts.host.joins?.({ model, labels: found.labels });
    if (this.folder) this.tellStart(undefined);
  }

  /** The first sign of training. */
  private start(plan: FitPlan | undefined): void {
    const { options, seed, backend, host } = this.facts;
    const models = this.currentModel ? [this.currentModel, ...this.made] : this.made;
    for (const model of models) this.join(model);
    const createdAt = new Date();
    const { params } = this.models.parameterCounts;
    this.folder = createRunFolder(
      {
        experiment: options.experiment,
        name: this.name,
        runDir: options.runDir,
        disk: realDisk,
        createdAt,
      },
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
    this.tellStart(plan);
    host.emit({ kind: 'activity', activity: 'training' });
    this.clock.begin();
  }

  /** Again where a model joins later: from there on its layers are known. */
  private tellStart(plan: FitPlan | undefined): void {
    const { options, seed, backend, host } = this.facts;
    const { cursor } = this;
    host.emit({
      kind: 'start',
      isScript: true,
      runDir: this.folder!.folder,
      name: this.name,
      experiment: options.experiment,
      seed,
      epochs: plan?.epochs ?? this.fits.at(-1)?.epochs ?? 0,
      stepsPerEpoch: plan?.stepsPerEpoch,
      batchSize: plan?.batchSize,
      ...this.models.parameterCounts,
      ...backend,
      speedReason: 'a script steps by itself',
      data: dataOf(plan),
      layers: this.models.layerInfos(),
      metricNames: this.metricNames(),
      startEpoch: cursor.epochsDone,
      startStep: cursor.step,
      learningRate: this.currentOptimizer && learningRateOf(this.currentOptimizer),
      wallTime: Date.now(),
    });
  }

  private metricNames(): string[] {
    const names: unknown = this.currentModel?.metricsNames;
    return Array.isArray(names) ? (names as string[]).filter((name) => name !== 'loss') : [];
  }

  private get name(): string {
    return path.basename(this.facts.options.experiment).replace(/\.[^.]+$/, '');
  }

  /** For `run.json`. */
  private progress(): { readonly epoch: number; readonly step: number; readonly wallMs: number } {
    const { epochsDone, stepInEpoch, step } = this.cursor;
    return { epoch: epochsDone + (stepInEpoch > 0 ? 1 : 0), step, wallMs: performance.now() - this.began };
  }

  private sayNoLoss(): void {
    if (this.saidNoLoss) return;
    this.saidNoLoss = true;
    this.facts.host.emit({
      kind: 'notice',
      severity: 'info',
      message: 'These updates come without a loss that Backstep could see: their gradients were not taken of a number.',
      hint: 'Take them with optimizer.minimize or tf.variableGrads, and the loss is drawn.',
      ...callersPlace(),
    });
  }

  private emitMemory(): void {
    this.lastMemory = performance.now();
    const { numTensors, numBytes } = tf.memory();
    const processBytes = process.memoryUsage.rss();
    this.facts.host.emit({ kind: 'memory', numTensors, tensorBytes: numBytes, processBytes });
  }
}

function isForClasses(loss: unknown): boolean {
  return typeof loss === 'string' && /crossentropy|hinge/i.test(loss);
}

/** The script gives its tensors back when it likes. */
function aliveOf(batch: Batch): Batch | undefined {
  const tensors = [batch.xs, batch.ys].flatMap((side) => (side instanceof tf.Tensor ? [side] : Object.values(side)));
  return tensors.length > 0 && tensors.every((tensor) => !tensor.isDisposed) ? batch : undefined;
}

function weightNorm(models: ScriptModels, layer: string | undefined): number | undefined {
  const weights = models.weights.filter(
    (weight) => !weight.variable.isDisposed && (layer === undefined || weight.layer === layer),
  );
  if (weights.length === 0) return undefined;
  return Math.sqrt(weights.reduce((sum, { variable }) => sum + sumOfSquares(variable.dataSync()), 0));
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
