/** `backstep open`: starts the window, as `npm start` does. */
import { spawn } from 'node:child_process';
import { statSync } from 'node:fs';
import path from 'node:path';
import { exitCodes, UsageError } from './exit-codes.js';
import { installPlaces } from './install-places.js';

export interface OpenFlags {
  readonly browser?: boolean;
  readonly port?: number;
}

/** @returns the exit code */
export function openCommand(folder: string | undefined, flags: OpenFlags): Promise<number> {
  if (folder !== undefined && !statSync(folder, { throwIfNoEntry: false })?.isDirectory()) {
    throw new UsageError(`There is no command and no folder named ${folder}.`);
  }
  const args = [
    ...(folder === undefined ? [] : [path.resolve(folder)]),
    ...(flags.browser ? ['--browser'] : []),
    ...(flags.port === undefined ? [] : ['--port', String(flags.port)]),
  ];
  const child = spawn(process.execPath, [installPlaces.start, ...args], { stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) =>
      resolve(code ?? (signal === 'SIGINT' ? exitCodes.interrupted : exitCodes.failed)),
    );
  });
}
