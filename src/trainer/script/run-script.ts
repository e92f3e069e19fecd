/**
 * Runs a person's plain TensorFlow.js script from its first line to its end, as Node would, while its
 * training is followed. Knows no protocol and no thread but this one.
 */
import type * as tf from '@tensorflow/tfjs';
import { randomInt } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { BackendReport, RunOptions } from '../../shared/protocol/training.js';
import * as experimentApi from '../loader/experiment-api.js';
import { registerModuleHooks } from '../loader/experiment-loader.js';
import * as experimentTf from '../loader/experiment-tfjs.js';
import { ExperimentProblem } from '../loader/problem-of.js';
import type { SourcePlace } from '../loader/stack-frames.js';
import { personsFrames } from '../loader/stack-frames.js';
import { failureOf, TrainingFailure } from '../runtime/failure.js';
import { countShufflesAnew, reseed } from '../runtime/random.js';
import type { TrainingHost } from '../runtime/training-host.js';
import { ExitCalled, takeExits } from '../user-exits.js';
import { isCommonJs, provideToRequire, runMain } from './common-js.js';
import { handleFiles } from './file-models.js';
import { followTensorFlow } from './follow-tensorflow.js';
import { onModelMade } from './made-models.js';
import { watchLife } from './script-life.js';
import { ScriptEnded, ScriptTraining } from './script-training.js';
import { watchForStuck } from './stuck-watch.js';

export class ScriptRun {
  private training: ScriptTraining | undefined;
  private over: ((error?: unknown) => void) | undefined;
  private exited = false;

  constructor(
    private readonly options: RunOptions,
    private readonly host: TrainingHost,
    /** Whether this process may be looked into by others than its debugger. */
    private readonly isDebugged: boolean,
  ) {}

  get model(): tf.LayersModel | undefined {
    return this.training?.model;
  }
  get optimizer(): tf.Optimizer | undefined {
    return this.training?.optimizer;
  }
  get source(): SourcePlace | undefined {
    return this.training?.source;
  }
  /** Whether what the script says from here on is of a run that has ended. */
  get hasEnded(): boolean {
    return this.exited || this.training?.hasEnded === true;
  }

  /** To the end of all that the script does. @throws TrainingFailure, ExperimentProblem or what the script threw */
  async run(backend: BackendReport): Promise<void> {
    const { options, host } = this;
    this.refuse();
    const seed = options.seed ?? randomInt(2 ** 31);
    const ended = new Promise<void>((resolve, reject) => {
      this.over = (error) => (error === undefined ? resolve() : reject(error as Error));
    });
    // Whoever comes first decides; what comes later is of no run any more.
    ended.catch(() => undefined);
    const stuck = watchForStuck({
      file: options.experiment,
      looks: !this.isDebugged,
      tell: (problem) => host.emit({ kind: 'notice', ...problem }),
    });
    const { beat } = stuck;
    const training = new ScriptTraining({ options, seed, backend, host, beat, stopped: () => this.over?.() });
    this.training = training;
    followTensorFlow(training);
    onModelMade((model) => training.seesModel(model));
    handleFiles();
    takeExits((exit) => this.exit(exit));
    countShufflesAnew();
    reseed(seed, 'user', 0);
    const { argv } = process;
    process.argv = [argv[0]!, options.experiment, ...argumentsOf(options.settings)];
    try {
      const life = watchLife();
      const state = { hasRun: false };
      const loaded = this.load().then(() => (state.hasRun = true));
      loaded.catch((error: unknown) => this.fail(error));
      const lives = life({
        get hasRun() {
          return state.hasRun;
        },
        get isBusy() {
          return training.fitsUnderWay > 0;
        },
      });
      await Promise.race([
        ended,
        lives.then((end) => {
          if (end === 'waits for ever') throw this.waitsForEver(state.hasRun);
        }),
      ]);
      if (!training.hasTrained && !training.hasEnded) throw this.neverTrained();
      training.end({ status: 'completed' });
    } catch (error) {
      training.end({ status: 'failed', message: failureOf(error).message });
      throw error;
    } finally {
      stuck.stop();
      process.argv = argv;
      await training.close();
    }
  }

  /** A failure that nobody in the script caught: it ends it, as Node would. */
  fail(error: unknown): void {
    if (error instanceof ScriptEnded || error instanceof ExitCalled) return;
    this.over?.(error);
  }

  private exit(exit: ExitCalled): void {
    if (this.exited) return;
    this.exited = true;
    const code = Number(exit.code ?? process.exitCode ?? 0);
    const [frame] = personsFrames(exit.stack);
    const place = frame && { file: frame.file, line: frame.line, column: frame.column };
    if (code !== 0) {
      this.over?.(
        new ExperimentProblem({
          message: `The script ended itself by process.exit(${code}): by that it says that it failed`,
          hint: 'What it trained until then is in the run’s folder.',
          ...place,
        }),
      );
    } else {
      if (this.training?.hasTrained) {
        this.host.emit({
          kind: 'notice',
          severity: 'info',
          message: 'The script ended itself by process.exit; what it trained is saved.',
          ...place,
        });
      }
      this.over?.();
    }
  }

  private refuse(): void {
    const { options, host } = this;
    if (options.continueFrom !== undefined) {
      throw new TrainingFailure('A plain script cannot be continued from a saved run: it makes its state itself.', {
        hint: 'Run it from its beginning, or write it as an experiment with defineExperiment.',
      });
    }
    if (options.epochs !== undefined) {
      host.emit({
        kind: 'notice',
        severity: 'warning',
        message: 'How many epochs a plain script trains is for the script to say: the number given is not used.',
        hint: 'Change `epochs` in its call of fit, or end it by a number of steps (--steps).',
        file: options.experiment,
      });
    }
  }

  private async load(): Promise<void> {
    const { experiment: file } = this.options;
    registerModuleHooks();
    provideToRequire({ tensorFlow: experimentTf, backstep: experimentApi });
    if (isCommonJs(file, readFileSync(file, 'utf8')) && !isOfModules(file)) runMain(file);
    else await import(pathToFileURL(file).href);
  }

  private neverTrained(): ExperimentProblem {
    const { experiment: file } = this.options;
    return new ExperimentProblem({
      message: `${path.basename(file)} has ended without training: nothing has updated a weight`,
      hint: 'Call model.fit, model.fitDataset, model.trainOnBatch or an optimizer’s minimize, or take gradients by variables (tf.variableGrads, tf.grads) and assign those, and check that the function that does so is called; or describe the training by `export default defineExperiment({ … })`.',
      file,
      line: 1,
      column: 1,
    });
  }

  private waitsForEver(hasRun: boolean): ExperimentProblem {
    const { experiment: file } = this.options;
    const place = this.training?.source ?? { file, line: 1, column: 1 };
    return new ExperimentProblem({
      message: hasRun
        ? 'The script waits in a callback of fit for something that never comes: nothing is left that could wake it'
        : 'The script waits for something that never comes: it awaits a promise that nothing is left to settle',
      hint: 'Look for an `await` on a promise that is neither resolved nor rejected.',
      ...place,
    });
  }
}

/** `--set epochs=5` is `--epochs=5` to a script. */
function argumentsOf(settings: Readonly<Record<string, string>>): string[] {
  return Object.entries(settings).map(([name, value]) => `--${name}=${value}`);
}

/** Whether the nearest package.json makes `.js` files ES modules. */
function isOfModules(file: string): boolean {
  if (file.endsWith('.cjs')) return false;
  for (let folder = path.dirname(file); ; folder = path.dirname(folder)) {
    try {
      const { type } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')) as {
        readonly type?: string;
      };
      return type === 'module';
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') return false;
    }
    if (folder === path.dirname(folder)) return false;
  }
}
