/** Looks at the points of one training as they come, for what alerts are set on. Knows no stores and tells nobody. */
import type { SessionState } from '../../src/shared/session/session-state.js';
import { watchOf, type SeriesAlert, type Watch } from './alert-rules.js';

/** Which of a run's series an alert means: programs name the same quantity differently. */
export type FindSeries = (wanted: string, names: Iterable<string>) => string | undefined;

/** A point that an alert fits. */
export interface Hit {
  readonly alert: SeriesAlert;
  readonly step: number;
  readonly value: number;
}

/** Points of a series from number `from` on. */
export interface Points {
  readonly from: number;
  readonly steps: ArrayLike<number>;
  readonly values: ArrayLike<number>;
}

interface Watched {
  readonly alert: SeriesAlert;
  readonly watch: Watch;
  seen: number;
  told: boolean;
}

/** Looks at the points that came since it last did. One a training. */
export class AlertWatcher {
  private readonly watched = new Map<string, Watched>();

  /** How many points the alert was shown; `undefined`: it was told, and wants no more. */
  seen(alert: SeriesAlert): number | undefined {
    const { told, seen } = this.of(alert);
    return told ? undefined : seen;
  }

  /** @param isNews points that are not are looked at, for a rule counts on from them, but not told */
  take(alert: SeriesAlert, { from, steps, values }: Points, isNews: (index: number) => boolean): Hit | undefined {
    const one = this.of(alert);
    for (; one.seen < from + values.length && !one.told; one.seen++) {
      const index = one.seen - from;
      const value = values[index]!;
      if (!one.watch(value) || !isNews(index)) continue;
      one.told = true;
      return { alert, step: steps[index]!, value };
    }
    return undefined;
  }

  look(scalars: SessionState['scalars'], alerts: readonly SeriesAlert[], find: FindSeries): readonly Hit[] {
    this.keep(alerts);
    return alerts.flatMap((alert) => {
      const name = find(alert.series, Object.keys(scalars));
      if (name === undefined || this.seen(alert) === undefined) return [];
      return this.take(alert, { from: 0, ...scalars[name]! }, () => true) ?? [];
    });
  }

  /** What it has seen of the points: it is shown all of them again. */
  forget(alert: SeriesAlert): void {
    this.watched.delete(alert.id);
  }

  /** Forgets the others. */
  keep(alerts: readonly SeriesAlert[]): void {
    for (const id of this.watched.keys()) if (!alerts.some((alert) => alert.id === id)) this.watched.delete(id);
  }

  private of(alert: SeriesAlert): Watched {
    let one = this.watched.get(alert.id);
    if (one?.alert !== alert)
      this.watched.set(alert.id, (one = { alert, watch: watchOf(alert.rule), seen: 0, told: false }));
    return one;
  }
}
