/** Reads runs as the runs view shows them. Holds what was read before, so that a look reads only what is new. */
import { existsSync } from 'node:fs';
import { uptime } from 'node:os';
import path from 'node:path';
import { runPlaces } from '../../shared/base/places.js';
import type { RunSummary, Series } from '../../shared/protocol/rpc.js';
import { isAlive } from '../process-alive.js';
import { Serial } from '../serial.js';
import { EventFolder } from './event-folder.js';
import { findRuns, type FoundRun } from './find-runs.js';
import { readRunFile, type RunFileFields } from './run-files.js';

export interface RunReading {
  list(root: string): Promise<RunSummary[]>;
  /** Undefined where there is no such run. */
  series(root: string, id: string): Promise<Series[] | undefined>;
  dispose(): Promise<void>;
}

export class RunReader implements RunReading {
  private readonly folders = new Map<string, EventFolder>();
  private readonly serial = new Serial();

  /** Newest first. */
  async list(root: string): Promise<RunSummary[]> {
    const found = await findRuns(root);
    const known = new Set(found.map(({ folder }) => folder));
    for (const folder of this.folders.keys()) if (!known.has(folder)) this.folders.delete(folder);
    const summaries = await Promise.all(found.map((run) => this.summarize(run)));
    return summaries.sort((a, b) => b.createdAt - a.createdAt || (a.id < b.id ? 1 : -1));
  }

  async series(root: string, id: string): Promise<Series[] | undefined> {
    const run = (await findRuns(root)).find((entry) => entry.id === id);
    return run && (await this.read(run.folder)).series();
  }

  async dispose(): Promise<void> {
    this.folders.clear();
  }

  private read(folder: string): Promise<EventFolder> {
    return this.serial.run(folder, async () => {
      let events = this.folders.get(folder);
      if (!events) this.folders.set(folder, (events = new EventFolder(folder)));
      await events.refresh();
      return events;
    });
  }

  private async summarize(run: FoundRun): Promise<RunSummary> {
    const [{ fields, warning }, events] = await Promise.all([readRunFile(run.folder), this.read(run.folder)]);
    const curves = events.summary();
    const own: RunFileFields = fields ?? {};
    const warnings = [warning, curves.warning].filter((entry) => entry !== undefined);
    return {
      id: run.id,
      path: run.folder,
      name: own.name ?? path.basename(run.folder),
      experiment: own.experiment,
      status: statusOf(own, run.hasRunFile),
      createdAt: own.createdAt ?? curves.firstWallTimeMs ?? 0,
      epochs: own.epochs,
      epoch: own.epoch,
      step: own.step ?? curves.step,
      wallMs:
        own.wallMs ??
        (curves.firstWallTimeMs === undefined ? undefined : curves.lastWallTimeMs! - curves.firstWallTimeMs),
      backend: own.backend,
      params: own.params,
      seed: own.seed,
      continuedFrom: own.continuedFrom,
      last: curves.last,
      ...(own.kind === 'script' ? { isScript: true } : {}),
      canContinue: existsSync(path.join(run.folder, runPlaces.state)),
      warning: warnings.length > 0 ? warnings.join(' ') : undefined,
    };
  }
}

/** Without a run.json nothing says how it ended: other programs' runs count as completed. */
function statusOf(fields: RunFileFields, hasRunFile: boolean): RunSummary['status'] {
  if (!hasRunFile) return 'completed';
  if (fields.status !== 'running') return fields.status ?? 'interrupted';
  const writtenSinceBoot = (fields.updatedAt ?? 0) > Date.now() - uptime() * 1000;
  return fields.pid !== undefined && writtenSinceBoot && isAlive(fields.pid) ? 'running' : 'interrupted';
}
