/**
 * What of a script is a step of training, and an epoch. A step is one update of weights, whoever makes it: a
 * batch of `fit`, an optimizer that applies gradients, or the script itself (see `hand-updates.ts`); it begins
 * with the first gradient since the last one. An epoch is one of `fit`. What training lives on is the script's
 * own, and is never disposed here. Knows neither how TensorFlow.js is followed nor how the script is loaded.
 */
import * as tf from '@tensorflow/tfjs';
import { callersPlace, type SourcePlace } from '../loader/stack-frames.js';
import type { Batch } from '../runtime/data/batch-stream.js';
import { learningRateOf } from '../runtime/optimizer-state.js';
import type { PausedAtStep } from '../runtime/paused-at-step.js';
import { StepCapture } from '../runtime/step-capture.js';
import { StepClock } from '../runtime/step-clock.js';
import { SLOW_STEP_MS, type MadeInStep } from '../runtime/training-host.js';
import type { Cursor } from '../runtime/training-state.js';
import { FitCalls, type FitCall } from './fit-calls.js';
import type { FitFollower, FitLogs, FitPlan, TrainingFollower } from './follow-tensorflow.js';
import { HandUpdates } from './hand-updates.js';
import type { NamedGradients } from './named-gradients.js';
import { pausedScript, type Ran } from './paused-script.js';
import { ScriptModels } from './script-models.js';
import { ScriptRecord, type Ending, type Judging, type RecordFacts, type Trained } from './script-record.js';
import { StepLosses } from './step-losses.js';

/** Thrown in the script's own course where it is to end: there is no other way out of a loop that is not ours. */
export class ScriptEnded extends Error {
  override readonly name = 'ScriptEnded';
  constructor() {
    super('The run has ended here.');
  }
}

export interface ScriptTrainingOptions extends RecordFacts {
  /** A step begins or ends. */
  readonly beat: () => void;
  /** The run is over by a wish of the person's: what comes of the script from here on does not count. */
  readonly stopped: () => void;
}

interface StepUnderWay {
  readonly number: number;
  readonly stepInEpoch: number;
  batch: Batch;
  examples: number;
  readonly lastInEpoch: boolean;
  /** Whether it is kept to be looked at; a stop in the middle of it may ask for that. */
  look: boolean;
  readonly gradientNorms: boolean;
  /** A step of `fit` or `trainOnBatch`, which ends with its values, others with their update. */
  readonly ofBatch: boolean;
  readonly call: FitCall | undefined;
}

const nothing: Batch = { xs: [], ys: [], size: 0 };

export class ScriptTraining implements TrainingFollower {
  private readonly models = new ScriptModels();
  private readonly capture = new StepCapture();
  private readonly clock: StepClock;
  private readonly losses = new StepLosses();
  private readonly hand = new HandUpdates();
  private readonly fits = new FitCalls();
  /** Models that no step has been of. A loop of the script's own may train any of them. */
  private readonly made = new Set<tf.LayersModel>();
  private record: ScriptRecord | undefined;
  private cursor: Cursor = { epochsDone: 0, stepInEpoch: 0, step: 0 };
  private underWay: StepUnderWay | undefined;
  private last: Ran = { loss: undefined, metrics: {} };
  private lastBatch: Batch | undefined;
  private canLook = false;
  private lastStepMs = 0;
  private currentModel: tf.LayersModel | undefined;
  private currentOptimizer: tf.Optimizer | undefined;
  private saidNoLoss = false;
  private ended = false;
  private trainedAt: SourcePlace | undefined;

  constructor(private readonly facts: ScriptTrainingOptions) {
    this.clock = new StepClock(() => facts.host.stoodMs ?? 0);
  }

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
  /** Whether it has trained, or is about to have. */
  get hasTrained(): boolean {
    return this.cursor.step > 0 || this.hand.isUnderWay;
  }
  /** Calls of `fit` that have not come to their end. */
  get fitsUnderWay(): number {
    return this.fits.count;
  }
  get hasEnded(): boolean {
    return this.ended;
  }
  get heldTensors(): number {
    return this.capture.heldTensors + (this.record?.heldTensors ?? 0);
  }

  // What is seen of models and optimizers.

  seesModel(model: tf.LayersModel): void {
    this.made.add(model);
  }

  seesOptimizer(optimizer: tf.Optimizer): void {
    if (!this.models.addOptimizer(optimizer)) return;
    this.capture.watchOptimizer(optimizer);
    this.facts.host.joins?.({ optimizer });
  }

  modelCalled(model: tf.LayersModel, inputs: tf.Tensor | readonly tf.Tensor[]): void {
    this.currentModel = model;
    this.made.add(model);
    if (this.record) this.join(model);
    this.capture.predictsBy(model);
    const { underWay } = this;
    if (underWay?.batch !== nothing) return;
    const xs = inputs instanceof tf.Tensor ? inputs : [...inputs];
    const size = (inputs instanceof tf.Tensor ? inputs : inputs[0])?.shape[0] ?? 0;
    underWay.batch = { xs, ys: [], size };
    underWay.examples += size;
    this.record?.seesBatch(underWay.batch);
  }

  // Steps whose gradients the script takes itself.

  gradientsBegin(by: readonly tf.Tensor[]): void {
    if (this.underWay?.ofBatch) return;
    if (this.hand.isUnderWay) this.finish();
    // A look at what an input makes of the output is no training.
    if (!by.some((one) => one instanceof tf.Variable)) return;
    if (this.underWay) this.underWay.batch = nothing;
    else {
      if (!this.record) this.trains(variablesAmong(by));
      this.begin(nothing);
    }
  }

  gradientsTaken(value: tf.Tensor, by: readonly tf.Tensor[], gradients: readonly (tf.Tensor | null)[]): void {
    if (!this.underWay || this.underWay.ofBatch) return;
    this.losses.add(value, gradients);
    const trained = variablesAmong(by.filter((_, index) => gradients[index]));
    const named = by.flatMap((one, index) => {
      const tensor = gradients[index];
      return one instanceof tf.Variable && tensor ? [{ name: one.name, tensor }] : [];
    });
    this.capture.seesGradients(named);
    if (this.hand.gradientsTaken(trained)) this.facts.host.updatesByHand?.();
  }

  updateBegins(optimizer: tf.Optimizer, gradients: NamedGradients): void {
    this.throwIfEnded();
    this.currentOptimizer = optimizer;
    const { registeredVariables } = tf.engine();
    const updated = variablesAmong(gradients.map(({ name }) => registeredVariables[name]));
    this.trains(updated);
    this.hand.optimizerUpdates(updated);
    if (!this.underWay) this.begin(nothing);
    if (this.underWay?.ofBatch) return;
    this.ran(this.losses.of(gradients));
  }

  updateEnds(): void {
    if (this.underWay && !this.underWay.ofBatch) this.finish();
  }

  assigned(variable: tf.Variable): void {
    if (!this.underWay || this.underWay.ofBatch) return;
    const update = this.hand.assigned(variable);
    if (update === 'no update') return;
    if (update === 'begins') this.facts.host.updatesByHand?.();
    this.currentOptimizer = undefined;
    this.trains([variable]);
    this.ran(this.losses.mean);
    if (update === 'is whole') this.finish();
  }

  // Steps of `fit`, and its epochs.

  batchBegins(model: tf.LayersModel, xs: tf.Tensor[], ys: tf.Tensor[]): void {
    this.throwIfEnded();
    if (this.hand.isUnderWay) this.finish();
    this.currentModel = model;
    this.currentOptimizer = model.optimizer;
    if (this.record) this.join(model);
    const one = (tensors: tf.Tensor[]): tf.Tensor | tf.Tensor[] => (tensors.length === 1 ? tensors[0]! : tensors);
    this.begin({ xs: one(xs), ys: one(ys), size: xs[0]?.shape[0] ?? 0 }, model);
    this.capture.predictsBy(model);
  }

  batchEnds(_model: tf.LayersModel, values: readonly tf.Tensor[], names: readonly string[]): void {
    const [loss, ...rest] = values.map((value) => value.dataSync()[0]!);
    this.last = { loss, metrics: Object.fromEntries(rest.map((value, index) => [names[index + 1] ?? '', value])) };
    if (this.underWay) this.finish();
  }

  fitCalled(model: tf.LayersModel): FitFollower {
    this.throwIfEnded();
    this.trainedAt = callersPlace() ?? this.trainedAt;
    this.currentModel = model;
    this.currentOptimizer = model.optimizer;
    const { fits } = this;
    const call = fits.add(model);
    let judging: Judging | 'none' | undefined;
    return {
      begins: (plan) => {
        call.plan = plan;
        this.record?.fitBegins(plan);
        if (this.record) this.join(model);
        else this.start(plan, [model]);
      },
      epochBegins: () => {
        this.throwIfEnded();
        call.epochBegan = performance.now();
        call.stepInEpoch = 0;
        this.clock.begin();
      },
      validates: (ys, batch) => {
        this.capture.predictsBy(model);
        judging ??= this.record?.validationBegins(this.cursor.step) ?? 'none';
        const values = batch();
        if (judging !== 'none') judging.seeTargets(ys);
        return values;
      },
      epochEnds: (logs) => {
        if (judging) this.record?.validationEnds(this.cursor.step);
        judging = undefined;
        this.epochEnds(call, logs);
      },
      settled: () => fits.remove(call),
    };
  }

  private epochEnds(call: FitCall, logs: FitLogs): void {
    this.throwIfEnded();
    const { record } = this;
    if (!record) return;
    const { stepInEpoch } = call;
    const { epochsDone, step } = this.cursor;
    this.cursor = { epochsDone: epochsDone + 1, stepInEpoch: 0, step };
    record.epoch(logs, this.cursor, performance.now() - call.epochBegan);
    this.stand((paused) => this.facts.host.afterEpoch({ epoch: epochsDone + 1, step, stepInEpoch }, paused));
    this.release();
    this.endIfAsked();
  }

  // The end.

  /** Once; everything that was recorded is on the disk when it returns. @throws TrainingFailure where it cannot be */
  end(ending: Ending): void {
    if (this.ended) return;
    // An update that nothing has come after.
    if (this.hand.isUnderWay && ending.status !== 'failed') this.complete();
    this.ended = true;
    this.release();
    this.record?.end(ending, this.cursor);
  }

  /** After the end. */
  async close(): Promise<void> {
    await this.record?.close();
  }

  private throwIfEnded(): void {
    if (this.ended) throw new ScriptEnded();
  }

  private begin(batch: Batch, ofModel?: tf.LayersModel): void {
    this.throwIfEnded();
    this.facts.beat();
    if (!this.record) {
      this.trainedAt ??= callersPlace();
      this.start(undefined, ofModel ? [ofModel] : this.made);
    } else if (!ofModel) for (const model of this.made) this.join(model);
    const { host } = this.facts;
    const call = ofModel && this.fits.of(ofModel);
    const number = this.cursor.step + 1;
    const stepInEpoch = (call ?? this.cursor).stepInEpoch + 1;
    // Where the number of batches is not known, any of them may be the last.
    const lastInEpoch = call !== undefined && (call.plan?.stepsPerEpoch ?? stepInEpoch) === stepInEpoch;
    const epoch = this.cursor.epochsDone + 1;
    this.release();
    this.clock.batchIsThere();
    // Of a quick step keeping is a noticeable part, and a wish that comes during it can wait for the next one.
    const keepingIsFree = this.lastStepMs >= SLOW_STEP_MS;
    const { capture: kept } = this;
    const keepRest = (made: MadeInStep): void => {
      if (!this.underWay || this.underWay.look) return;
      kept.keepRest(made);
      this.underWay.look = true;
    };
    const place = { epoch, step: number, stepInEpoch, lastInEpoch, keepingIsFree, batch, kept, keepRest };
    const look = host.mayStopAfter(place);
    const gradientNorms = host.wantsGradientNorms;
    const ofBatch = ofModel !== undefined;
    const examples = batch.size;
    this.underWay = { number, stepInEpoch, batch, examples, lastInEpoch, look, gradientNorms, ofBatch, call };
    const forSummaries = this.record!.beforeStep(batch, number);
    const all = (wanted: boolean): 'all' | 'none' => (wanted ? 'all' : 'none');
    kept.begin({ outputs: all(look), gradients: all(look || gradientNorms || forSummaries) });
    this.losses.end();
    this.hand.begin();
    this.clock.computing();
  }

  private finish(): void {
    const { event, step } = this.complete();
    const { host } = this.facts;
    this.stand((paused) => host.afterStep(event, paused));
    // At an epoch's end there is a stop to come.
    if (!step.lastInEpoch) this.release();
    this.record!.writeIfDue(this.cursor);
    this.clock.told();
    this.endIfAsked();
  }

  /** The step under way is over, and is told. */
  private complete() {
    const step = this.underWay!;
    const { options, beat } = this.facts;
    const { number, stepInEpoch, batch } = step;
    beat();
    this.underWay = undefined;
    this.hand.begin();
    this.losses.end();
    this.capture.end();
    this.clock.computed(this.capture.hookMs);
    if (step.call) step.call.stepInEpoch = stepInEpoch;
    this.cursor = { epochsDone: this.cursor.epochsDone, stepInEpoch, step: number };
    this.lastBatch = batch;
    this.canLook = step.look;
    const { loss, metrics } = this.last;
    const hashed = options.hashEvery > 0 && number % options.hashEvery === 0;
    const event = {
      kind: 'step' as const,
      epoch: this.cursor.epochsDone + 1,
      step: number,
      stepInEpoch,
      loss: loss ?? NaN,
      ...(loss === undefined ? { withoutLoss: true } : {}),
      metrics,
      learningRate: this.currentOptimizer && learningRateOf(this.currentOptimizer),
      ...this.clock.end(),
      examples: step.examples,
      gradNorm: step.gradientNorms ? this.capture.gradNorm() : undefined,
      stateHash: hashed ? this.models.stateHash(this.cursor) : undefined,
      wallTime: Date.now(),
    };
    this.lastStepMs = event.stepMs;
    this.record!.step(event);
    return { event, step };
  }

  private ran(loss: number | undefined): void {
    if (loss === undefined) this.sayNoLoss();
    this.last = { loss, metrics: {} };
  }

  /** Whatever a pause takes is not the step's time. */
  private stand(ask: (paused: PausedAtStep) => void): void {
    const { models, capture, canLook, last, lastBatch: batch, record, cursor } = this;
    const { currentModel: model, currentOptimizer: optimizer } = this;
    const flush = (): void => record?.write(cursor);
    const paused = pausedScript({ models, capture, canLook, ...last, batch, model, optimizer, cursor, flush });
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

  private trains(variables: readonly tf.Variable[]): void {
    if (this.models.addTrained(variables)) this.facts.host.joins?.({ weights: this.models.ownWeights });
  }

  private join(model: tf.LayersModel): void {
    const found = this.models.add(model);
    if (!found) return;
    this.made.delete(model);
    this.capture.watchModel(model, found.labels, found.weights);
    this.facts.host.joins?.({ model, labels: found.labels });
    this.record?.tellStart(this.cursor);
  }

  /** The first sign of training. */
  private start(plan: FitPlan | undefined, models: Iterable<tf.LayersModel>): void {
    for (const model of models) this.join(model);
    const trained = (): Trained => ({
      model: this.currentModel,
      optimizer: this.currentOptimizer,
    });
    this.record = new ScriptRecord(this.facts, this.models, this.capture, trained, plan);
    this.clock.begin();
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
}

function variablesAmong(tensors: readonly (tf.Tensor | undefined)[]): tf.Variable[] {
  return tensors.filter((tensor) => tensor instanceof tf.Variable);
}
