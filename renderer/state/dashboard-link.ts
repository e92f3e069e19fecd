/**
 * A link that restores a dashboard as it is: what is shown, which runs, the zoom, the cursor. What comes in is
 * anybody's text, and is checked before it counts.
 */
import { z } from 'zod';
import { appStore, moveCursor, notify } from './app-state.js';
import { runCommand } from './commands.js';
import { dashboard, type Dashboard } from './dashboard-schema.js';
import { activeDashboard, dashboardsReady, putDashboard } from './dashboards.js';
import { ask } from './dialogs.js';
import { runsListed, selectRuns } from './runs-sync.js';
import { sessionUi } from './session-ui.js';
import { linkText, registerView } from './view-link.js';

const VIEW = 'dashboard';

export interface DashboardView {
  readonly dashboard: Dashboard;
  readonly selected: readonly string[];
  /** TensorBoard's weight, 0 to 0.999. */
  readonly smoothing: number;
  readonly zoom?: { readonly min: number; readonly max: number };
  readonly step?: number;
}

const number = z.coerce.number();

/** As a link's parts; `undefined` where they make no dashboard. */
export function readDashboardView(parts: URLSearchParams): DashboardView | undefined {
  let told: unknown;
  try {
    told = JSON.parse(parts.get('dashboard') ?? '');
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
  const parsed = dashboard.safeParse(told);
  if (!parsed.success) return undefined;
  const read = (name: string) => {
    const text = parts.get(name);
    const value = text === null || text === '' ? undefined : number.safeParse(text).data;
    return value !== undefined && Number.isFinite(value) ? value : undefined;
  };
  const [min, max] = [read('from'), read('to')];
  const step = read('step');
  return {
    dashboard: parsed.data,
    selected: parts.getAll('run').slice(0, 10_000),
    smoothing: Math.min(0.999, Math.max(0, read('smoothing') ?? 0.6)),
    ...(min !== undefined && max !== undefined && min < max ? { zoom: { min, max } } : {}),
    ...(step === undefined ? {} : { step }),
  };
}

export function dashboardParts(view: DashboardView): [string, string][] {
  return [
    ['dashboard', JSON.stringify(view.dashboard)],
    ...view.selected.map((run): [string, string] => ['run', run]),
    ['smoothing', String(view.smoothing)],
    ...(view.zoom
      ? ([
          ['from', String(view.zoom.min)],
          ['to', String(view.zoom.max)],
        ] satisfies [string, string][])
      : []),
    ...(view.step === undefined ? [] : ([['step', String(view.step)]] satisfies [string, string][])),
  ];
}

export async function copyDashboardLink(zoom: DashboardView['zoom']): Promise<void> {
  const { workspace, selectedRuns, cursor } = appStore.getState();
  if (!workspace) return;
  const text = linkText(
    location,
    { view: VIEW, folder: workspace.path },
    dashboardParts({
      dashboard: activeDashboard(),
      selected: selectedRuns,
      smoothing: sessionUi.getState().smoothing,
      zoom,
      step: cursor.step,
    }),
  );
  try {
    await navigator.clipboard.writeText(text);
    notify({ severity: 'info', message: 'The link to this view is in the clipboard.' });
  } catch (error) {
    console.warn('the clipboard is not available', error);
    await ask({ kind: 'text', title: 'Link to this view', label: 'Copy it from here', value: text, confirm: 'Done' });
  }
}

/** Called once, by whoever holds the charts' zoom. */
export function startDashboardLinks(setZoom: (zoom: DashboardView['zoom']) => void): void {
  registerView(VIEW, async (parts) => {
    const view = readDashboardView(parts);
    if (!view) {
      notify({
        severity: 'error',
        message: 'The link was not opened.',
        detail: 'A part of it is missing: copy it anew.',
      });
      return;
    }
    await dashboardsReady();
    // What was chosen and coloured before is read with them.
    await runsListed();
    putDashboard(view.dashboard);
    selectRuns(
      appStore.getState().selectedRuns.filter((id) => !view.selected.includes(id)),
      false,
    );
    // Runs that are not listed yet are drawn as soon as they are.
    selectRuns(view.selected, true);
    tellMissing(view.selected);
    sessionUi.setState({ smoothing: view.smoothing });
    setZoom(view.zoom);
    if (view.step !== undefined) moveCursor({ step: view.step });
    await runCommand('view.show.dashboards');
  });
}

function tellMissing(ids: readonly string[]): void {
  const there = new Set(appStore.getState().runs.map(({ id }) => id));
  const missing = ids.filter((id) => !there.has(id));
  if (missing.length === 0) return;
  const [one] = missing;
  notify({
    severity: 'info',
    message:
      missing.length === 1
        ? `A run of the link is not in this folder: ${one}.`
        : `${missing.length} runs of the link are not in this folder, ${one} among them.`,
    detail: 'Deleted, moved, or still to come, and drawn then.',
  });
}
