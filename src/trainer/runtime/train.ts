/**
 * Trains an experiment from beginning to end, or on from where an earlier run stands: backend, data
 * and model are made and checked, the run's folder is written, and the loop runs. Knows no protocol;
 * everything that it says goes to its host.
 */
import type * as tf from '@tensorflow/tfjs';
import path from 'node:path';
import { messageOf } from '../../shared/base/message-of.js';
import type { BackendReport, LayerInfo, Problem, RunOptions } from '../../shared/protocol/training.js';
import { chooseBackend, BackendError } from './backend/backend.js';
import type { DataEnvironment } from './data/batch-stream.js';
import { realDisk, type Disk } from './disk.js';
import { isExperiment, type Experiment } from './experiment.js';
import { failureOf, TrainingFailure } from './failure.js';
import { prepareRun, type Preparations } from './prepare-run.js';
import { countShufflesAnew, takeOverRandom } from './random.js';
import { costOf } from './run-telling.js';
import type { TrainingHost } from './training-host.js';
import { TrainingRun } from './training-run.js';

/** What surrounds a training, beside its host. */
export interface TrainingEnvironment {
  /** Where data may be looked for. */
  dataEnvironment(options: {
    readonly experiment: string;
    readonly dataDir?: string;
    readonly seed: number;
    notify(problem: Problem): void;
    progress(message: string, done: number, total: number): void;
  }): DataEnvironment;
  /** A row a layer, for the start event; by default without arithmetic and lines. */
  describeLayers?(model: tf.LayersModel): LayerInfo[];
  /** Where in the person's code a stack points, for a person: `train.ts:12`. */
  locate?(stack: string): string | undefined;
  chooseBackend?(wanted: RunOptions['backend']): Promise<BackendReport>;
  readonly disk?: Disk;
}

export interface TrainingResult {
  /** `completed`: all epochs (or all steps asked for) done; `stopped`: ended early on request, state saved. */
  readonly reason: 'completed' | 'stopped';
  readonly epoch: number;
  readonly steps: number;
  readonly wallMs: number;
  readonly stateHash: string;
  readonly runDir: string;
}

/**
 * Emits everything from the first `activity` to `end`. Call `takeOverRandom` before the experiment
 * is imported where its top-level code is to be deterministic too.
 *
 * @throws TrainingFailure: what failed, in words, with the part of the experiment and the run's
 *   folder where there is one; its `cause` is what the person's code threw. What was trained until
 *   then is saved wherever the failed step has not begun to change it.
 */
export async function train(
  options: RunOptions,
  experiment: Experiment,
  host: TrainingHost,
  environment: TrainingEnvironment,
): Promise<TrainingResult> {
  const releaseRandom = takeOverRandom();
  countShufflesAnew();
  const undo: Preparations = [];
  try {
    if (!isExperiment(experiment)) {
      throw new TrainingFailure('The default export is not an experiment.', {
        hint: 'Make it with defineExperiment: export default defineExperiment({ … }).',
      });
    }
    const absolute = { ...options, experiment: path.resolve(options.experiment) };
    host.emit({ kind: 'activity', activity: 'loading', message: 'Starting the backend' });
    const backend = await startBackend(options.backend, environment);
    const prepared = await prepareRun(
      absolute,
      experiment,
      host,
      { ...environment, disk: environment.disk ?? realDisk, backend },
      undo,
    );
    return await runToEnd(new TrainingRun(prepared), prepared.folder, host);
  } catch (error) {
    throw failureOf(error);
  } finally {
    await undoAll(undo, host);
    releaseRandom();
  }
}

/** Last made, first undone. Trouble with it is told, and neither stops the rest nor hides how the run ended. */
async function undoAll(undo: Preparations, host: TrainingHost): Promise<void> {
  for (const work of undo.reverse()) {
    try {
      await work();
    } catch (error) {
      const message = messageOf(error);
      host.emit({
        kind: 'notice',
        severity: 'warning',
        message: `Something of the run could not be given back: ${message}`,
      });
    }
  }
}

async function startBackend(wanted: RunOptions['backend'], environment: TrainingEnvironment): Promise<BackendReport> {
  try {
    return await (environment.chooseBackend ?? chooseBackend)(wanted);
  } catch (error) {
    if (error instanceof BackendError) throw new TrainingFailure(error.message, { hint: error.hint, cause: error });
    throw error;
  }
}

async function runToEnd(
  run: TrainingRun,
  folder: Awaited<ReturnType<typeof prepareRun>>['folder'],
  host: TrainingHost,
): Promise<TrainingResult> {
  try {
    const { reason, cursor, stateHash } = await run.train();
    folder.finish({ ...run.progress(), status: reason, stateHash, pid: undefined });
    const end = {
      reason,
      epoch: run.progress().epoch,
      steps: cursor.step,
      wallMs: run.wallMs,
      stateHash,
      runDir: folder.folder,
    };
    host.emit({ kind: 'end', ...end, ...costOf(run.summaryReport) });
    return end;
  } catch (error) {
    const failure = failureOf(error);
    failure.runDir = folder.folder;
    run.saveLastGood();
    run.endSummaries();
    folder.flush({ ...run.progress(), status: 'failed', error: failure.message, pid: undefined });
    throw failure;
  } finally {
    await run.close();
    folder.close();
  }
}
