/**
 * Trains for a parent process without a debugger: `{ kind: 'run', options }` comes in over IPC, training
 * events go out as `{ kind: 'events', events }`; `{ kind: 'stop' }` or SIGINT ends the run after the step
 * under way, its state saved, or at once where it has not begun. Exit codes: 0 done, 1 failed, 130
 * interrupted.
 */
import { parseMessage, stringifyMessage } from '../../shared/base/message-json.js';
import { runOptions, type RunOptions, type TrainingEvent } from '../../shared/protocol/training.js';
import type { TrainingHost } from '../runtime/training-host.js';
import { EventBatcher } from '../event-batcher.js';
import { endWithParent } from '../parent-watch.js';
import { TrainingProcess } from '../training-process.js';
import { captureConsole } from '../user-console.js';
import { exitProcess, guardExits } from '../user-exits.js';

/** Messages over IPC are texts made by `stringifyMessage`. */
export type RunModeMessage = { readonly kind: 'run'; readonly options: RunOptions } | { readonly kind: 'stop' };

const INTERRUPTED = 130;
/** Saving and a long step must fit; after that the training counts as hung. */
const END_GRACE_MS = 30_000;

export async function runMode(): Promise<void> {
  let interrupted = false;
  let begun = false;
  const interrupt = (): void => {
    if (interrupted) exitProcess(INTERRUPTED);
    interrupted = true;
    // Nothing to save, and what it waits for in the person's code may never come.
    if (!begun) finish(INTERRUPTED);
  };
  const batcher = new EventBatcher((events) => void process.send?.(stringifyMessage({ kind: 'events', events })));
  const emit = (event: TrainingEvent): void => {
    if (event.kind === 'start') begun = true;
    batcher.tell(event);
  };
  const host: TrainingHost = {
    emit,
    // So that the first loss that is no number can be told with the layer that made it.
    mayStopAfter: ({ keepingIsFree }) => keepingIsFree,
    wantsGradientNorms: false,
    afterStep: () => undefined,
    afterEpoch: () => undefined,
    get stopRequested() {
      return interrupted;
    },
  };

  const training = new TrainingProcess();
  const finish = (exitCode: number): void => {
    batcher.flush();
    // What was sent must have left before the process ends.
    if (process.connected) process.send?.(stringifyMessage({ kind: 'finished' }), () => exitProcess(exitCode));
    else exitProcess(exitCode);
  };
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', interrupt);
  endWithParent(END_GRACE_MS);
  // A parent that is gone cannot be told anything: what was trained is saved.
  process.on('disconnect', () => {
    interrupted = true;
    if (!begun) exitProcess(INTERRUPTED);
  });
  captureConsole((event) => {
    if (!training.isOver) emit(event);
  });
  guardExits((error) => training.fail(error));

  const options = await new Promise<RunOptions>((resolve) => {
    process.on('message', (text: string) => {
      const message = parseMessage(text) as RunModeMessage;
      if (message.kind === 'stop') interrupt();
      else resolve(runOptions.parse(message.options));
    });
  });
  const exitCode = await training.run(options, host);
  finish(interrupted && exitCode === 0 ? INTERRUPTED : exitCode);
}
