/**
 * One training in this process, from the experiment's file to its end: loads it, hands it to the
 * engine, and tells every failure at the person's line. The same for every host.
 */
import type * as tf from '@tensorflow/tfjs';
import path from 'node:path';
import type { Finding } from '../shared/protocol/diagnosis.js';
import type { Problem, RunOptions, TrainingEvent } from '../shared/protocol/training.js';
import { placesOf } from './analysis/fit-problems.js';
import { forgetLayers, placeOfLayer } from './analysis/layer-origins.js';
import { layerTable } from './analysis/layer-table.js';
import { dataEnvironment } from './data-environment.js';
import { diagnosedHost } from './diagnosis/diagnosed-host.js';
import { RunDiagnosis } from './diagnosis/run-diagnosis.js';
import { createExperimentLoader, type LoadedExperiment } from './loader/experiment-loader.js';
import { problemOf, problemOfPart } from './loader/problem-of.js';
import { personsFrames, type SourcePlace } from './loader/stack-frames.js';
import { chooseBackend } from './runtime/backend/backend.js';
import { asExperiment, type Experiment } from './runtime/experiment.js';
import { failureOf, TrainingFailure } from './runtime/failure.js';
import { takeOverRandom } from './runtime/random.js';
import { isOptimizer } from './runtime/tfjs-internals.js';
import type { TrainingHost } from './runtime/training-host.js';
import { isScript } from './script/recognise-script.js';
import { ScriptRun } from './script/run-script.js';
import { train } from './runtime/train.js';

type ErrorEvent = Extract<TrainingEvent, { kind: 'error' }>;

/** A training that does not come to its next step in this time ends unsaved. */
const FAIL_GRACE_MS = 10_000;

export class TrainingProcess {
  private loaded: LoadedExperiment | undefined;
  private file = '';
  private runDir: string | undefined;
  private failure: { readonly error: unknown } | undefined;
  private abandon: ((error: unknown) => void) | undefined;
  private madeModel: tf.LayersModel | undefined;
  private madeOptimizer: tf.Optimizer | undefined;
  private script: ScriptRun | undefined;
  private madeData: unknown;

  /** Of this training, from its start on. */
  readonly diagnosis = new RunDiagnosis({
    placeOfLayer: (label) => this.places().placeOfLayer?.(label),
    placeOfPart: (part) => this.loaded?.placeOfPart(part),
  });

  /** @param isDebugged whether a debugger of its own looks into this process */
  constructor(private readonly isDebugged = false) {}

  /** Once the person's functions have returned them; of a script those that it trains now. */
  get model(): tf.LayersModel | undefined {
    return this.script?.model ?? this.madeModel;
  }
  get optimizer(): tf.Optimizer | undefined {
    return this.script?.optimizer ?? this.madeOptimizer ?? this.madeModel?.optimizer;
  }
  /** Whether what the person's code still does and says is of no run any more. */
  get isOver(): boolean {
    return this.script?.hasEnded === true;
  }
  /** Where the experiment's default export stands, or a script calls what trains. */
  get source(): SourcePlace | undefined {
    return this.script ? this.script.source : this.loaded?.placeOfPart('');
  }

  /**
   * Trains to the end.
   * @returns 0, or 1 where the experiment failed, as an `error` event has said by then
   */
  async run(options: RunOptions, host: TrainingHost): Promise<number> {
    this.file = options.experiment;
    const told = this.hosted(host);
    try {
      const abandoned = new Promise<never>((_, reject) => (this.abandon = reject));
      await Promise.race([this.train(options, told), abandoned]);
      return 0;
    } catch (error) {
      for (const problem of this.furtherProblems(error)) told.emit({ kind: 'notice', ...problem });
      const event = this.errorEvent(error);
      told.emit(event);
      for (const finding of this.explainedBy(error, event)) told.emit({ kind: 'finding', finding });
      return 1;
    }
  }

  /**
   * Ends the training by a failure outside of its own course, such as an exception in a timer of the
   * person's: before the next step, so that what was trained is saved.
   */
  fail(error: unknown): void {
    if (this.failure) return;
    if (this.script) {
      this.script.fail(error);
      return;
    }
    this.failure = { error };
    setTimeout(() => this.abandon?.(error), FAIL_GRACE_MS);
  }

  /** A failure for the person, at their line. */
  private errorEvent(error: unknown): ErrorEvent {
    const { severity: _, ...problem } = this.problemOf(error);
    const runDir = (error instanceof TrainingFailure ? error.runDir : undefined) ?? this.runDir;
    return { kind: 'error', ...problem, ...(runDir === undefined ? {} : { runDir }) };
  }

  /** What is known to lie behind the failure that `event` tells. */
  private explainedBy(error: unknown, { message: told, hint, file, line }: ErrorEvent): Finding[] {
    const cause = error instanceof TrainingFailure ? error.cause : error;
    return this.diagnosis.fails({ message: messageOf(cause) ?? told, told, hint, file, line });
  }

  private problemOf(error: unknown): Problem {
    try {
      return problemOf(error, this.places());
    } catch (trouble) {
      // An error whose own properties throw: whatever it is, the run is over and must say so.
      const reason = trouble instanceof Error ? trouble.message : 'looking at it fails';
      return {
        severity: 'error',
        message: `The code threw something that cannot be shown: ${reason}`,
        file: this.file,
      };
    }
  }

  private async train(options: RunOptions, host: TrainingHost): Promise<void> {
    host.emit({ kind: 'activity', activity: 'loading', message: 'Starting the backend' });
    // Both before the person's top-level code runs, which may make tensors and draw random numbers.
    const backend = await chooseBackend(options.backend);
    takeOverRandom();
    forgetLayers();
    if (isScript(options.experiment)) {
      host.emit({ kind: 'activity', activity: 'loading', message: 'Running the script' });
      const script = new ScriptRun(options, host, this.isDebugged);
      this.script = script;
      await script.run(backend);
      return;
    }
    host.emit({ kind: 'activity', activity: 'loading', message: 'Loading the experiment' });
    const loaded = await createExperimentLoader().load(options.experiment);
    this.loaded = loaded;
    this.throwFailure();
    await train(options, this.watched(loaded.experiment), host, {
      dataEnvironment,
      chooseBackend: () => Promise.resolve(backend),
      describeLayers: (model) => layerTable(model, placeOfLayer),
      locate: (stack) => {
        const [frame] = personsFrames(stack);
        return frame && `${path.basename(frame.file)}:${frame.line}`;
      },
    });
  }

  private throwFailure(): void {
    if (this.failure) throw failureOf(this.failure.error);
  }

  private furtherProblems(error: unknown): Problem[] {
    if (!(error instanceof TrainingFailure)) return [];
    return error.problems.slice(1).map((problem) => problemOfPart(problem, this.places()));
  }

  private places(): ReturnType<typeof placesOf> {
    return this.loaded ? placesOf(this.loaded, this.madeModel) : { file: this.file };
  }

  /** The same experiment, of whose model and optimizer this process knows once they are made. */
  private watched(experiment: Experiment): Experiment {
    return asExperiment({
      ...experiment,
      data: async (settings) => {
        const data = await experiment.data(settings);
        this.madeData = data;
        return data;
      },
      model: async (settings) => (this.madeModel = await experiment.model(settings)),
      optimizer: (settings) => {
        const optimizer = experiment.optimizer(settings);
        if (isOptimizer(optimizer)) this.madeOptimizer = optimizer;
        return optimizer;
      },
    });
  }

  /** The same host, told of what is wrong with the training, and before each of whose steps failures from outside are raised. */
  private hosted(host: TrainingHost): TrainingHost {
    return diagnosedHost(host, {
      diagnosis: this.diagnosis,
      beforeStep: () => this.throwFailure(),
      training: (start) => {
        this.runDir = start.runDir;
        // A script's first model is the one to judge; what joins it later changes nothing of that.
        if (this.script && start.startStep > 0) return undefined;
        const { model, optimizer, loaded, madeData: data } = this;
        return model && { model, optimizer, experiment: loaded?.experiment, data, start };
      },
    });
  }
}

/** `undefined` where there is none, and where an error's own properties throw. */
function messageOf(error: unknown): string | undefined {
  try {
    return error instanceof Error ? error.message : undefined;
  } catch {
    return undefined;
  }
}
