/**
 * Alerts on the series of the training under way: told once a training in the window and, where that is not in
 * front, on the desktop; one can end the training. Asks and draws nothing.
 */
import type { SessionState } from '../../src/shared/session/session-state.js';
import { hasEnded } from '../../src/shared/session/session-state.js';
import { alertWords, watchOf, type SeriesAlert, type Watch } from './alert-rules.js';
import { appStore, moveCursor, notify } from './app-state.js';
import { dashboardsStore } from './dashboards.js';
import { stopRun } from './session-actions.js';

interface Watched {
  readonly alert: SeriesAlert;
  readonly watch: Watch;
  seen: number;
  told: boolean;
}

/** A point that an alert fits. */
export interface Hit {
  readonly alert: SeriesAlert;
  readonly step: number;
  readonly value: number;
}

/** Looks at the points that came since it last did. One a training. */
export class AlertWatcher {
  private readonly watched = new Map<string, Watched>();

  look(scalars: SessionState['scalars'], alerts: readonly SeriesAlert[]): readonly Hit[] {
    const hits: Hit[] = [];
    for (const id of this.watched.keys()) if (!alerts.some((alert) => alert.id === id)) this.watched.delete(id);
    for (const alert of alerts) {
      let one = this.watched.get(alert.id);
      if (one?.alert !== alert)
        this.watched.set(alert.id, (one = { alert, watch: watchOf(alert.rule), seen: 0, told: false }));
      const column = scalars[alert.series] ?? scalars[`train/${alert.series}`];
      if (!column || one.told) continue;
      for (; one.seen < column.values.length && !one.told; one.seen++) {
        const value = column.values[one.seen]!;
        if (!one.watch(value)) continue;
        one.told = true;
        hits.push({ alert, step: column.steps[one.seen]!, value });
      }
    }
    return hits;
  }
}

/** Called once. @param onDesktop tells the person while the window is not in front */
export function startAlerts(onDesktop: (title: string, body: string) => void): void {
  let session: string | undefined;
  let watcher = new AlertWatcher();
  appStore.subscribe(({ session: now }, before) => {
    if (!now || now === before.session) return;
    if (now.sessionId !== session) {
      session = now.sessionId;
      watcher = new AlertWatcher();
    }
    const { alerts } = dashboardsStore.getState();
    if (alerts.length === 0) return;
    for (const hit of watcher.look(now.scalars, alerts)) tell(hit, !hasEnded(now), onDesktop);
  });
}

function tell({ alert, step, value }: Hit, running: boolean, onDesktop: (title: string, body: string) => void): void {
  const words = `${alertWords(alert)}, at step ${step}.`;
  const stops = alert.stop && running;
  const detail = `The value is ${Number.isFinite(value) ? Number(value.toPrecision(5)) : value}.${stops ? ' The training is ended, and what was trained is saved.' : ''}`;
  notify({
    severity: 'warning',
    message: words[0]!.toUpperCase() + words.slice(1),
    detail,
    actions: [{ label: 'Show That Step', run: () => moveCursor({ step }) }],
  });
  onDesktop('Backstep', `${words} ${detail}`);
  if (!stops) return;
  stopRun().catch((error: unknown) => {
    notify({
      severity: 'error',
      message: 'The alert could not end the training.',
      detail: error instanceof Error ? error.message : String(error),
    });
  });
}
