/** What runs are called: by the person, in run.json, else as their folder is. Reads a run.json again only when it changed. */
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { runPlaces } from '../../shared/base/places.js';
import { readRunFile } from '../runs/run-files.js';
import type { LogRun } from './log-run.js';

export class RunNames {
  private readonly known = new Map<string, { readonly modifiedMs: number; readonly name: string | undefined }>();

  async nameOf({ folder, source, hasRunFile }: LogRun): Promise<string> {
    const own = hasRunFile ? await this.ownName(folder) : undefined;
    return own ?? (path.relative(source, folder).split(path.sep).join('/') || path.basename(folder));
  }

  private async ownName(folder: string): Promise<string | undefined> {
    let modifiedMs: number;
    try {
      modifiedMs = (await stat(path.join(folder, runPlaces.summary))).mtimeMs;
    } catch {
      // Gone meanwhile: the next scan sees it.
      return undefined;
    }
    let known = this.known.get(folder);
    if (known?.modifiedMs !== modifiedMs) {
      known = { modifiedMs, name: (await readRunFile(folder)).fields?.name };
      this.known.set(folder, known);
    }
    return known.name;
  }
}
