/** Brings the comparison into view that a link is of. Experiments and runs that are not known (any more) are told of. */
import { appStore, notify } from '../../../state/app-state.js';
import { compareGraphs, type GraphOrigin } from '../../../state/graph-comparison.js';
import { comparisonWish, sideOf } from './compare-link.js';

/** In the folder that is open. */
export async function restoreComparison(parts: URLSearchParams): Promise<void> {
  const { workspace, runs } = appStore.getState();
  if (!workspace) return;
  const isKnown = (origin: GraphOrigin): boolean => {
    if (origin.kind === 'run') return runs.some(({ id }) => id === origin.id);
    return origin.kind === 'model' || workspace.experiments.includes(origin.path);
  };
  const [before, after] = ['before', 'after'].map((side) => sideOf(workspace.path, parts.get(side)));
  const missing = [before, after].findIndex((origin) => !origin || !isKnown(origin));
  if (!before || !after || missing >= 0) {
    const text = parts.get(missing === 1 ? 'after' : 'before') ?? 'nothing';
    const detail = `${text.slice(0, 200)} is not in the folder (any more).`;
    notify({ severity: 'warning', message: 'The link’s comparison is not there.', detail });
    return;
  }
  await compareGraphs(before, after, comparisonWish(parts));
}
