/**
 * The one or two panes of the editor. The active pane shows `activeFile`; the other one, where the
 * editor is split, shows `otherFile`. No React here.
 */
import { appStore, type AppState } from './app-state.js';

export type PaneIndex = 0 | 1;

type Panes = Pick<AppState, 'activeFile' | 'otherFile' | 'activePane'>;

/** The files of the panes from left to right; one entry where the editor is not split. */
export function paneFiles({ activeFile, otherFile, activePane }: Panes): readonly (string | undefined)[] {
  if (otherFile === undefined) return [activeFile];
  return activePane === 0 ? [activeFile, otherFile] : [otherFile, activeFile];
}

/** Puts a second pane at the right, with the same file, or with `path` where that is open; the keyboard goes there. */
export function splitEditor(path?: string): void {
  const { activeFile, otherFile, activePane } = appStore.getState();
  const wanted = path ?? activeFile;
  if (activeFile === undefined || wanted === undefined) return;
  if (otherFile === undefined) appStore.setState({ activeFile: wanted, otherFile: activeFile, activePane: 1 });
  else if (path === undefined) focusPane(activePane === 0 ? 1 : 0);
  else appStore.setState(activePane === 0 ? { otherFile: wanted } : { activeFile: wanted });
}

export function focusPane(index: PaneIndex): void {
  appStore.setState(({ activeFile, otherFile, activePane }) =>
    index === activePane || otherFile === undefined
      ? {}
      : { activeFile: otherFile, otherFile: activeFile, activePane: index },
  );
}

/** Takes a pane away; its file stays open. */
export function closePane(index: PaneIndex): void {
  const left = paneFiles(appStore.getState())[index === 0 ? 1 : 0];
  if (left !== undefined) appStore.setState({ activeFile: left, otherFile: undefined, activePane: 0 });
}

/** What the panes show once `path` is not open any more; `neighbour` takes its place in a pane that is alone. */
export function withoutFile(panes: Panes, path: string, neighbour: string | undefined): Panes {
  const { activeFile, otherFile } = panes;
  if (activeFile === path && otherFile !== undefined && otherFile !== path)
    return { activeFile: otherFile, otherFile: undefined, activePane: 0 };
  const now = activeFile === path ? neighbour : activeFile;
  return otherFile === path || now === undefined
    ? { activeFile: now, otherFile: undefined, activePane: 0 }
    : { ...panes, activeFile: now };
}
