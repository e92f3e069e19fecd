/**
 * What a run's graph is recorded from: the copy of the experiment that the run keeps, in the place that it had, so
 * that what it reads beside it is found. Reads files; runs nothing.
 */
import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { runPlaces } from '../../shared/base/places.js';
import { errorCode } from '../failure.js';
import { readRunFile } from '../runs/run-files.js';

export interface RunSources {
  /** Where the experiment's file was, absolute; it need not be there any more, nor in the open folder. */
  readonly experiment: string;
  /** The files as they were at the run's start, by where they were. */
  readonly overlays: Readonly<Record<string, string>>;
  readonly settings: Readonly<Record<string, string>>;
}

const MOST_FILES = 500;
const MOST_BYTES = 2 ** 21;

/** `undefined` where the run keeps no copy: it is another program's, or the copy is gone. */
export async function sourcesOfRun(folder: string): Promise<RunSources | undefined> {
  const { fields } = await readRunFile(folder);
  if (fields?.experiment === undefined) return undefined;
  const copy = path.join(folder, runPlaces.experiment);
  const files = await filesIn(copy);
  const holder = path.dirname(path.dirname(folder));
  const experiment = path.resolve(holder, fields.experiment);
  const own = longestEnding(experiment, files);
  if (own === undefined) return undefined;
  // The copy begins where all its files had their folder in common.
  const base = experiment.slice(0, experiment.length - own.length);
  const overlays: Record<string, string> = {};
  for (const file of files) {
    const source = path.join(copy, file);
    if ((await stat(source)).size <= MOST_BYTES) overlays[path.join(base, file)] = await readFile(source, 'utf8');
  }
  return { experiment, overlays, settings: fields.settings ?? {} };
}

/** That of the files which the path ends with, by most folders. */
function longestEnding(experiment: string, files: readonly string[]): string | undefined {
  return files.filter((file) => experiment.endsWith(path.sep + file)).sort((a, b) => b.length - a.length)[0];
}

/** From the folder; without links, which a copy has none of. */
async function filesIn(folder: string): Promise<string[]> {
  const found: string[] = [];
  const open = [''];
  for (let inner = open.shift(); inner !== undefined && found.length < MOST_FILES; inner = open.shift()) {
    for (const entry of await entriesOf(path.join(folder, inner))) {
      const relative = path.join(inner, entry.name);
      if (entry.isFile()) found.push(relative);
      else if (entry.isDirectory()) open.push(relative);
    }
  }
  return found.slice(0, MOST_FILES);
}

async function entriesOf(folder: string) {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(errorCode(error) ?? '')) return [];
    throw error;
  }
}
