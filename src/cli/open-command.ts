/** `backstep open`: starts the window, as `npm start` does. */
import { spawn } from 'node:child_process';
import { statSync } from 'node:fs';
import path from 'node:path';
import { closestName } from '../shared/conditions/closest-name.js';
import { exitCodes, UsageError } from './exit-codes.js';
import { installPlaces } from './install-places.js';

export interface OpenFlags {
  readonly browser?: boolean;
  readonly port?: number;
}

/**
 * @param more what was written after the folder: more than there can be
 * @param commands names of which a mistyped one may be meant
 * @returns the exit code
 */
export function openCommand(
  folder: string | undefined,
  flags: OpenFlags,
  more: readonly string[],
  commands: readonly string[],
): Promise<number> {
  const place = folder === undefined ? undefined : folderOf(folder);
  if (folder !== undefined && place === undefined) {
    const meant = closestName(folder, commands);
    const hint = meant === undefined ? '' : ` Did you mean ${meant}?`;
    throw new UsageError(`There is no command and no folder named ${folder}.${hint}`);
  }
  if (more.length > 0) throw new UsageError(`One folder can be opened at a time, not also ${more.join(' ')}.`);
  const args = [
    ...(place === undefined ? [] : [place]),
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

/** The folder itself, or the one that a file stands in; nothing where there is neither. */
function folderOf(place: string): string | undefined {
  const found = statSync(place, { throwIfNoEntry: false });
  if (!found) return undefined;
  return found.isDirectory() ? path.resolve(place) : path.dirname(path.resolve(place));
}
