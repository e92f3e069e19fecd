/** `backstep debug --stdio`: the debug adapter for any front end; its pipe is this process's standard input and output. */
import { spawn } from 'node:child_process';
import type { Duplex } from 'node:stream';
import { exitCodes } from './exit-codes.js';
import { installPlaces } from './install-places.js';
import { trainerEnvironment } from './trainer-environment.js';

/** @returns the exit code */
export function debugCommand(): Promise<number> {
  const child = spawn(process.execPath, [installPlaces.trainer, 'debug'], {
    // What native code prints goes to standard error: standard output belongs to the protocol.
    stdio: ['ignore', 2, 2, 'pipe'],
    env: trainerEnvironment(),
    windowsHide: true,
  });
  const pipe = child.stdio[3] as Duplex;
  process.stdin.pipe(pipe);
  pipe.pipe(process.stdout);
  // The trainer sees its own end of the pipe close, saves what was trained and ends.
  pipe.on('error', () => pipe.destroy());
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? exitCodes.failed));
  });
}
