/** Which columns a view of runs shows: those that the person chose, or else what says most. Pure. */
import type { RunsView } from '../../../state/runs-view.js';
import { differingSettings, findColumn, judgingMetrics, type RunColumn, type RunRow } from './run-columns.js';

/** Where the person wants no column. */
export const NONE = 'none';

const USUAL_SETTINGS = 6;
const USUAL_METRICS = 2;

/** Of parallel coordinates. */
export function chosenAxes(view: RunsView, all: readonly RunColumn[], rows: readonly RunRow[]): readonly RunColumn[] {
  if (view.axes) return view.axes.flatMap((id) => findColumn(all, id) ?? []);
  const settings = differingSettings(all, rows).slice(0, USUAL_SETTINGS);
  const metrics = judgingMetrics(all).slice(0, settings.length === 0 ? 6 : USUAL_METRICS);
  return [...settings, ...metrics];
}

/** What settings are judged by. */
export function chosenMetric(view: RunsView, all: readonly RunColumn[]): RunColumn | undefined {
  return findColumn(all, view.metric) ?? judgingMetrics(all)[0];
}

export function chosenColour(view: RunsView, all: readonly RunColumn[]): RunColumn | undefined {
  return view.colour === NONE ? undefined : (findColumn(all, view.colour) ?? chosenMetric(view, all));
}

/** Of the plot of points. */
export function chosenX(view: RunsView, all: readonly RunColumn[], rows: readonly RunRow[]): RunColumn {
  const [first] = differingSettings(all, rows).toSorted((a, b) => Number(b.numeric) - Number(a.numeric));
  return findColumn(all, view.x) ?? first ?? findColumn(all, 'created')!;
}

export function chosenY(view: RunsView, all: readonly RunColumn[]): RunColumn {
  return findColumn(all, view.y) ?? chosenMetric(view, all) ?? findColumn(all, 'wall')!;
}

export function chosenSize(view: RunsView, all: readonly RunColumn[]): RunColumn | undefined {
  return view.size === NONE ? undefined : findColumn(all, view.size);
}
