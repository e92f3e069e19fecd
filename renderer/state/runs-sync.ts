/** The runs of the workspace: their list, the curves of those that are drawn, and what can be done to one. */
import { messageOf } from '../../src/shared/base/message-of.js';
import type { RunSummary, Trashed } from '../../src/shared/protocol/rpc.js';
import { createStore } from 'zustand/vanilla';
import { appStore, notify } from './app-state.js';
import { runCommand } from './commands.js';
import { RequestError, type Connection } from './connection.js';
import { ask } from './dialogs.js';
import { assignColours } from './runs-colours.js';
import { server } from './server.js';
import { logStore, tagsOf } from './log-sync.js';
import { startRun } from './session-actions.js';
import { readStored, writeStored } from './session-storage.js';

export interface RunsState {
  /** By run id: numbers of the theme's series colours. */
  readonly colours: Readonly<Record<string, number>>;
  /** Of the last listing, where it failed. */
  readonly failure?: string;
  readonly loaded: boolean;
}

export const runsStore = createStore<RunsState>(() => ({ colours: {}, loaded: false }));

/** Of the last listing: the folder's own. */
let ownRuns: readonly RunSummary[] = [];
/** Runs whose curves are to be drawn, those among them that are not there (yet) too. */
let chosen = new Set<string>();

/** Of the window's height, where there is nothing but runs. */
const DASHBOARDS_SHARE = 0.75;

/** Up to so many runs are drawn unasked when they come: of a folder that was added, and of one that has nothing but runs. */
const DRAWN_UNASKED = 20;
/** Series whose last values are told of a run; some have a hundred thousand. */
const MOST_LAST_VALUES = 200;

const key = (workspace: string) => `runs:${workspace}`;

/** Called once: lists the runs whenever they may have changed. */
export function startRunsSync(connection: Connection): void {
  let asking = false;
  let again = false;
  const list = async () => {
    const workspace = appStore.getState().workspace?.path;
    if (!workspace) return;
    if (asking) {
      again = true;
      return;
    }
    asking = true;
    try {
      const runs = await connection.request('runs/list', {});
      if (appStore.getState().workspace?.path === workspace) {
        ownRuns = runs;
        takeRuns(workspace);
      }
    } catch (error) {
      if (!(error instanceof RequestError && error.tag === 'disconnected')) {
        runsStore.setState({ failure: messageOf(error), loaded: true });
      }
    } finally {
      asking = false;
    }
    if (again) {
      again = false;
      void list();
    }
  };
  let timer: ReturnType<typeof setTimeout> | undefined;
  const listSoon = () => {
    clearTimeout(timer);
    timer = setTimeout(() => void list(), 100);
  };
  connection.onStatus((status) => {
    if (status === 'open') listSoon();
  });
  connection.onNotification('runs/changed', listSoon);
  appStore.subscribe((state, before) => {
    if (state.workspace?.path !== before.workspace?.path) {
      ownRuns = [];
      chosen = new Set();
      appStore.setState({ runs: [], selectedRuns: [] });
      runsStore.setState({ colours: {}, loaded: false, failure: undefined });
      listSoon();
    }
  });
  logStore.subscribe((state, before) => {
    const workspace = appStore.getState().workspace?.path;
    const other = state.runs !== before.runs || state.tagVersion !== before.tagVersion;
    const added = [...state.folders, ...before.folders].some(({ kind }) => kind === 'added');
    if (workspace && other && added && runsStore.getState().loaded) takeRuns(workspace);
  });
}

/** When the open folder's runs are known, or cannot be had. */
export async function runsListed(): Promise<void> {
  if (runsStore.getState().loaded) return;
  await new Promise<void>((resolve) => {
    const silent = runsStore.subscribe(({ loaded }) => {
      if (!loaded) return;
      silent();
      resolve();
    });
  });
}

/** Of a folder that was added: nothing but its event files is known, and nothing in it is changed. */
export function isAdded(run: Pick<RunSummary, 'id' | 'path'>): boolean {
  return run.id === run.path;
}

function addedRuns(): RunSummary[] {
  const { folders, runs } = logStore.getState();
  const added = new Set(folders.filter(({ kind }) => kind === 'added').map(({ path }) => path));
  return runs
    .filter((run) => added.has(run.source))
    .map((run) => ({
      id: run.id,
      path: run.path,
      name: run.name,
      status: 'completed',
      createdAt: run.beganMs,
      step: run.lastStep,
      wallMs: run.lastWallMs === undefined ? undefined : run.lastWallMs - (run.firstWallMs ?? run.lastWallMs),
      last: lastValues(run.id),
      canContinue: false,
      warning: run.problems[0] && `${run.problems[0].file}: ${run.problems[0].message}`,
    }));
}

function lastValues(run: string): Record<string, number> {
  const last: Record<string, number> = {};
  let count = 0;
  for (const tag of tagsOf(run)?.values() ?? []) {
    if (tag.kind !== 'scalar' || tag.lastValue === undefined) continue;
    last[tag.name] = tag.lastValue;
    if (++count >= MOST_LAST_VALUES) break;
  }
  return last;
}

function takeRuns(workspace: string): void {
  const runs = [...ownRuns, ...addedRuns()];
  const stored = readStored<{ colours?: Record<string, number>; selected?: string[] }>(key(workspace), {});
  const isNew = stored.colours === undefined;
  const newest = runs.toSorted((a, b) => b.createdAt - a.createdAt);
  if (!runsStore.getState().loaded) chosen = new Set(stored.selected ?? []);
  const known = stored.colours ?? {};
  const nothingElse = appStore.getState().workspace?.experiments.length === 0;
  const room = DRAWN_UNASKED - runs.filter(({ id }) => chosen.has(id)).length;
  const unasked = newest.filter((run) => (isAdded(run) || nothingElse) && !(run.id in known));
  for (const { id } of unasked.slice(0, Math.max(0, room))) chosen.add(id);
  const ids = newest.map(({ id }) => id).reverse();
  runsStore.setState({ colours: assignColours(known, ids), loaded: true, failure: undefined });
  showChosen(runs);
  // Who opens logs for the first time came for their curves.
  if (isNew && nothingElse && runs.length > 0) {
    void runCommand('view.show.dashboards', { focus: false, share: DASHBOARDS_SHARE });
    void runCommand('view.show.runs', { focus: false });
  }
}

function showChosen(runs: readonly RunSummary[]): void {
  const there = new Set(runs.map(({ id }) => id));
  appStore.setState({ runs, selectedRuns: [...chosen].filter((id) => there.has(id)) });
  const { workspace } = appStore.getState();
  if (workspace) writeStored(key(workspace.path), { colours: runsStore.getState().colours, selected: [...chosen] });
}

/** Draws a run’s curves over the others, or takes them away. */
export function selectRun(id: string, selected: boolean): void {
  selectRuns([id], selected);
}

export function selectRuns(ids: readonly string[], selected: boolean): void {
  for (const id of ids) {
    // The latest choice is drawn on top.
    chosen.delete(id);
    if (selected) chosen.add(id);
  }
  showChosen(appStore.getState().runs);
}

function nameOf(id: string): string {
  return appStore.getState().runs.find((run) => run.id === id)?.name ?? id;
}

/** @throws RequestError */
export async function renameRun(id: string, name: string): Promise<void> {
  await server().request('runs/rename', { id, name });
  appStore.setState((state) => ({ runs: state.runs.map((run) => (run.id === id ? { ...run, name } : run)) }));
}

/** Moves a run to the workspace's trash. @throws RequestError */
export async function deleteRun(id: string): Promise<void> {
  const name = nameOf(id);
  const trashed = await server().request('runs/delete', { id });
  ownRuns = ownRuns.filter((run) => run.id !== id);
  chosen.delete(id);
  showChosen(appStore.getState().runs.filter((run) => run.id !== id));
  notify({
    severity: 'info',
    message: `${name} was moved to .backstep/trash in this folder.`,
    actions: [{ label: 'Take Back', run: () => void takeBack(name, trashed) }],
  });
}

async function takeBack(name: string, trashed: Trashed): Promise<void> {
  try {
    await server().request('runs/takeBack', trashed);
    notify({ severity: 'info', message: `${name} is back.` });
  } catch (error) {
    const detail = messageOf(error);
    notify({ severity: 'error', message: `${name} could not be taken back.`, detail });
  }
}

/** Trains on from the state that a run saved. */
export async function continueFromRun(run: RunSummary): Promise<void> {
  const { workspace } = appStore.getState();
  const experiment =
    run.experiment &&
    workspace?.experiments.find((file) => file === run.experiment || file.endsWith(`/${run.experiment}`));
  const epochs = await moreEpochs(run);
  if (epochs === 'cancelled') return;
  await startRun({ continueFrom: run.path, ...(experiment ? { experiment } : {}), ...(epochs ? { epochs } : {}) });
}

/** A run that has done all its epochs goes on only where more are asked for. */
async function moreEpochs({ name, epoch, epochs }: RunSummary): Promise<number | undefined | 'cancelled'> {
  if (epoch === undefined || epochs === undefined || epoch < epochs) return undefined;
  const text = await ask({
    kind: 'text',
    title: `${name} has done all its ${epochs} epochs`,
    label: 'Train on up to which epoch?',
    value: String(epochs * 2),
    confirm: 'Continue',
    check: (typed) =>
      /^\d+$/.test(typed.trim()) && Number(typed) > epoch ? undefined : `A whole number greater than ${epoch}.`,
  });
  return text === undefined ? 'cancelled' : Number(text);
}
