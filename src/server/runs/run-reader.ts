/** Runs as the runs view shows them: what their run.json says, and the ends of their curves, which the log store reads. */
import { existsSync } from 'node:fs';
import { uptime } from 'node:os';
import path from 'node:path';
import { groupBy } from '../../shared/base/group-by.js';
import { runPlaces } from '../../shared/base/places.js';
import type { RunSummary } from '../../shared/protocol/rpc.js';
import { isAlive } from '../process-alive.js';
import type { RunReading } from '../logs/log-reading.js';
import type { LogRun } from '../logs/log-run.js';
import { LogStore } from '../logs/log-store.js';
import { readRunFile, type RunFileFields } from './run-files.js';

export class RunReader implements RunReading {
  /** `longestWaitMs`: a list is wanted now, and what takes longer to read is told by a later one. */
  constructor(
    private readonly store = new LogStore({ onChange: () => undefined, watch: false }),
    private readonly longestWaitMs = 2000,
  ) {}

  /** Newest first. */
  async list(root: string): Promise<RunSummary[]> {
    await this.read(root);
    const summaries = await Promise.all([...this.store.runs(root)].map(summarize));
    return summaries.sort((a, b) => b.createdAt - a.createdAt || (a.id < b.id ? 1 : -1));
  }

  dispose(): Promise<void> {
    this.store.dispose();
    return Promise.resolve();
  }

  private async read(root: string): Promise<void> {
    await this.store.openWorkspace(root);
    this.store.lookAtAll();
    await this.store.settled(this.longestWaitMs);
  }
}

async function summarize(run: LogRun): Promise<RunSummary> {
  const { fields, warning } = await readRunFile(run.folder);
  const { firstWallMs, lastWallMs, lastStep } = run.extent;
  const own: RunFileFields = fields ?? {};
  const warnings = [warning, curvesWarning(run)].filter((entry) => entry !== undefined);
  return {
    id: run.id,
    path: run.folder,
    name: own.name ?? path.basename(run.folder),
    experiment: own.experiment,
    status: statusOf(own, run.hasRunFile),
    createdAt: own.createdAt ?? run.beganMs,
    epochs: own.epochs,
    epoch: own.epoch,
    step: own.step ?? lastStep,
    wallMs: own.wallMs ?? (firstWallMs === undefined ? undefined : lastWallMs! - firstWallMs),
    backend: own.backend,
    params: own.params,
    seed: own.seed,
    continuedFrom: own.continuedFrom,
    last: lastValues(run),
    ...(own.kind === 'script' ? { isScript: true } : {}),
    canContinue: existsSync(path.join(run.folder, runPlaces.state)),
    warning: warnings.length > 0 ? warnings.join(' ') : undefined,
  };
}

/** Series whose last values are told of a run: of one that has a hundred thousand nobody reads them in a list. */
const MOST_LAST_VALUES = 1000;

/** By series name, in the order of the names: where there are too many, of those that are the least deep in folders. */
function lastValues(run: LogRun): Record<string, number> {
  let series = run.allTags().filter(({ kind }) => kind === 'scalar');
  if (series.length > MOST_LAST_VALUES) {
    const byDepth = groupBy(series, ({ name }) => name.split('/').length);
    series = [...byDepth.keys()]
      .sort((a, b) => a - b)
      .flatMap((depth) => byDepth.get(depth)!)
      .slice(0, MOST_LAST_VALUES);
  }
  const names = series.map(({ name }) => name).sort();
  const last: Record<string, number> = {};
  for (const name of names) {
    const { values, length } = run.series(name)!.points;
    if (length > 0) last[name] = values[length - 1]!;
  }
  return last;
}

/** For a person; undefined where all records could be read. */
function curvesWarning(run: LogRun): string | undefined {
  const problems = run.problems();
  const [first] = problems;
  if (!first) return undefined;
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : '';
  return `${first.file}: ${first.message}${more}`;
}

/** Without a run.json nothing says how it ended: other programs' runs count as completed. */
function statusOf(fields: RunFileFields, hasRunFile: boolean): RunSummary['status'] {
  if (!hasRunFile) return 'completed';
  if (fields.status !== 'running') return fields.status ?? 'interrupted';
  const writtenSinceBoot = (fields.updatedAt ?? 0) > Date.now() - uptime() * 1000;
  return fields.pid !== undefined && writtenSinceBoot && isAlive(fields.pid) ? 'running' : 'interrupted';
}
