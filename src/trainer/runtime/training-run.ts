/**
 * The loop: epochs of steps on batches, validation after each, the state saved where training
 * rests. Everything that it needs has been prepared and checked; what it says goes to the host, what
 * it records to the run's folder. Knows no protocol and no file format.
 */
import { runPlaces } from '../../shared/base/places.js';
import type { SummaryReport } from '../../shared/protocol/run-file.js';
import type { Metrics, StepEvent } from '../../shared/protocol/training.js';
import type { Batch, BatchStream, LoadedData } from './data/batch-stream.js';
import type { CompiledModel } from './compiled-model.js';
import { during } from './failure.js';
import { learningRateOf } from './optimizer-state.js';
import { PausedAtStep } from './paused-at-step.js';
import { disposeBatch, PrefetchedPass } from './prefetched-pass.js';
import { reseed } from './random.js';
import { notSaved, type RunFolder } from './run-folder.js';
import { epochScalars, MemoryReports, progressAt, stepScalars } from './run-telling.js';
import { RunningMeans } from './running-means.js';
import { encodeState, encodeWeights } from './state-file.js';
import { StepClock } from './step-clock.js';
import { StepRunner, type SpeedChoice } from './step-runner.js';
import type { RunFacts } from './summaries/run-description.js';
import type { SummarySettings } from './summaries/summary-settings.js';
import { TrainingSummaries } from './summaries/training-summaries.js';
import { SLOW_STEP_MS, type TrainingHost } from './training-host.js';
import {
  hashState,
  takeState,
  type Cursor,
  type EpochSums,
  type StateHolder,
  type TrainingState,
} from './training-state.js';
import type { TrainingStep } from './training-step.js';
import { validate } from './validation.js';

export interface PreparedRun {
  readonly host: TrainingHost;
  readonly compiled: CompiledModel;
  readonly holder: StateHolder;
  readonly step: TrainingStep;
  /** Whether the step is the person's own. */
  readonly ownStep: boolean;
  readonly speeds: SpeedChoice;
  readonly data: LoadedData;
  readonly folder: RunFolder;
  readonly seed: number;
  readonly epochs: number;
  /** Over the whole run. */
  readonly mostSteps: number;
  readonly hashEvery: number;
  readonly settings: Readonly<Record<string, string>>;
  readonly cursor: Cursor;
  readonly epochSums: EpochSums;
  /** Opened at the cursor; the run closes it. */
  readonly firstPass: PrefetchedPass;
  readonly areClasses: boolean;
  readonly summaries: SummarySettings;
  /** For the summaries' own account of the run. */
  readonly facts: RunFacts;
}

export interface RunEnd {
  readonly reason: 'completed' | 'stopped';
  readonly cursor: Cursor;
  readonly stateHash: string;
}

type EpochOutcome = 'done' | 'stopped' | 'enough';

/** Other work of this process (messages, timers, decoded images) gets its turn this often. */
const YIELD_MS = 8;
const VALIDATION_PROGRESS_MS = 100;
/** States of epochs that pass faster than this are not all saved. */
const SAVE_MS = 1000;

export class TrainingRun {
  private readonly runner: StepRunner;
  private readonly summaries: TrainingSummaries;
  private readonly memory: MemoryReports;
  private cursor: Cursor;
  private means: RunningMeans;
  private pass: PrefetchedPass | undefined;
  private keptBatch: Batch | undefined;
  private last: { readonly loss: number; readonly metrics: Metrics } = { loss: NaN, metrics: {} };

  private readonly clock = new StepClock(() => this.run.host.stoodMs ?? 0);
  private lastYield = 0;
  private lastSave = -Infinity;
  private lastStepMs = Infinity;
  private savedHash: string | undefined;
  private batchesPerEpoch: number | undefined;
  private readonly began = performance.now();

  constructor(private readonly run: PreparedRun) {
    this.runner = new StepRunner({
      ...run,
      speeds: this.watched(run.speeds),
      model: run.compiled,
      emit: (event) => run.host.emit(event),
    });
    const { data, epochs, mostSteps } = run;
    const { batchesPerEpoch } = data.train;
    const wholeSteps = batchesPerEpoch === undefined ? mostSteps : Math.min(batchesPerEpoch * epochs, mostSteps);
    this.summaries = new TrainingSummaries({
      ...run,
      settings: run.summaries,
      runner: this.runner,
      classNames: data.info.classNames,
      featureNames: data.featureNames,
      isValidated: data.validation !== undefined && run.compiled.canValidate,
      totalSteps: Number.isFinite(wholeSteps) ? wholeSteps : undefined,
    });
    this.memory = new MemoryReports((event) => run.host.emit(event), this.summaries);
    this.cursor = run.cursor;
    this.means = new RunningMeans(run.epochSums);
    this.pass = run.firstPass;
    this.batchesPerEpoch = run.data.train.batchesPerEpoch;
  }

  /** Trains to the end. @throws TrainingFailure; then `saveLastGood` saves what can be gone on from */
  async train(): Promise<RunEnd> {
    const { host, folder } = this.run;
    host.emit({ kind: 'activity', activity: 'training' });
    this.summaries.begin();
    this.clock.begin();
    this.lastYield = performance.now();
    let outcome: EpochOutcome = host.stopRequested ? 'stopped' : 'done';
    while (outcome === 'done' && this.cursor.epochsDone < this.run.epochs && this.cursor.step < this.run.mostSteps) {
      outcome = await this.runEpoch();
    }
    const reason = outcome === 'stopped' ? 'stopped' : 'completed';
    host.emit({ kind: 'activity', activity: 'saving' });
    const state = this.takeState();
    const stateHash = hashState(state);
    if (!this.save(state, stateHash)) throw notSaved('The state of this run', folder.folder, folder.lastTrouble);
    this.memory.tell(this.cursor.step);
    await this.summaries.finish('success');
    return { reason, cursor: this.cursor, stateHash };
  }

  get position(): Cursor {
    return this.cursor;
  }

  get wallMs(): number {
    return performance.now() - this.began;
  }

  /** After a failure: saves the state, unless the failed step has begun to change it. */
  saveLastGood(): void {
    if (!this.runner.intact || this.cursor.step === 0) return;
    const state = this.takeState();
    this.save(state, hashState(state));
  }

  /** What was written beside the curves, and what that took. */
  get summaryReport(): SummaryReport {
    return this.summaries.report;
  }

  /** After a failure: what there is of summaries is written. */
  endSummaries(): void {
    this.summaries.end('failure');
  }

  /** Gives back everything that the loop holds. */
  async close(): Promise<void> {
    await this.summaries.close();
    this.runner.dispose();
    disposeBatch(this.keptBatch);
    this.keptBatch = undefined;
    this.run.step.dispose();
    await this.closePass();
  }

  /** The graphs that steps are compiled to are shown, too. */
  private watched(speeds: SpeedChoice): SpeedChoice {
    if (speeds.kind !== 'compile') return speeds;
    return {
      ...speeds,
      compileStep: (program, options) => {
        const compilation = speeds.compileStep(program, options);
        if (compilation.kind === 'compiled') this.summaries.compiledTo(compilation.step);
        return compilation;
      },
    };
  }

  private async runEpoch(): Promise<EpochOutcome> {
    const { host, mostSteps } = this.run;
    const began = performance.now();
    const pausedBefore = this.clock.pausedMs;
    const pass = (this.pass ??= this.openPass());
    for (;;) {
      const batch = await during('data', () => pass.next());
      if (!batch) break;
      pass.ask();
      this.clock.batchIsThere();
      const event = await this.runStep(batch);
      await this.afterStep(event);
      if (host.stopRequested) return 'stopped';
      if (this.cursor.step >= mostSteps) {
        // The last step of an epoch ends it, also where no more steps were asked for.
        if (await during('data', () => pass.peek())) return 'enough';
        break;
      }
    }
    this.batchesPerEpoch ??= this.cursor.stepInEpoch;
    await this.closePass();
    return this.endEpoch(began, pausedBefore);
  }

  private openPass(): PrefetchedPass {
    const { data, seed } = this.run;
    return new PrefetchedPass(
      data.train.open({ seed, epoch: this.cursor.epochsDone + 1, skip: this.cursor.stepInEpoch }),
    );
  }

  private async closePass(): Promise<void> {
    const { pass } = this;
    this.pass = undefined;
    await pass?.close();
  }

  private async runStep(batch: Batch): Promise<StepEvent> {
    const { host, seed, step, compiled, hashEvery } = this.run;
    const { cursor, runner } = this;
    disposeBatch(this.keptBatch);
    this.keptBatch = batch;
    const number = cursor.step + 1;
    const stepInEpoch = cursor.stepInEpoch + 1;
    const epoch = cursor.epochsDone + 1;
    // Where the number of batches is not known, any of them may be the last.
    const lastInEpoch = this.batchesPerEpoch === undefined || stepInEpoch === this.batchesPerEpoch;
    const look = host.mayStopAfter({
      epoch,
      step: number,
      stepInEpoch,
      lastInEpoch,
      keepingIsFree: runner.keepingIsFree,
      isQuick: this.lastStepMs < SLOW_STEP_MS,
      canBeRepeated: runner.canBeRepeated(number),
      batch,
      kept: runner.capture,
      keepRest: (made) => runner.keepRest(made),
      isAtWork: () => runner.isAtWork,
      bringUpToDate: () => runner.bringUpToDate(),
      standsOutside: () => runner.standsOutside(),
    });
    const gradientNorms = host.wantsGradientNorms;
    const forSummaries = this.summaries.beforeStep(batch, number);

    this.clock.computing();
    let values = runner.run(batch, number, {
      look,
      walk: host.mayWalkAfter,
      gradientNorms: gradientNorms || forSummaries.gradientNorms,
      gradients: forSummaries.gradients,
      summaries: host.wantedSummaries,
    });
    if (values instanceof Promise) values = await values;
    this.clock.computed(runner.hookMs);

    reseed(seed, 'user', number);
    this.cursor = { epochsDone: cursor.epochsDone, stepInEpoch, step: number };
    this.means.add(values, batch.size);
    const metrics: Record<string, number> = {};
    step.metricNames.forEach((name, index) => (metrics[name] = values[index + 1]!));
    this.last = { loss: values[0]!, metrics };
    // What numbers end in may be the data.
    if (!runner.canLook && Number.isFinite(values[0]) && runner.finite !== false) {
      disposeBatch(batch);
      this.keptBatch = undefined;
    }
    const times = this.clock.end();
    this.lastStepMs = times.stepMs;
    return {
      kind: 'step',
      epoch,
      step: number,
      stepInEpoch,
      loss: values[0]!,
      metrics,
      learningRate: learningRateOf(compiled.optimizer),
      ...times,
      examples: batch.size,
      speed: runner.speed,
      gradNorm: gradientNorms ? runner.gradNorm() : undefined,
      stateHash: hashEvery > 0 && number % hashEvery === 0 ? hashState(this.takeState()) : undefined,
      wallTime: Date.now(),
    };
  }

  private async afterStep(event: StepEvent): Promise<void> {
    const { host, folder } = this.run;
    folder.addTrain(event.step, event.wallTime, stepScalars(event));
    this.summaries.afterStep(event);
    host.emit(event);
    this.standBetweenSteps((paused) => host.afterStep(event, paused));
    folder.flushIfDue(() => this.progress());
    this.memory.tellIfDue(event.step);
    this.clock.told();
    await this.yieldToOthers();
  }

  /** Whatever a pause takes is not the step's time. */
  private standBetweenSteps(ask: (paused: PausedAtStep) => void): void {
    const { compiled, data, areClasses, folder } = this.run;
    const standing = new PausedAtStep({
      labels: compiled.labels,
      optimizer: compiled.optimizer,
      runner: this.runner,
      ...this.last,
      batch: this.keptBatch,
      classNames: data.info.classNames,
      featureNames: data.featureNames,
      areClasses,
      stateHash: () => hashState(this.takeState()),
      flush: () => {
        this.summaries.take();
        folder.flush(this.progress());
      },
    });
    this.clock.aside(() => ask(standing));
  }

  private async yieldToOthers(): Promise<void> {
    if (performance.now() - this.lastYield < YIELD_MS) return;
    await new Promise((resolve) => setImmediate(resolve));
    this.lastYield = performance.now();
  }

  private async endEpoch(began: number, pausedBefore: number): Promise<EpochOutcome> {
    const { host, folder, step } = this.run;
    const [loss, ...rest] = this.means.trainingMeans();
    const metrics = Object.fromEntries(step.metricNames.map((name, index) => [name, rest[index]!]));
    const validation = await this.runValidation();
    if (validation === 'stopped') return 'stopped';

    const { stepInEpoch } = this.cursor;
    this.cursor = { epochsDone: this.cursor.epochsDone + 1, stepInEpoch: 0, step: this.cursor.step };
    this.means = new RunningMeans();
    const state = this.takeState();
    const stateHash = hashState(state);
    const epoch = this.cursor.epochsDone;
    const wallTime = Date.now();
    folder.addTrain(this.cursor.step, wallTime, epochScalars(loss!, metrics));
    if (validation) folder.addValidation(this.cursor.step, wallTime, Object.entries(validation));
    if (performance.now() - this.lastSave >= SAVE_MS) {
      host.emit({ kind: 'activity', activity: 'saving' });
      this.save(state, stateHash);
      folder.flush(this.progress());
    }
    host.emit({
      kind: 'epoch',
      epoch,
      step: this.cursor.step,
      loss: loss!,
      metrics,
      validation,
      stateHash,
      epochMs: performance.now() - began - (this.clock.pausedMs - pausedBefore),
      wallTime,
    });
    this.standBetweenSteps((paused) => host.afterEpoch({ epoch, step: this.cursor.step, stepInEpoch }, paused));
    await this.yieldToOthers();
    if (host.stopRequested) return 'stopped';
    if (epoch < this.run.epochs) host.emit({ kind: 'activity', activity: 'training' });
    this.clock.begin();
    return 'done';
  }

  private async runValidation(): Promise<Metrics | 'stopped' | undefined> {
    const { host, data, compiled, seed } = this.run;
    const stream: BatchStream | undefined = data.validation;
    if (!stream || !compiled.canValidate) return undefined;
    let told = performance.now();
    const tell = (done: number, total: number | undefined): void =>
      host.emit({
        kind: 'activity',
        activity: 'validating',
        message: `Validating epoch ${this.cursor.epochsDone + 1}`,
        done,
        total,
      });
    tell(0, stream.batchesPerEpoch);
    this.runner.settle();
    const judging = this.summaries.validationBegins(this.cursor.step, this.cursor.epochsDone + 1 >= this.run.epochs);
    let stopped = false;
    const values = await during('data', () =>
      validate({
        model: compiled.model,
        stream,
        seed,
        metricNames: compiled.metricNames,
        seeTargets: judging && ((targets) => judging.seeTargets(targets)),
        afterBatch: async (done, total) => {
          if (performance.now() - told >= VALIDATION_PROGRESS_MS) {
            told = performance.now();
            tell(done, total);
          }
          await this.yieldToOthers();
          stopped = host.stopRequested;
          return !stopped;
        },
      }),
    );
    if (!stopped) this.summaries.validationEnds(this.cursor.step, Date.now());
    return stopped ? 'stopped' : values;
  }

  private takeState(): TrainingState {
    this.runner.settle();
    return takeState(this.run.holder, this.cursor, this.means.sums);
  }

  /** State and weights, unless they are on the disk as they are. @returns whether they are on the disk now */
  private save(state: TrainingState, stateHash: string): boolean {
    if (this.savedHash === stateHash) return true;
    const { folder, settings } = this.run;
    this.lastSave = performance.now();
    const metadata = { format: 'pt', epoch: String(state.cursor.epochsDone), step: String(state.cursor.step) };
    const saved =
      folder.replace(runPlaces.state, encodeState({ state, settings })) &&
      folder.replace(runPlaces.weights, encodeWeights(state.weights, metadata));
    if (saved) this.savedHash = stateHash;
    return saved;
  }

  /** For `run.json`. */
  progress(): ReturnType<typeof progressAt> {
    return progressAt(this.cursor, this.wallMs, this.summaries.report);
  }
}
