/** Starts the trainer process and speaks with it over IPC. Knows its channel, not what is trained. */
import { spawn, type ChildProcess, type IOType } from 'node:child_process';
import { parseMessage, stringifyMessage } from '../shared/base/message-json.js';
import { Tail } from '../shared/base/process-end.js';
import { WithoutChatter } from '../shared/engine/library-chatter.js';
import { installPlaces } from './install-places.js';
import { trainerEnvironment } from './trainer-environment.js';

export interface TrainerChild {
  readonly process: ChildProcess;
  send(message: unknown): void;
  /** Resolves when the process is gone. */
  readonly ended: Promise<{
    readonly code: number | undefined;
    readonly signal: NodeJS.Signals | undefined;
    /** The last that it wrote to its error stream, all of which has been passed on. */
    readonly errorTail: string;
  }>;
}

export function startTrainer(
  mode: 'run' | 'analyze' | 'backends' | 'graph' | 'record',
  options: { readonly stdout: number | IOType; readonly onMessage: (message: unknown) => void },
): TrainerChild {
  const child = spawn(process.execPath, [installPlaces.trainer, mode], {
    stdio: ['ignore', options.stdout, 'pipe', 'ipc'],
    env: trainerEnvironment(),
    // A process group of its own: Ctrl+C reaches this process alone, which asks the trainer to end well.
    detached: process.platform !== 'win32',
    windowsHide: true,
  });
  const errors = new Tail();
  const output = new WithoutChatter();
  const pass = (text: string): void => {
    if (text === '') return;
    errors.add(text);
    process.stderr.write(text);
  };
  child.stderr!.setEncoding('utf8');
  child.stderr!.on('data', (chunk: string) => pass(output.take(chunk)));
  child.stderr!.on('end', () => pass(output.flush()));
  child.on('message', (text) => options.onMessage(parseMessage(String(text))));
  return {
    process: child,
    send: (message) => {
      if (child.connected) child.send(stringifyMessage(message));
    },
    ended: new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code, signal) =>
        resolve({ code: code ?? undefined, signal: signal ?? undefined, errorTail: errors.toString() }),
      );
    }),
  };
}
