/** Brings the graph into view that a link is of: its file, then what it is to look like. Runs nothing that is not trusted. */
import { createStore } from 'zustand/vanilla';
import { appStore, notify } from '../../../state/app-state.js';
import { canRun, runCommand } from '../../../state/commands.js';
import { openFile } from '../../../state/file-actions.js';
import { closeComparison } from '../../../state/graph-comparison.js';
import { closeModel, openedModel, openModelFile, showModelGraph } from '../../../state/opened-model.js';
import { joinPath } from '../../../state/paths.js';
import { wishOf, type GraphWish } from './graph-link.js';

/** What the graph of a file is to look like as soon as it is there; taken by who draws it. */
export const graphWish = createStore<{ readonly wish?: GraphWish & { readonly file: string } }>(() => ({}));

/** In the folder that is open. Only names of experiments that were found in it are taken, and files in it. */
export async function restoreGraph(parts: URLSearchParams): Promise<void> {
  const { workspace } = appStore.getState();
  if (!workspace) return;
  const [model, experiment] = [parts.get('model'), parts.get('experiment')];
  const relative = model ?? experiment;
  const path = relative === null ? undefined : joinPath(workspace.path, relative);
  if (path === undefined || relative!.split(/[\\/]/).includes('..'))
    return gone('The link names no file of its folder.');
  const index = Number(parts.get('index') ?? 0);
  if (model !== null) {
    await openModelFile(path);
    const { view } = openedModel.getState();
    // A file that cannot be opened has been told of.
    if (view?.path !== path || !view.model) return;
    if (Number.isInteger(index) && index > 0 && index < view.model.graphs.length) showModelGraph(index);
  } else {
    if (!workspace.experiments.includes(path)) return gone(`There is no experiment ${relative} in it (any more).`);
    closeModel();
    await openFile(path);
  }
  closeComparison();
  graphWish.setState({ wish: { ...wishOf(parts), file: path } }, true);
  if (canRun('view.show.graph')) await runCommand('view.show.graph');
}

function gone(detail: string): void {
  notify({ severity: 'warning', message: 'The link’s view is not there.', detail });
}
