/** The runs that the views of runs are of, found by name and by ranges of their columns, sorted; and the columns there are. */
import { useEffect, useMemo } from 'react';
import { useStore } from 'zustand';
import { dashboardsStore } from '../../../state/dashboards.js';
import type { Dashboard } from '../../../state/dashboard-schema.js';
import { isCalled, runNames } from '../../../state/run-names.js';
import { hparamsStore, settingNames, settingsOf } from '../../../state/run-settings.js';
import { extremesStore, wantExtremes } from '../../../state/series-extremes.js';
import { useApp } from '../../../use-app.js';
import { pattern } from '../chart-list.js';
import { allColumns, findColumn, metricOf, sortRuns, usualSort, type RunColumn, type RunRow } from './run-columns.js';
import { withinRanges } from './run-filter.js';

export interface RunRows {
  /** Within all ranges. */
  readonly rows: readonly RunRow[];
  /** Those outside too. */
  readonly named: readonly RunRow[];
  /** All there are but other readings of series than the last. */
  readonly columns: readonly RunColumn[];
}

export function useRunRows(dashboard: Dashboard): RunRows {
  const runs = useApp((state) => state.runs);
  const sessions = useStore(hparamsStore, (state) => state.sessions);
  const notes = useStore(dashboardsStore, (state) => state.runNotes);
  const extremes = useStore(extremesStore, (state) => state.byRun);
  const { runs: filter, showArchived, sort = usualSort } = dashboard;
  const { ranges } = dashboard.runsView;
  useWantedExtremes(dashboard);

  const found = useMemo(() => {
    const { matches } = pattern(filter);
    const names = runNames(runs, sessions);
    const named = runs
      .map((run): RunRow => ({
        run,
        name: names.get(run.id),
        settings: settingsOf(run, sessions),
        notes: notes[run.id] ?? {},
        extremes: extremes.get(run.id),
      }))
      .filter(({ run, name, notes: { archived, tags = [] } }) => {
        if (archived && !showArchived) return false;
        return isCalled(run, name, matches) || tags.some((tag) => matches(tag));
      });
    return { named, columns: allColumns(named, settingNames(runs, sessions)) };
  }, [runs, sessions, notes, extremes, filter, showArchived]);
  const named = useMemo(() => {
    const by = findColumn(found.columns, sort.column) ?? findColumn(found.columns, 'created')!;
    return sortRuns(found.named, by, sort.descending);
  }, [found, sort.column, sort.descending]);
  return useMemo(
    () => ({ named, rows: named.filter(withinRanges(ranges, found.columns)), columns: found.columns }),
    [named, ranges, found.columns],
  );
}

/** Least and greatest values are asked for where a column shows them. */
function useWantedExtremes({ columns = [], sort, runsView: view }: Dashboard): void {
  const ids = [
    ...[...columns, ...(view.axes ?? []), ...Object.keys(view.ranges)],
    ...[sort?.column, view.colour, view.x, view.y, view.size, view.metric],
  ];
  const names = new Set<string>();
  for (const id of ids) {
    const metric = id === undefined ? undefined : metricOf(id);
    if (metric && metric.reading !== 'last') names.add(metric.name);
  }
  const signature = [...names].sort().join('\n');
  useEffect(() => wantExtremes(signature === '' ? [] : signature.split('\n')), [signature]);
}
