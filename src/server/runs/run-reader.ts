/** Runs as the runs view shows them: what their run.json says, and the ends of their curves, which the log store reads. */
import { existsSync } from 'node:fs';
import { uptime } from 'node:os';
import path from 'node:path';
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
  const curves = endsOfCurves(run);
  const own: RunFileFields = fields ?? {};
  const warnings = [warning, curvesWarning(run)].filter((entry) => entry !== undefined);
  return {
    id: run.id,
    path: run.folder,
    name: own.name ?? path.basename(run.folder),
    experiment: own.experiment,
    status: statusOf(own, run.hasRunFile),
    createdAt: own.createdAt ?? curves.firstWallMs ?? 0,
    epochs: own.epochs,
    epoch: own.epoch,
    step: own.step ?? curves.step,
    wallMs: own.wallMs ?? (curves.firstWallMs === undefined ? undefined : curves.lastWallMs! - curves.firstWallMs),
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

interface EndsOfCurves {
  /** Last value by series name. */
  readonly last: Record<string, number>;
  /** The furthest step that any series has. */
  readonly step: number | undefined;
  readonly firstWallMs: number | undefined;
  readonly lastWallMs: number | undefined;
}

function endsOfCurves(run: LogRun): EndsOfCurves {
  const last: Record<string, number> = {};
  let step: number | undefined;
  let firstWallMs: number | undefined;
  let lastWallMs: number | undefined;
  for (const { name, series } of run.allTags()) {
    const points = series?.points;
    if (!points || points.length === 0) continue;
    const end = points.length - 1;
    last[name] = points.values[end]!;
    step = Math.max(step ?? 0, points.steps[end]!);
    firstWallMs = Math.min(firstWallMs ?? Infinity, points.wallMs[0]!);
    lastWallMs = Math.max(lastWallMs ?? 0, points.wallMs[end]!);
  }
  return { last, step, firstWallMs, lastWallMs };
}

/** For a person; undefined where all records could be read. */
function curvesWarning(run: LogRun): string | undefined {
  const problems = run.problems();
  const [first] = problems;
  if (!first) return undefined;
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : '';
  return `Some of the curves’ records are damaged and left out. ${first.file}: ${first.message}${more}`;
}

/** Without a run.json nothing says how it ended: other programs' runs count as completed. */
function statusOf(fields: RunFileFields, hasRunFile: boolean): RunSummary['status'] {
  if (!hasRunFile) return 'completed';
  if (fields.status !== 'running') return fields.status ?? 'interrupted';
  const writtenSinceBoot = (fields.updatedAt ?? 0) > Date.now() - uptime() * 1000;
  return fields.pid !== undefined && writtenSinceBoot && isAlive(fields.pid) ? 'running' : 'interrupted';
}
