/** Starts the installer of native TensorFlow with one job, and hands on what it says. Knows its channel, not how it installs. */
import { fork } from 'node:child_process';
import { Tail } from '../shared/base/process-end.js';
import { engineMessage, type EngineJob, type EngineMessage } from '../shared/protocol/engine.js';
import { exitCodes } from './exit-codes.js';
import { backstepHome, installPlaces } from './install-places.js';

export interface InstallerEnd {
  readonly code: number | undefined;
  readonly signal: NodeJS.Signals | undefined;
  readonly errorTail: string;
  /** Ctrl+C or a wish to end from outside. */
  readonly interrupted: boolean;
}

/** Resolves when the process is gone. Ctrl+C lets it tidy up; a second one ends it at once. */
export function runInstaller(
  job: EngineJob,
  onMessage: (message: EngineMessage) => void,
  onInterrupt: () => void,
): Promise<InstallerEnd> {
  const child = fork(installPlaces.engine, [JSON.stringify(job)], {
    env: { ...process.env, BACKSTEP_HOME: backstepHome() },
    stdio: ['ignore', 2, 'pipe', 'ipc'],
    execArgv: [],
    // A process group of its own: Ctrl+C reaches this process alone.
    detached: process.platform !== 'win32',
  });
  const errors = new Tail();
  child.stderr!.on('data', (chunk: Buffer) => {
    errors.add(chunk.toString('utf8'));
    process.stderr.write(chunk);
  });
  child.on('message', (message) => {
    const parsed = engineMessage.safeParse(message);
    if (parsed.success) onMessage(parsed.data);
    else process.stderr.write(`The installer said what cannot be understood: ${parsed.error.message}\n`);
  });
  let interrupts = 0;
  const interrupt = (): void => {
    interrupts++;
    if (interrupts === 1) onInterrupt();
    child.kill(interrupts === 1 ? 'SIGTERM' : 'SIGKILL');
  };
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', interrupt);
  process.on('SIGHUP', interrupt);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.off(name, interrupt);
      resolve({
        code: code ?? undefined,
        signal: signal ?? undefined,
        errorTail: errors.toString(),
        interrupted: interrupts > 0 && code !== exitCodes.done,
      });
    });
  });
}
