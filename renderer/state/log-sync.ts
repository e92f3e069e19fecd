/**
 * What event files there are: folders, their runs, the tags of each run. Brought up to date by what the server tells
 * of changes; asks for no points. No React here.
 */
import { createStore } from 'zustand/vanilla';
import type { LogFolder, LogRun, LogTag } from '../../src/shared/protocol/summaries.js';
import { appStore, notify } from './app-state.js';
import { RequestError, type Connection } from './connection.js';
import { server } from './server.js';

export interface LogState {
  readonly folders: readonly LogFolder[];
  readonly runs: readonly LogRun[];
  readonly loaded: boolean;
  /** Of the last listing, where it failed. */
  readonly failure?: string;
  /** Counts up whenever a run's tags are others than before; they are read by `tagsOf`. */
  readonly tagVersion: number;
}

export const logStore = createStore<LogState>(() => ({ folders: [], runs: [], loaded: false, tagVersion: 0 }));

const tags = new Map<string, Map<string, LogTag>>();
let tagRevision = 0;
const changeListeners = new Set<(runs: readonly string[]) => void>();

/** By name, of every kind; nothing where the run has none, or they are not known yet. */
export function tagsOf(run: string): ReadonlyMap<string, LogTag> | undefined {
  return tags.get(run);
}

/** Runs that have more data than before. */
export function onLogChange(listener: (runs: readonly string[]) => void): () => void {
  changeListeners.add(listener);
  return () => changeListeners.delete(listener);
}

/** Called once: keeps the lists up to date. */
export function startLogSync(connection: Connection): void {
  const list = oneAtATime(async () => {
    const workspace = appStore.getState().workspace?.path;
    if (!workspace) return;
    try {
      const { folders, runs } = await connection.request('logs/list', {});
      if (appStore.getState().workspace?.path !== workspace) return;
      logStore.setState({ folders, runs, loaded: true, failure: undefined });
    } catch (error) {
      fail(error);
    }
  });
  const readTags = oneAtATime(async () => {
    const workspace = appStore.getState().workspace?.path;
    if (!workspace) return;
    try {
      const { revision, runs } = await connection.request('logs/tags', { since: tagRevision });
      if (appStore.getState().workspace?.path === workspace) takeTags(revision, runs);
    } catch (error) {
      fail(error);
    }
  });
  const all = () => {
    list();
    readTags();
  };
  connection.onStatus((status) => {
    if (status !== 'open') return;
    // Another server counts its revisions from the beginning.
    tagRevision = 0;
    all();
  });
  connection.onNotification('logs/changed', ({ runs, list: listChanged }) => {
    if (listChanged) list();
    readTags();
    for (const listener of changeListeners) listener(runs);
  });
  appStore.subscribe((state, before) => {
    if (state.workspace?.path === before.workspace?.path) return;
    tags.clear();
    tagRevision = 0;
    logStore.setState((old) => ({ folders: [], runs: [], loaded: false, tagVersion: old.tagVersion + 1 }));
    all();
  });
}

function takeTags(revision: number, runs: readonly { readonly run: string; readonly tags: readonly LogTag[] }[]): void {
  tagRevision = revision;
  let fresh = false;
  for (const { run, tags: told } of runs) {
    let known = tags.get(run);
    if (!known) tags.set(run, (known = new Map()));
    for (const tag of told) {
      const before = known.get(tag.name);
      if (!before || before.kind !== tag.kind) fresh = true;
      known.set(tag.name, tag);
    }
  }
  if (fresh) logStore.setState((state) => ({ tagVersion: state.tagVersion + 1 }));
}

function fail(error: unknown): void {
  if (error instanceof RequestError && error.tag === 'disconnected') return;
  logStore.setState({ failure: error instanceof Error ? error.message : String(error), loaded: true });
}

/** While it runs it is not begun again; what was asked for meanwhile is done once afterwards. */
function oneAtATime(work: () => Promise<void>): () => void {
  let running = false;
  let again = false;
  const run = async () => {
    if (running) {
      again = true;
      return;
    }
    running = true;
    do {
      again = false;
      await work();
    } while (again);
    running = false;
  };
  return () => void run();
}

/** Adds a folder of event files to the workspace. */
export async function addLogFolder(path: string): Promise<void> {
  try {
    const folder = await server().request('logs/open', { path });
    logStore.setState((state) => ({
      folders: [...state.folders.filter((one) => one.path !== folder.path), folder],
    }));
  } catch (error) {
    tell('The folder of logs was not added.', error);
  }
}

/** Takes it from the list; touches nothing in it. */
export async function removeLogFolder(path: string): Promise<void> {
  try {
    await server().request('logs/close', { path });
    logStore.setState((state) => ({
      folders: state.folders.filter((one) => one.path !== path),
      runs: state.runs.filter((run) => run.source !== path),
    }));
  } catch (error) {
    tell('The folder of logs was not taken from the list.', error);
  }
}

function tell(message: string, error: unknown): void {
  const hint = error instanceof RequestError ? error.hint : undefined;
  const said = error instanceof Error ? error.message : String(error);
  notify({ severity: 'error', message, detail: hint ? `${said} ${hint}` : said });
}
