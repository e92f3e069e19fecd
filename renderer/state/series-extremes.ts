/**
 * The least and the greatest value of series, for those who ask for them by name: of all points that stand, exact, as
 * the server finds them. Brought up to date while files grow. No React here.
 */
import { createStore } from 'zustand/vanilla';
import type { LogColumns } from '../../src/shared/protocol/summaries.js';
import { appStore } from './app-state.js';
import { RequestError } from './connection.js';
import { logStore, onLogChange, tagsOf } from './log-sync.js';
import { server } from './server.js';

/** Of the finite values. */
export interface Extremes {
  readonly min: number;
  readonly max: number;
}

export interface SeriesExtremes {
  /** By run, then by series. */
  readonly byRun: ReadonlyMap<string, ReadonlyMap<string, Extremes>>;
}

export const extremesStore = createStore<SeriesExtremes>(() => ({ byRun: new Map() }));

/** In one request, as the server takes them. */
const MOST_SERIES = 5000;
const ASK_AFTER_MS = 400;

let wanted: readonly string[] = [];
/** Runs that are to be asked about. */
const due = new Set<string>();
let timer: ReturnType<typeof setTimeout> | undefined;
let asking = false;

/** Series whose extremes are to be known, of all runs that have them; what was wanted before no longer is. */
export function wantExtremes(names: readonly string[]): void {
  if (names.join('\n') === wanted.join('\n')) return;
  wanted = [...names];
  for (const { id } of logStore.getState().runs) due.add(id);
  askSoon(0);
}

/** Called once. */
export function startSeriesExtremes(): void {
  onLogChange((runs) => {
    if (wanted.length === 0) return;
    for (const run of runs) due.add(run);
    askSoon(ASK_AFTER_MS);
  });
  // Tags come after what tells of them.
  logStore.subscribe((state, before) => {
    if (state.tagVersion === before.tagVersion || wanted.length === 0) return;
    for (const { id } of state.runs) due.add(id);
    askSoon(ASK_AFTER_MS);
  });
  appStore.subscribe((state, before) => {
    if (state.workspace?.path === before.workspace?.path) return;
    due.clear();
    extremesStore.setState({ byRun: new Map() });
  });
}

function askSoon(afterMs: number): void {
  timer ??= setTimeout(() => {
    timer = undefined;
    void ask();
  }, afterMs);
}

async function ask(): Promise<void> {
  if (asking || due.size === 0) return;
  asking = true;
  const series = [...due].flatMap((run) => wanted.flatMap((name) => (tagsOf(run)?.has(name) ? [{ run, name }] : [])));
  due.clear();
  const workspace = appStore.getState().workspace?.path;
  try {
    for (let at = 0; at < series.length; at += MOST_SERIES) {
      // One column over all of a series has its extremes.
      const found = await server().request('logs/columns', {
        series: series.slice(at, at + MOST_SERIES),
        columns: 1,
      });
      if (appStore.getState().workspace?.path === workspace) take(found);
    }
  } catch (error) {
    if (!(error instanceof RequestError && error.tag === 'disconnected')) {
      console.warn('the extremes of the curves could not be read', error);
    }
  } finally {
    asking = false;
  }
  if (due.size > 0) askSoon(ASK_AFTER_MS);
}

function take(found: readonly LogColumns[]): void {
  const byRun = new Map(extremesStore.getState().byRun);
  for (const { run, name, lines } of found) {
    const line = lines.find(({ superseded }) => !superseded);
    const [min, max] = [line?.min[0], line?.max[0]];
    if (min === undefined || max === undefined || Number.isNaN(min)) continue;
    byRun.set(run, new Map(byRun.get(run)).set(name, { min, max }));
  }
  extremesStore.setState({ byRun });
}
