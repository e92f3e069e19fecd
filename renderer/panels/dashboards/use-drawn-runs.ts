/** Which runs are drawn and what series they have: the session under way, and the runs that are ticked or found by their name. */
import { useMemo } from 'react';
import { useStore } from 'zustand';
import type { RunSummary } from '../../../src/shared/protocol/rpc.js';
import type { SessionState } from '../../../src/shared/session/session-state.js';
import { appStore } from '../../state/app-state.js';
import { seriesStore } from '../../state/curve-data.js';
import { activeDashboard, dashboardsStore, type DashboardsState } from '../../state/dashboards.js';
import { logStore, tagsOf } from '../../state/log-sync.js';
import { hparamsStore, settingsOf } from '../../state/run-settings.js';
import { isCalled, runNames, type RunName } from '../../state/run-names.js';
import { runColour } from '../../state/runs-colours.js';
import { runsStore } from '../../state/runs-sync.js';
import { useApp } from '../../use-app.js';
import { pattern } from './chart-list.js';
import { seriesOf, type DrawnRun, type NamedSource } from './drawn-runs.js';

/** New only when runs or series come or go; points are appended to the same sources. The run under way is the last. */
export function useDrawnRuns(): readonly DrawnRun[] {
  // A new series gives a new signature; a new session too.
  const signature = useApp((state) =>
    state.session ? `${state.session.sessionId} ${Object.keys(state.session.scalars).join(' ')}` : '',
  );
  const selected = useApp((state) => state.selectedRuns);
  const runs = useApp((state) => state.runs);
  const liveRunDir = useApp((state) => state.session?.start?.runDir);
  const colours = useStore(runsStore, (state) => state.colours);
  const tagVersion = useStore(logStore, (state) => state.tagVersion);
  const logRuns = useStore(logStore, (state) => state.runs);
  const hparams = useStore(hparamsStore, (state) => state.sessions);
  const runPattern = useStore(dashboardsStore, (state) => activeDashboard(state).runs);
  const groupBy = useStore(dashboardsStore, (state) => activeDashboard(state).groupBy);
  const notes = useStore(dashboardsStore, (state: DashboardsState) => state.runNotes);

  return useMemo(() => {
    const origins = new Map(logRuns.map((run) => [run.id, run.firstWallMs]));
    const drawn: DrawnRun[] = [];
    const names = runNames(runs, hparams);
    const others = chosenRuns(runs, names, selected, runPattern, notes).filter(({ path }) => path !== liveRunDir);
    // What all of them are called tells none from the others, and a legend is short.
    const areAlike = others.length > 1 && new Set(others.map(({ id }) => names.get(id)?.placed)).size === 1;
    for (const run of others) {
      const name = names.get(run.id);
      drawn.push({
        id: run.id,
        name: (areAlike ? name?.rest : name?.whole) ?? run.name,
        colour: runColour(colours[run.id]),
        live: false,
        originMs: origins.get(run.id),
        stepsPerEpoch: stepsPerEpoch(run),
        ...(groupBy === undefined ? {} : { group: settingsOf(run, hparams)[groupBy] }),
        ...seriesOfRun(run.id),
      });
    }
    const { session } = appStore.getState();
    if (session && signature !== '') {
      const own = runs.find((run) => run.path === liveRunDir);
      drawn.push({
        id: own?.id ?? 'live',
        name: (own && names.get(own.id)?.whole) ?? session.start?.name ?? 'this run',
        colour: 'var(--train)',
        live: true,
        stepsPerEpoch: session.start?.stepsPerEpoch,
        originMs: session.start?.wallTime,
        ...(groupBy === undefined || !own ? {} : { group: settingsOf(own, hparams)[groupBy] }),
        // What the session says is there before its files are read.
        ...seriesOf([...sessionSeries(session), ...(own ? loggedSeries(own.id) : [])]),
      });
    }
    return drawn;
    // `tagVersion` stands for what `tagsOf` gives; `signature` for the session's series.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [signature, selected, runs, liveRunDir, colours, tagVersion, logRuns, hparams, runPattern, groupBy, notes]);
}

/** Those that are ticked, the latest choice on top of those before; with a pattern, those whose names it fits. */
function chosenRuns(
  runs: readonly RunSummary[],
  names: ReadonlyMap<string, RunName>,
  selected: readonly string[],
  runPattern: string,
  notes: DashboardsState['runNotes'],
): RunSummary[] {
  if (runPattern.trim() === '') {
    const places = new Map(selected.map((id, place) => [id, place]));
    return runs.filter(({ id }) => places.has(id)).sort((a, b) => places.get(a.id)! - places.get(b.id)!);
  }
  const { matches } = pattern(runPattern);
  return runs.filter((run) => !notes[run.id]?.archived && isCalled(run, names.get(run.id), matches));
}

/** How many runs are drawn, the one under way among them. */
export function useDrawnCount(): number {
  const runs = useApp((state) => state.runs);
  const selected = useApp((state) => state.selectedRuns);
  const live = useApp((state) => state.session?.start?.runDir);
  const hparams = useStore(hparamsStore, (state) => state.sessions);
  const runPattern = useStore(dashboardsStore, (state) => activeDashboard(state).runs);
  const notes = useStore(dashboardsStore, (state) => state.runNotes);
  return useMemo(() => {
    const names = runNames(runs, hparams);
    const others = chosenRuns(runs, names, selected, runPattern, notes).filter(({ path }) => path !== live);
    return others.length + (live === undefined ? 0 : 1);
  }, [runs, hparams, selected, live, runPattern, notes]);
}

function sessionSeries(session: SessionState): NamedSource[] {
  return Object.entries(session.scalars).map(([name, column]) => {
    const slash = name.indexOf('/');
    return {
      family: slash < 0 ? '' : name.slice(0, slash),
      tag: name.slice(slash + 1),
      source: () => column,
    };
  });
}

function loggedSeries(run: string): NamedSource[] {
  const list: NamedSource[] = [];
  for (const logTag of tagsOf(run)?.values() ?? []) {
    const { name, family, tag, kind } = logTag;
    if (kind !== 'scalar') continue;
    const from = {
      run,
      name,
      get size() {
        return logTag.count;
      },
    };
    list.push({ family, tag, source: () => seriesStore.get(from), from });
  }
  return list;
}

type Series = ReturnType<typeof seriesOf>;

const known = new WeakMap<NonNullable<ReturnType<typeof tagsOf>>, { readonly size: number; readonly series: Series }>();

/** The same as long as the run has no other tags: they are only ever added to. */
function seriesOfRun(run: string): Series {
  const tags = tagsOf(run);
  let found = tags && known.get(tags);
  if (!found || found.size !== tags!.size) {
    found = { size: tags?.size ?? 0, series: seriesOf(loggedSeries(run)) };
    if (tags) known.set(tags, found);
  }
  return found.series;
}

/** Of a run that has done whole epochs. */
function stepsPerEpoch(run: RunSummary): number | undefined {
  return run.epoch && run.step && run.step > run.epoch ? run.step / run.epoch : undefined;
}
