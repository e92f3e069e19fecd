/**
 * Alerts on runs that others write: their points are read on as their files grow. What was there when a folder was
 * read for the first time is history: rules count on from it, but it is not told. Knows no stores; asks through what
 * it is given.
 */
import type { LogFolder, LogPoints, LogRun } from '../../src/shared/protocol/summaries.js';
import type { SeriesAlert } from './alert-rules.js';
import { AlertWatcher, type Hit } from './alert-watcher.js';
import type { ReadPoints } from './series-store.js';

export interface GrowingRunsHost {
  readonly read: ReadPoints;
  /** The run's series that an alert means by a name. */
  find(run: string, wanted: string): string | undefined;
  tell(run: string, hit: Hit): void;
  fail(error: unknown): void;
}

interface WatchedRun {
  readonly watcher: AlertWatcher;
  /** Of its series' points, as each alert has seen them; with another generation the alert begins anew. */
  readonly generations: Map<string, number>;
}

interface Question {
  readonly run: string;
  readonly name: string;
  readonly from: number;
  readonly alert: SeriesAlert;
}

export class GrowingRuns {
  private readonly watched = new Map<string, WatchedRun>();
  /** Folders that have been read once, and the latest point that each of their runs had then. */
  private readonly settled = new Set<string>();
  private readonly history = new Map<string, number>();
  private readonly known = new Set<string>();
  private readonly grown = new Set<string>();
  private alerts: readonly SeriesAlert[] = [];
  private busy: Promise<void> | undefined;

  constructor(private readonly host: GrowingRunsHost) {}

  /** What folders and runs there are, whenever that changes. */
  list(folders: readonly LogFolder[], runs: readonly LogRun[]): void {
    for (const { path, reading } of folders) {
      if (reading || this.settled.has(path)) continue;
      this.settled.add(path);
      for (const { id, source, lastWallMs } of runs) if (source === path) this.history.set(id, lastWallMs ?? -Infinity);
    }
    for (const path of this.settled) if (!folders.some((folder) => folder.path === path)) this.settled.delete(path);
    this.known.clear();
    for (const { id, source } of runs) if (this.settled.has(source)) this.known.add(id);
    for (const id of this.watched.keys()) if (!this.known.has(id)) this.watched.delete(id);
  }

  /** Runs that have more points than before. Resolves when all of them were looked at. */
  changed(runs: readonly string[], alerts: readonly SeriesAlert[]): Promise<void> {
    this.alerts = alerts;
    for (const run of runs) this.grown.add(run);
    this.busy ??= this.lookOn().finally(() => (this.busy = undefined));
    return this.busy;
  }

  private async lookOn(): Promise<void> {
    while (this.grown.size > 0) {
      // A run that is not listed yet is one of a folder being read, or comes with the next change.
      const runs = [...this.grown].filter((run) => this.known.has(run));
      this.grown.clear();
      const questions = runs.flatMap((run) => this.questionsOf(run));
      if (questions.length === 0) continue;
      try {
        const answers = await this.host.read(questions.map(({ run, name, from }) => ({ run, name, from })));
        for (const question of questions) {
          const points = answers.find(
            ({ run, name, from }) => run === question.run && name === question.name && from === question.from,
          );
          if (points) this.take(question, points);
        }
      } catch (error) {
        this.host.fail(error);
      }
    }
  }

  private questionsOf(run: string): readonly Question[] {
    const { watcher } = this.of(run);
    watcher.keep(this.alerts);
    return this.alerts.flatMap((alert) => {
      const from = watcher.seen(alert);
      const name = from === undefined ? undefined : this.host.find(run, alert.series);
      return from === undefined || name === undefined ? [] : [{ run, name, from, alert }];
    });
  }

  private take({ run, alert, from }: Question, points: LogPoints): void {
    const watched = this.of(run);
    const before = watched.generations.get(alert.id);
    watched.generations.set(alert.id, points.generation);
    if (before !== undefined && before !== points.generation && from > 0) {
      // Its files are others than before: the alert looks at them from their beginning.
      watched.watcher.forget(alert);
      this.grown.add(run);
      return;
    }
    const history = this.history.get(run) ?? -Infinity;
    const hit = watched.watcher.take(alert, points, (index) => points.wallMs[index]! > history);
    if (hit) this.host.tell(run, hit);
    else if (points.from + points.values.length < points.total) this.grown.add(run);
  }

  private of(run: string): WatchedRun {
    let watched = this.watched.get(run);
    if (!watched) this.watched.set(run, (watched = { watcher: new AlertWatcher(), generations: new Map() }));
    return watched;
  }
}
