/**
 * What event files there are: folders, their runs, the tags of each run. Brought up to date by what the server tells
 * of changes; asks for no points. No React here.
 */
import { createStore } from 'zustand/vanilla';
import { messageOf } from '../../src/shared/base/message-of.js';
import type { LogFolder, LogRun } from '../../src/shared/protocol/summaries.js';
import { KnownTags, type LogTag } from '../../src/shared/protocol/told-tags.js';
import type { RequestResult } from '../../src/shared/protocol/rpc.js';
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

const tags = new Map<string, KnownTags>();
let tagRevision = 0;
const changeListeners = new Set<(runs: readonly string[]) => void>();

/**
 * Scalars by their name, the others by name and kind; nothing where the run has none, or they are not known yet. More are
 * added to the same map, and their numbers follow the files; where some went, there is another map.
 */
export function tagsOf(run: string): ReadonlyMap<string, LogTag> | undefined {
  return tags.get(run)?.byKey;
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
    const since = tagRevision;
    try {
      const told = await connection.request('logs/tags', { since });
      // A server that has come back counts anew: what the one before said is asked for again.
      if (appStore.getState().workspace?.path === workspace && tagRevision === since) takeTags(since, told);
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

function takeTags(since: number, { revision, runs, gone = [] }: RequestResult<'logs/tags'>): void {
  tagRevision = revision;
  let fresh = false;
  const forget = (run: string) => {
    if (tags.delete(run)) fresh = true;
  };
  if (since === 0) for (const run of [...tags.keys()]) forget(run);
  for (const run of gone) forget(run);
  for (const { run, ...told } of runs) {
    let known = told.whole ? undefined : tags.get(run);
    if (!known) tags.set(run, (known = new KnownTags()));
    known.take(told);
    if (told.whole || told.found.length > 0) fresh = true;
  }
  if (fresh) logStore.setState((state) => ({ tagVersion: state.tagVersion + 1 }));
}

function fail(error: unknown): void {
  if (error instanceof RequestError && error.tag === 'disconnected') return;
  logStore.setState({ failure: messageOf(error), loaded: true });
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
  const said = messageOf(error);
  notify({ severity: 'error', message, detail: hint ? `${said} ${hint}` : said });
}
