/** `backstep run`: trains without the window, in a trainer process of its own. */
import path from 'node:path';
import { statSync } from 'node:fs';
import type { RunOptionsInput, TrainingEvent } from '../shared/protocol/training.js';
import { describeEnd } from '../shared/base/process-end.js';
import { exitCodes, UsageError } from './exit-codes.js';
import { findExperiment } from './find-experiment.js';
import { jsonLine } from './json-lines.js';
import { problemText } from './problem-text.js';
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
  readonly json: boolean;
}

/** Saving and a long step must fit; after that the training counts as hung. */
const END_GRACE_MS = 30_000;

/** @returns the exit code */
export async function runCommand(experiment: string, flags: RunFlags): Promise<number> {
  const options: RunOptionsInput = {
    experiment: findExperiment(experiment),
    backend: flags.backend,
    epochs: flags.epochs,
    steps: flags.steps,
    seed: flags.seed,
    dataDir: existingFolder(flags.data, '--data'),
    settings: { ...flags.set },
    runDir: flags.runDir === undefined ? undefined : path.resolve(flags.runDir),
    continueFrom: existingFolder(flags.continue, '--continue'),
    hashEvery: flags.hashEvery,
    eager: flags.eager ?? false,
  };
  const view = flags.json ? undefined : new ProgressView();
  const said = new Set<TrainingEvent['kind']>();
  let runDir: string | undefined;

  const take = (event: TrainingEvent): void => {
    said.add(event.kind);
    if (event.kind === 'start') runDir = event.runDir;
    if (view) {
      view.take(event);
      return;
    }
    const line = jsonLine(event);
    if (line !== undefined) process.stdout.write(`${line}\n`);
    if (event.kind === 'log') process.stderr.write(`${event.text}\n`);
    if (event.kind === 'notice') process.stderr.write(`${problemText(event)}\n`);
    if (event.kind === 'error') process.stderr.write(`${problemText({ ...event, severity: 'error' })}\n`);
  };

  const trainer = startTrainer('run', {
    // Standard output carries what was asked for and nothing else.
    stdout: flags.json ? 2 : 'inherit',
    onMessage: (message) => {
      if ((message as { readonly kind: string }).kind !== 'finished') take(message as TrainingEvent);
    },
  });
  let interrupts = 0;
  let timer: NodeJS.Timeout | undefined;
  const interrupt = (): void => {
    interrupts++;
    if (interrupts === 1) {
      const text = 'Stopping after this step; its state is saved. Ctrl+C again ends at once.';
      if (view) view.say(text);
      else process.stderr.write(`${text}\n`);
      trainer.send({ kind: 'stop' });
    } else trainer.process.kill('SIGKILL');
  };
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', () => {
    // Whoever sends this does not watch: a training that hangs is ended without another word.
    timer ??= setTimeout(() => trainer.process.kill('SIGKILL'), END_GRACE_MS);
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
  clearTimeout(timer);
  if (said.has('error')) return exitCodes.failed;
  if (interrupts > 0) return exitCodes.interrupted;
  if (code === exitCodes.done && said.has('end')) return exitCodes.done;
  take({ kind: 'error', ...describeEnd('Training', { code, signal, errorTail }), runDir });
  return exitCodes.failed;
}

function existingFolder(folder: string | undefined, flag: string): string | undefined {
  if (folder === undefined) return undefined;
  const absolute = path.resolve(folder);
  if (!statSync(absolute, { throwIfNoEntry: false })?.isDirectory())
    throw new UsageError(`${flag}: there is no folder ${folder}.`);
  return absolute;
}
