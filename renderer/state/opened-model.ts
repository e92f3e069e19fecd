/**
 * A model file by others that the graph's panel shows in place of the experiment's graph: opened from the
 * explorer, closed in the panel.
 */
import { createStore } from 'zustand/vanilla';
import { messageOf } from '../../src/shared/base/message-of.js';
import type { OpenedModel } from '../../src/shared/models/model-format.js';
import { notify } from './app-state.js';
import { canRun, runCommand } from './commands.js';
import { baseName } from './paths.js';
import { server } from './server.js';

interface ModelView {
  readonly path: string;
  /** Not there while it is being opened. */
  readonly model?: OpenedModel;
  /** Which of its graphs is shown. */
  readonly index: number;
}

export const openedModel = createStore<{ readonly view?: ModelView }>(() => ({}));

/** Shows the graph's panel with it; a file that cannot be opened is told of, and what was shown stays. */
export async function openModelFile(path: string): Promise<void> {
  const before = openedModel.getState().view;
  openedModel.setState({ view: { path, index: 0 } }, true);
  if (canRun('view.show.graph')) void runCommand('view.show.graph');
  const isStillWanted = (): boolean => openedModel.getState().view?.path === path;
  try {
    const model = await server().request('model/open', { path });
    if (isStillWanted()) openedModel.setState({ view: { path, model, index: 0 } }, true);
  } catch (error) {
    if (isStillWanted()) openedModel.setState(before?.model ? { view: before } : {}, true);
    const detail = messageOf(error);
    notify({ severity: 'error', message: `${baseName(path)} could not be opened.`, detail });
  }
}

export function showModelGraph(index: number): void {
  const { view } = openedModel.getState();
  if (view) openedModel.setState({ view: { ...view, index } }, true);
}

export function closeModel(): void {
  openedModel.setState({}, true);
}
