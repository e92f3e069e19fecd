/** The tree's own state: listed folders, which are open, what is selected; and what can be done to an entry. */
import { createStore } from 'zustand/vanilla';
import { messageOf } from '../../../src/shared/base/message-of.js';
import type { FileEntry } from '../../../src/shared/protocol/rpc.js';
import { appStore } from '../../state/app-state.js';
import { breakpointsDeleted, breakpointsRenamed } from '../../state/breakpoints-of-files.js';
import { ask, confirm } from '../../state/dialogs.js';
import { closeFile, findOpen, openFile, pathRenamed } from '../../state/file-actions.js';
import { onFilesChanged } from '../../state/file-watch.js';
import { baseName, checkName, joinPath, relativePath } from '../../state/paths.js';
import { server } from '../../state/server.js';
import { tell } from '../../state/workspace-actions.js';
import { alteredFolders, parentOf, type Listings } from './tree.js';

export interface ExplorerState {
  readonly listings: Listings;
  readonly expanded: ReadonlySet<string>;
  readonly selected?: string;
  readonly failure?: string;
}

export const explorerStore = createStore<ExplorerState>(() => ({ listings: new Map(), expanded: new Set() }));

const keyOf = (workspace: string) => `backstep.tree:${workspace}`;
const workspacePath = () => appStore.getState().workspace?.path;

/** Starts afresh for a workspace. */
export async function showTree(workspace: string): Promise<void> {
  let expanded: string[] = [];
  try {
    expanded = JSON.parse(localStorage.getItem(keyOf(workspace)) ?? '[]') as string[];
  } catch (error) {
    console.warn('which folders were open is not known', error);
  }
  explorerStore.setState({ listings: new Map(), expanded: new Set(expanded), selected: undefined, failure: undefined });
  await Promise.all(['', ...expanded].map(list));
}

async function list(folder: string): Promise<void> {
  const workspace = workspacePath();
  try {
    const entries = await server().request('file/list', { path: folder });
    if (workspacePath() !== workspace) return;
    explorerStore.setState((state) => ({
      listings: new Map(state.listings).set(folder, entries),
      failure: folder === '' ? undefined : state.failure,
    }));
  } catch (error) {
    if (workspacePath() !== workspace) return;
    explorerStore.setState((state) => {
      const listings = new Map(state.listings);
      listings.delete(folder);
      return {
        listings,
        failure: folder === '' ? messageOf(error) : state.failure,
      };
    });
  }
}

onFilesChanged((paths) => {
  for (const folder of alteredFolders(explorerStore.getState().listings, paths)) void list(folder);
});

export async function refreshTree(): Promise<void> {
  await Promise.all([...new Set(['', ...explorerStore.getState().listings.keys()])].map(list));
}

export function select(path: string | undefined): void {
  explorerStore.setState({ selected: path });
}

export function setExpanded(path: string, open: boolean): void {
  const expanded = new Set(explorerStore.getState().expanded);
  if (open) expanded.add(path);
  else expanded.delete(path);
  explorerStore.setState({ expanded });
  const workspace = workspacePath();
  if (workspace) localStorage.setItem(keyOf(workspace), JSON.stringify([...expanded]));
  if (open && !explorerStore.getState().listings.has(path)) void list(path);
}

export function collapseAll(): void {
  for (const path of explorerStore.getState().expanded) setExpanded(path, false);
}

/** Opens the folders above a file and selects it. */
export function revealInTree(absolute: string): void {
  const workspace = workspacePath();
  const path = workspace && relativePath(workspace, absolute);
  if (!path) return;
  for (let folder = parentOf(path); folder !== ''; folder = parentOf(folder)) {
    if (!explorerStore.getState().expanded.has(folder)) setExpanded(folder, true);
  }
  select(path);
}

/** The folder that new things go into: the selected one, or the one that holds the selected file. */
function targetFolder(): string {
  const { selected, listings } = explorerStore.getState();
  if (selected === undefined) return '';
  const entry = listings.get(parentOf(selected))?.find((candidate) => candidate.path === selected);
  return entry?.kind === 'folder' ? selected : parentOf(selected);
}

export async function createEntry(kind: 'file' | 'folder', folder = targetFolder()): Promise<void> {
  const workspace = workspacePath();
  if (!workspace) return;
  const taken = (explorerStore.getState().listings.get(folder) ?? []).map((entry) => entry.name);
  const name = await ask({
    kind: 'text',
    title: kind === 'file' ? 'New file' : 'New folder',
    label: `Name, in ${folder === '' ? baseName(workspace) : folder}`,
    confirm: 'Create',
    check: (text) => checkName(text, taken),
  });
  if (name === undefined) return;
  const path = folder === '' ? name : `${folder}/${name}`;
  try {
    await server().request('file/create', { path: joinPath(workspace, path), kind });
    if (folder !== '') setExpanded(folder, true);
    await list(folder);
    select(path);
    if (kind === 'file') await openFile(joinPath(workspace, path));
  } catch (error) {
    tell(`“${name}” was not created`, error);
  }
}

export async function renameEntry(entry: FileEntry): Promise<void> {
  const workspace = workspacePath();
  if (!workspace) return;
  const folder = parentOf(entry.path);
  const taken = (explorerStore.getState().listings.get(folder) ?? [])
    .map((other) => other.name)
    .filter((name) => name !== entry.name);
  const name = await ask({
    kind: 'text',
    title: `Rename “${entry.name}”`,
    label: 'New name',
    value: entry.name,
    confirm: 'Rename',
    selectStem: entry.kind === 'file',
    check: (text) => checkName(text, taken),
  });
  if (name === undefined || name === entry.name) return;
  const to = folder === '' ? name : `${folder}/${name}`;
  try {
    await server().request('file/rename', { path: joinPath(workspace, entry.path), to: joinPath(workspace, to) });
    pathRenamed(joinPath(workspace, entry.path), joinPath(workspace, to));
    await breakpointsRenamed(joinPath(workspace, entry.path), joinPath(workspace, to));
    await list(folder);
    select(to);
  } catch (error) {
    tell(`“${entry.name}” was not renamed`, error);
  }
}

export async function deleteEntry(entry: FileEntry): Promise<void> {
  const workspace = workspacePath();
  if (!workspace) return;
  const sure = await confirm(
    `Delete “${entry.name}”${entry.kind === 'folder' ? ' and all that is in it' : ''}?`,
    'It is moved to .backstep/trash in this workspace, from where you can take it back.',
    'Move to Trash',
    'danger',
  );
  if (!sure) return;
  try {
    const path = joinPath(workspace, entry.path);
    await server().request('file/delete', { path });
    for (const file of appStore.getState().openFiles) {
      if (relativePath(path, file.path) !== undefined && !findOpen(file.path)?.dirty) await closeFile(file.path);
    }
    await breakpointsDeleted(path);
    await list(parentOf(entry.path));
  } catch (error) {
    tell(`“${entry.name}” was not deleted`, error);
  }
}
