/**
 * One training in this process, from the experiment's file to its end: loads it, hands it to the
 * engine, and tells every failure at the person's line. The same for every host.
 */
import * as tf from '@tensorflow/tfjs';
import type { Problem, RunOptions, TrainingEvent } from '../shared/protocol/training.js';
import { placesOf } from './analysis/fit-problems.js';
import { forgetLayers, placeOfLayer } from './analysis/layer-origins.js';
import { layerTable } from './analysis/layer-table.js';
import { dataEnvironment } from './data-environment.js';
import { createExperimentLoader, type LoadedExperiment } from './loader/experiment-loader.js';
import { problemOf, problemOfPart } from './loader/problem-of.js';
import type { SourcePlace } from './loader/stack-frames.js';
import { defineExperiment, type Experiment } from './runtime/experiment.js';
import { TrainingFailure } from './runtime/failure.js';
import { takeOverRandom } from './runtime/random.js';
import type { TrainingHost } from './runtime/training-host.js';
import { train } from './runtime/train.js';

type ErrorEvent = Extract<TrainingEvent, { kind: 'error' }>;

export class TrainingProcess {
  private loaded: LoadedExperiment | undefined;
  private file = '';
  private runDir: string | undefined;
  private madeModel: tf.LayersModel | undefined;
  private madeOptimizer: tf.Optimizer | undefined;

  /** Once the person's functions have returned them. */
  get model(): tf.LayersModel | undefined {
    return this.madeModel;
  }
  get optimizer(): tf.Optimizer | undefined {
    return this.madeOptimizer ?? this.madeModel?.optimizer;
  }
  /** Where the experiment's default export stands. */
  get source(): SourcePlace | undefined {
    return this.loaded?.placeOfPart('');
  }

  /**
   * Trains to the end.
   * @returns 0, or 1 where the experiment failed, as an `error` event has said by then
   */
  async run(options: RunOptions, host: TrainingHost): Promise<number> {
    this.file = options.experiment;
    const told: TrainingHost = withEmit(host, (event) => {
      if (event.kind === 'start') this.runDir = event.runDir;
      host.emit(event);
    });
    try {
      told.emit({ kind: 'activity', activity: 'loading', message: 'Loading the experiment' });
      // Before the person's top-level code runs, which may draw random numbers too.
      takeOverRandom();
      forgetLayers();
      const loaded = await createExperimentLoader().load(options.experiment);
      this.loaded = loaded;
      await train(options, this.watched(loaded.experiment), told, {
        dataEnvironment,
        describeLayers: (model) => layerTable(model, placeOfLayer),
      });
      return 0;
    } catch (error) {
      for (const problem of this.furtherProblems(error)) told.emit({ kind: 'notice', ...problem });
      told.emit(this.errorEvent(error));
      return 1;
    }
  }

  /** A failure for the person, at their line. */
  errorEvent(error: unknown): ErrorEvent {
    const { severity: _, ...problem } = problemOf(error, this.places());
    const runDir = (error instanceof TrainingFailure ? error.runDir : undefined) ?? this.runDir;
    return { kind: 'error', ...problem, ...(runDir === undefined ? {} : { runDir }) };
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
    return defineExperiment({
      ...experiment,
      model: async (settings) => (this.madeModel = await experiment.model(settings)),
      optimizer: (settings) => {
        const optimizer = experiment.optimizer(settings);
        if (optimizer instanceof tf.Optimizer) this.madeOptimizer = optimizer;
        return optimizer;
      },
    });
  }
}

/** The host with another way to tell; everything else is asked of it as it is at that moment. */
function withEmit(host: TrainingHost, emit: TrainingHost['emit']): TrainingHost {
  return {
    emit,
    mayStopAfter: (step) => host.mayStopAfter(step),
    get wantsGradientNorms() {
      return host.wantsGradientNorms;
    },
    afterStep: (step, paused) => host.afterStep(step, paused),
    afterEpoch: (point, paused) => host.afterEpoch(point, paused),
    get stopRequested() {
      return host.stopRequested;
    },
  };
}
