/**
 * Alerts on the series of the training under way and of every opened run that grows: told once a run in the window
 * and, where that is not in front, on the desktop; one can end the training. Asks and draws nothing.
 */
import { messageOf } from '../../src/shared/base/message-of.js';
import { hasEnded } from '../../src/shared/session/session-state.js';
import { alertWords } from './alert-rules.js';
import { AlertWatcher, type FindSeries, type Hit } from './alert-watcher.js';
import { appStore, moveCursor, notify } from './app-state.js';
import { dashboardsStore } from './dashboards.js';
import { GrowingRuns } from './growing-runs.js';
import { logStore, onLogChange, tagsOf } from './log-sync.js';
import { server } from './server.js';
import { stopRun } from './session-actions.js';

/** Called once. @param onDesktop tells the person while the window is not in front */
export function startAlerts(onDesktop: (title: string, body: string) => void, find: FindSeries): void {
  let session: string | undefined;
  let watcher = new AlertWatcher();
  const alerts = () => dashboardsStore.getState().alerts;
  appStore.subscribe(({ session: now }, before) => {
    if (!now || now === before.session) return;
    if (now.sessionId !== session) {
      session = now.sessionId;
      watcher = new AlertWatcher();
    }
    if (alerts().length === 0) return;
    for (const hit of watcher.look(now.scalars, alerts(), find)) tell(hit, hasEnded(now) ? 'ended' : 'own', onDesktop);
  });

  const named = new Map<string, { readonly tagVersion: number; readonly name: string | undefined }>();
  const growing = new GrowingRuns({
    read: (series) => server().request('logs/points', { series: [...series] }),
    find: (run, wanted) => {
      const { tagVersion } = logStore.getState();
      const key = `${run}\0${wanted}`;
      let known = named.get(key);
      // A run can have a hundred thousand tags, and grows ten times a second.
      if (known?.tagVersion !== tagVersion)
        named.set(key, (known = { tagVersion, name: find(wanted, scalarNames(run)) }));
      return known.name;
    },
    tell: (run, hit) =>
      tell(hit, { name: logStore.getState().runs.find(({ id }) => id === run)?.name ?? run }, onDesktop),
    fail: (error) => console.warn('a run that grows could not be looked at for alerts', error),
  });
  const list = () => growing.list(logStore.getState().folders, logStore.getState().runs);
  logStore.subscribe(list);
  list();
  onLogChange((runs) => {
    // The run under way is told of by its session, sooner.
    const live = appStore.getState().session?.start?.runDir;
    const own = new Set(logStore.getState().runs.flatMap(({ id, path }) => (path === live ? [id] : [])));
    void growing.changed(
      runs.filter((run) => !own.has(run)),
      alerts(),
    );
  });
}

function* scalarNames(run: string): Generator<string> {
  for (const { name, kind } of tagsOf(run)?.values() ?? []) if (kind === 'scalar') yield name;
}

/** @param of the training under way, one that has ended, or a run by its name whose files grow */
function tell(
  { alert, step, value }: Hit,
  of: 'own' | 'ended' | { readonly name: string },
  onDesktop: (title: string, body: string) => void,
): void {
  const other = typeof of === 'object' ? of.name : undefined;
  const words = `${alertWords(alert)}, at step ${step}${other === undefined ? '' : ` of ${other}`}.`;
  const stops = alert.stop && of === 'own';
  const ending = stops
    ? ' The training is ended, and what was trained is saved.'
    : alert.stop && other !== undefined
      ? ' Whoever trains it has to end it: its training is not this window’s.'
      : '';
  const detail = `The value is ${Number.isFinite(value) ? Number(value.toPrecision(5)) : value}.${ending}`;
  notify({
    severity: 'warning',
    message: words,
    detail,
    actions: [{ label: 'Show That Step', run: () => moveCursor({ step }) }],
  });
  onDesktop('Backstep', `${words} ${detail}`);
  if (!stops) return;
  stopRun().catch((error: unknown) => {
    notify({
      severity: 'error',
      message: 'The alert could not end the training.',
      detail: messageOf(error),
    });
  });
}
