/** The runs of the open workspace: listed, renamed, deleted. Reading them is the reader's business. */
import path from 'node:path';
import type { RunSummary, Trashed } from '../../shared/protocol/rpc.js';
import { about, Failure } from '../failure.js';
import { renameEntry } from '../workspace/entries.js';
import { moveToTrash, takeFromTrash } from '../workspace/trash.js';
import { entryInside, relativeTo } from '../workspace/workspace-paths.js';
import { findRuns, type FoundRun } from './find-runs.js';
import { changeRunFile } from './run-files.js';
import type { RunReading } from '../logs/log-reading.js';

const LONGEST_NAME = 200;

export class Runs {
  constructor(
    private readonly reader: RunReading,
    /** The folder of the run that trains now. */
    private readonly runningFolder: () => string | undefined,
  ) {}

  list(root: string): Promise<RunSummary[]> {
    return this.reader.list(root);
  }

  /** Absolute. */
  async folderOf(root: string, id: string): Promise<string> {
    const run = (await findRuns(root)).find((entry) => entry.id === id);
    if (!run) throw noSuchRun(id);
    return run.folder;
  }

  /** Of our own runs the name in run.json changes; those of other programs have no name but their folder's. */
  async rename(root: string, id: string, given: string): Promise<void> {
    const name = given.trim();
    if (name === '' || name.length > LONGEST_NAME) {
      throw new Failure('invalid-params', `A run’s name has 1 to ${LONGEST_NAME} characters.`);
    }
    const run = await this.find(root, id, 'renamed');
    await about(run.id, async () => {
      if (run.hasRunFile) await changeRunFile(run.folder, () => ({ name }));
      else await renameFolder(root, run, name);
    });
  }

  async delete(root: string, id: string): Promise<Trashed> {
    const run = await this.find(root, id, 'deleted');
    return about(run.id, async () => {
      const entry = await entryInside(root, run.folder);
      return { from: entry.relative, trashed: relativeTo(root, await moveToTrash(root, entry)) };
    });
  }

  async takeBack(root: string, { from, trashed }: Trashed): Promise<void> {
    await about(from, async () => takeFromTrash(root, trashed, await entryInside(root, from)));
  }

  async dispose(): Promise<void> {
    await this.reader.dispose();
  }

  private async find(root: string, id: string, what: string): Promise<FoundRun> {
    const run = (await findRuns(root)).find((entry) => entry.id === id);
    if (!run) throw noSuchRun(id);
    const summary = (await this.reader.list(root)).find((entry) => entry.id === id);
    if (run.folder === this.runningFolder() || summary?.status === 'running') {
      throw new Failure(
        'busy',
        `“${summary?.name ?? id}” is training and cannot be ${what} now.`,
        'Stop it, or wait until it has ended.',
      );
    }
    return run;
  }
}

async function renameFolder(root: string, run: FoundRun, name: string): Promise<void> {
  if (name.includes('/') || name.startsWith('.')) {
    throw new Failure('invalid-params', `“${name}” cannot be a folder’s name, and another program’s run has no other.`);
  }
  const target = await entryInside(root, path.join(path.dirname(run.folder), name));
  await renameEntry(await entryInside(root, run.folder), target);
}

function noSuchRun(id: string): Failure {
  return new Failure('not-found', `There is no run “${id}” (any more).`);
}
