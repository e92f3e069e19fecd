/** Where this person's data may be looked for: the run's folder, the folders named in the window, the download cache. */
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { messageOf } from '../shared/base/message-of.js';
import { homePlaces } from '../shared/base/places.js';
import type { Problem } from '../shared/protocol/training.js';
import type { DataEnvironment } from './runtime/data/batch-stream.js';

export interface EnvironmentOptions {
  /** Absolute path of the experiment's file. */
  readonly experiment: string;
  readonly dataDir?: string;
  readonly seed: number;
  notify(problem: Problem): void;
  progress(message: string, done: number, total: number): void;
}

export function backstepHome(): string {
  return process.env['BACKSTEP_HOME'] || path.join(homedir(), '.backstep');
}

export function dataEnvironment(options: EnvironmentOptions): DataEnvironment {
  const home = backstepHome();
  const { experiment, ...rest } = options;
  return {
    ...rest,
    experimentDir: path.dirname(experiment),
    namedFolders: namedFolders(path.join(home, homePlaces.dataFolders), options.notify),
    cacheDir: path.join(home, homePlaces.dataCache),
  };
}

function namedFolders(file: string, notify: (problem: Problem) => void): Record<string, string> {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    notify({
      severity: 'warning',
      message: `The folders named for data sets cannot be read: ${messageOf(error)}`,
      file,
    });
    return {};
  }
  try {
    const folders: unknown = JSON.parse(text);
    if (typeof folders !== 'object' || folders === null) throw new Error('it holds no object');
    return Object.fromEntries(
      Object.entries(folders).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
    );
  } catch (error) {
    notify({
      severity: 'warning',
      message: `The folders named for data sets are not used, for their file is damaged: ${messageOf(error)}`,
      hint: 'Name the folders again in the window, or delete the file.',
      file,
    });
    return {};
  }
}
