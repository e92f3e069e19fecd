/** `backstep run`: trains without the window, in a trainer process of its own. */
import path from 'node:path';
import { statSync } from 'node:fs';
import type { RunOptionsInput, TrainingEvent } from '../shared/protocol/training.js';
import { describeEnd } from '../shared/base/process-end.js';
import { exitCodes, UsageError } from './exit-codes.js';
import { askReader } from './ask-reader.js';
import { findExperiment } from './find-experiment.js';
import { findModelFile } from './find-model-file.js';
import { jsonLine } from './json-lines.js';
import { markInterrupted, whatIsLeft, type LostRun } from './lost-run.js';
import { findingText, isWorthSaying, problemText } from './problem-text.js';
import { ProgressView } from './progress-view.js';
import { startTrainer } from './trainer-child.js';

export interface RunFlags {
  readonly backend: RunOptionsInput['backend'];
  readonly epochs?: number;
  readonly steps?: number;
  readonly seed?: number;
  readonly data?: string;
  readonly set: Readonly<Record<string, string>>;
  readonly runDir?: string;
  readonly continue?: string;
  readonly hashEvery: number;
  readonly eager?: boolean;
  readonly summaries?: RunOptionsInput['summaries'];
  readonly json: boolean;
}

/** Saving and a long step must fit; after that the training counts as hung. */
const END_GRACE_MS = 30_000;
/** For a training that has not begun and has nothing to save. */
const UNBEGUN_GRACE_MS = 2_000;

/** @returns the exit code */
export async function runCommand(experiment: string, flags: RunFlags): Promise<number> {
  const data = existingFolder(flags.data, '--data');
  const model = findModelFile(experiment);
  const found = model === undefined ? findExperiment(experiment) : await experimentFor(model, data);
  if (found === undefined) return exitCodes.failed;
  const options: RunOptionsInput = {
    experiment: found,
    backend: flags.backend,
    epochs: flags.epochs,
    steps: flags.steps,
    seed: flags.seed,
    dataDir: data,
    settings: { ...flags.set },
    runDir: flags.runDir === undefined ? undefined : path.resolve(flags.runDir),
    continueFrom: existingFolder(flags.continue, '--continue'),
    hashEvery: flags.hashEvery,
    eager: flags.eager ?? false,
    summaries: flags.summaries,
  };
  const view = flags.json ? undefined : new ProgressView();
  const said = new Set<TrainingEvent['kind']>();
  let runDir: string | undefined;
  let failure: string | undefined;
  let reached: { readonly epoch: number; readonly step: number } | undefined;

  const take = (event: TrainingEvent): void => {
    said.add(event.kind);
    if (event.kind === 'error') failure = event.message;
    // What explains a failure in its own words adds nothing.
    if (event.kind === 'finding' && failure !== undefined && event.finding.title.startsWith(failure)) return;
    if (event.kind === 'start') runDir = event.runDir;
    if (event.kind === 'step') reached = { epoch: event.epoch, step: event.step };
    if (view) {
      view.take(event);
      return;
    }
    const line = jsonLine(event);
    if (line !== undefined) process.stdout.write(`${line}\n`);
    if (event.kind === 'log') process.stderr.write(`${event.text}\n`);
    if (event.kind === 'notice') process.stderr.write(`${problemText(event)}\n`);
    if (event.kind === 'finding' && isWorthSaying(event.finding))
      process.stderr.write(`${findingText(event.finding)}\n`);
    if (event.kind === 'error') process.stderr.write(`${problemText({ ...event, severity: 'error' })}\n`);
  };

  const trainer = startTrainer('run', {
    // Standard output carries what was asked for and nothing else.
    stdout: flags.json ? 2 : 'inherit',
    onMessage: (message) => {
      const told = message as
        { readonly kind: 'finished' } | { readonly kind: 'events'; readonly events: TrainingEvent[] };
      if (told.kind === 'events') for (const event of told.events) take(event);
    },
  });
  const tell = (text: string): void => {
    if (view) view.say(text);
    else process.stderr.write(`${text}\n`);
  };
  let interrupts = 0;
  const timers: NodeJS.Timeout[] = [];
  const kill = (): void => void trainer.process.kill('SIGKILL');
  const interrupt = (): void => {
    interrupts++;
    if (interrupts > 1) kill();
    else if (said.has('start')) {
      tell('Stopping after this step; its state is saved. Ctrl+C again ends at once.');
      trainer.send({ kind: 'stop' });
    } else {
      tell('Stopping: nothing has been trained yet.');
      trainer.send({ kind: 'stop' });
      // Code of the person's that does not let go of its thread hears nothing.
      timers.push(setTimeout(() => !said.has('start') && kill(), UNBEGUN_GRACE_MS));
    }
  };
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', () => {
    // Whoever sends this does not watch: a training that hangs is ended without another word.
    if (interrupts === 0) timers.push(setTimeout(kill, END_GRACE_MS));
    interrupt();
  });
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
      // Whoever read is gone and waits for no more. Every further line fails likewise: that is no second Ctrl+C.
      if (interrupts === 0) interrupt();
    });
  }

  trainer.send({ kind: 'run', options });
  const { code, signal, errorTail } = await trainer.ended;
  timers.forEach((timer) => clearTimeout(timer));
  if (said.has('error')) return exitCodes.failed;
  if (code === exitCodes.done && said.has('end')) return exitCodes.done;
  if (interrupts > 0) {
    if (!said.has('end')) {
      if (runDir !== undefined) mend({ runDir, ...reached });
      if (said.has('start')) tell(`Ended at once. ${whatIsLeft(runDir, experiment)}`);
    }
    return exitCodes.interrupted;
  }
  const { message, hint } = describeEnd('Training', { code, signal, errorTail });
  if (runDir !== undefined) mend({ runDir, ...reached, error: message });
  take({ kind: 'error', message, hint: `${hint}\n  ${whatIsLeft(runDir, experiment)}`, runDir });
  return exitCodes.failed;

  function mend(run: LostRun): void {
    const trouble = markInterrupted(run);
    if (trouble !== undefined) tell(`warning: ${run.runDir} goes on saying that it runs: ${trouble}`);
  }
}

/** Of a model file by others: the experiment beside it, written where there is none yet. `undefined` where it cannot be. */
async function experimentFor(model: string, data: string | undefined): Promise<string | undefined> {
  const root = data ?? path.dirname(model);
  const written = await askReader('experiment', { file: model, root, reuse: true });
  if (!written) return undefined;
  const [name, of] = [path.relative('', written.path), path.basename(model)];
  process.stderr.write(
    written.isNew ? `Wrote ${name}, which trains ${of}: yours to edit.\n` : `${name} trains ${of}.\n`,
  );
  return written.path;
}

function existingFolder(folder: string | undefined, flag: string): string | undefined {
  if (folder === undefined) return undefined;
  const absolute = path.resolve(folder);
  if (!statSync(absolute, { throwIfNoEntry: false })?.isDirectory())
    throw new UsageError(`${flag}: there is no folder ${folder}.`);
  return absolute;
}
