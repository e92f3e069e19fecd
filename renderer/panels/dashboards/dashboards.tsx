/** Curves of the live run and of the selected ones, or a table of the runs, below a line that says how far training is. */
import { useMemo } from 'react';
import { useStore } from 'zustand';
import { hasEnded } from '../../../src/shared/session/session-state.js';
import { activeDashboard, dashboardsStore } from '../../state/dashboards.js';
import { runCommand } from '../../state/commands.js';
import { logStore } from '../../state/log-sync.js';
import { AddEventFiles, RunOrTrust } from '../../training/run-or-trust.js';
import { EmptyState } from '../../ui/empty-state.js';
import { useApp } from '../../use-app.js';
import { ChartGrid } from './chart-grid.js';
import { chartSections, sectionsOf } from './chart-list.js';
import { DashboardBar } from './dashboard-bar.js';
import { namesOf } from './drawn-runs.js';
import { ProgressStrip } from './progress-strip.js';
import { RunsView } from './runs/runs-view.js';
import { useDrawnRuns } from './use-drawn-runs.js';
import './dashboards.css';

export function Dashboards() {
  const dashboard = useStore(dashboardsStore, activeDashboard);
  const runs = useDrawnRuns();
  const { pinned, everything, filter, groupBy, spread, x } = dashboard;
  const all = sectionsOf(runs);
  const sections = useMemo(() => chartSections(all, { pinned, everything, filter }), [all, pinned, everything, filter]);
  const names = namesOf(runs);
  const options = useMemo(() => ({ grouped: groupBy !== undefined, spread, x, names }), [groupBy, spread, x, names]);
  const running = useApp((state) => state.session !== undefined);
  // A folder that was added by mistake has no runs, and is taken away there.
  const added = useStore(logStore, (state) => state.folders.some(({ kind }) => kind === 'added'));
  const somethingThere = useApp((state) => state.session !== undefined || state.runs.length > 0) || added;
  const empty = sections.every(({ charts }) => charts.length === 0);

  return (
    <div className="dashboards">
      {running && <ProgressStrip />}
      {somethingThere && <DashboardBar dashboard={dashboard} runs={runs} names={names} />}
      {dashboard.view === 'runs' && somethingThere ? (
        <RunsView dashboard={dashboard} />
      ) : empty ? (
        <NoCurves filtered={(filter.trim() !== '' && runs.length > 0) || dashboard.runs.trim() !== ''} />
      ) : (
        <ChartGrid sections={sections} runs={runs} dashboard={dashboard} options={options} />
      )}
    </div>
  );
}

function NoCurves({ filtered }: { readonly filtered: boolean }) {
  const underWay = useApp((state) => state.session !== undefined && !hasEnded(state.session));
  const selected = useApp((state) => state.selectedRuns);
  const runs = useStore(logStore, (state) => state.runs);
  const folders = useStore(logStore, (state) => state.folders);
  const failure = useStore(logStore, (state) => state.failure);
  if (filtered) {
    return (
      <EmptyState icon="filter">
        Nothing fits what is typed above. Take away a letter, or press Escape there.
      </EmptyState>
    );
  }
  if (failure !== undefined) {
    return <EmptyState icon="warning">The event files of this folder could not be read: {failure}</EmptyState>;
  }
  if (underWay) return <EmptyState icon="graph-line">The point of the first step appears here.</EmptyState>;
  const ticked = runs.filter(({ id }) => selected.includes(id));
  if (
    ticked.length < selected.length ||
    runs.some(({ reading }) => reading) ||
    ticked.some(({ tags }) => tags.scalar)
  ) {
    return <EmptyState icon="graph-line">Reading the curves…</EmptyState>;
  }
  if (ticked.length > 0) {
    const others = ticked.some(({ tags }) => Object.keys(tags).length > 0);
    return (
      <EmptyState
        icon="graph-line"
        actions={
          others && (
            <button className="button" onClick={() => void runCommand('view.show.summaries')}>
              Show Summaries
            </button>
          )
        }
      >
        The runs that are ticked have no curves{others ? ', but histograms, pictures or texts.' : ' yet.'}
      </EmptyState>
    );
  }
  const added = folders.filter(({ kind }) => kind === 'added');
  if (runs.length === 0 && added.length > 0) {
    return (
      <EmptyState icon="graph-line" actions={<AddEventFiles />}>
        No event files in {added.map(({ name, problem }) => `“${name}”${problem ? ` (${problem})` : ''}`).join(', ')}{' '}
        yet.
      </EmptyState>
    );
  }
  return (
    <RunOrTrust
      icon="graph-line"
      words="Loss and metrics are drawn here while the experiment trains. Earlier runs are drawn over each other when they are ticked in Runs."
      withoutTrust="no curves are drawn. Earlier runs can be looked at: tick them in Runs"
      more={<AddEventFiles />}
    />
  );
}
