/** The runs of the workspace: their list, the curves of those that are drawn, and what can be done to one. */
import type { RunSummary } from '../../src/shared/protocol/rpc.js';
import { createStore } from 'zustand/vanilla';
import { appStore, notify } from './app-state.js';
import { RequestError, type Connection } from './connection.js';
import { ask } from './dialogs.js';
import { assignColours } from './runs-colours.js';
import { server } from './server.js';
import { startRun } from './session-actions.js';
import { readStored, writeStored } from './session-storage.js';

export interface RunsState {
  /** By run id: numbers of the theme's series colours. */
  readonly colours: Readonly<Record<string, number>>;
  /** Of the last listing, where it failed. */
  readonly failure?: string;
  readonly loaded: boolean;
  /** Runs whose curves are on their way. */
  readonly loading: readonly string[];
}

export const runsStore = createStore<RunsState>(() => ({ colours: {}, loaded: false, loading: [] }));

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
      if (appStore.getState().workspace?.path === workspace) takeRuns(workspace, runs);
    } catch (error) {
      if (!(error instanceof RequestError && error.tag === 'disconnected')) {
        runsStore.setState({ failure: error instanceof Error ? error.message : String(error), loaded: true });
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
      appStore.setState({ runs: [], runSeries: {}, selectedRuns: [] });
      runsStore.setState({ colours: {}, loaded: false, failure: undefined });
      listSoon();
    }
  });
}

function takeRuns(workspace: string, runs: readonly RunSummary[]): void {
  const before = appStore.getState();
  const stored = readStored<{ colours?: Record<string, number>; selected?: string[] }>(key(workspace), {});
  const first = !runsStore.getState().loaded;
  const ids = runs.toSorted((a, b) => a.createdAt - b.createdAt).map((run) => run.id);
  const colours = assignColours(stored.colours ?? {}, ids);
  const selected = (first ? (stored.selected ?? []) : before.selectedRuns).filter((id) => ids.includes(id));
  const grown = new Set(
    runs.filter((run) => before.runs.find((old) => old.id === run.id)?.step !== run.step).map((run) => run.id),
  );
  const runSeries = Object.fromEntries(
    Object.entries(before.runSeries).filter(([id]) => ids.includes(id) && !grown.has(id)),
  );
  appStore.setState({ runs, selectedRuns: selected, runSeries });
  runsStore.setState({ colours, loaded: true, failure: undefined });
  keep();
  for (const id of selected) if (!runSeries[id]) void loadSeries(id);
}

function keep(): void {
  const { workspace, selectedRuns } = appStore.getState();
  if (workspace) writeStored(key(workspace.path), { colours: runsStore.getState().colours, selected: selectedRuns });
}

/** Draws a run's curves over the others, or takes them away. */
export function selectRun(id: string, selected: boolean): void {
  const others = appStore.getState().selectedRuns.filter((other) => other !== id);
  appStore.setState({ selectedRuns: selected ? [...others, id] : others });
  keep();
  if (selected && !appStore.getState().runSeries[id]) void loadSeries(id);
}

async function loadSeries(id: string): Promise<void> {
  if (runsStore.getState().loading.includes(id)) return;
  runsStore.setState((state) => ({ loading: [...state.loading, id] }));
  try {
    const series = await server().request('runs/series', { id });
    appStore.setState((state) => ({ runSeries: { ...state.runSeries, [id]: series } }));
  } catch (error) {
    appStore.setState((state) => ({ selectedRuns: state.selectedRuns.filter((other) => other !== id) }));
    notify({
      severity: 'warning',
      message: `The curves of ${nameOf(id)} could not be read.`,
      detail: error instanceof Error ? error.message : String(error),
    });
  } finally {
    runsStore.setState((state) => ({ loading: state.loading.filter((other) => other !== id) }));
  }
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
  await server().request('runs/delete', { id });
  appStore.setState((state) => ({
    runs: state.runs.filter((run) => run.id !== id),
    selectedRuns: state.selectedRuns.filter((other) => other !== id),
  }));
  keep();
  notify({ severity: 'info', message: `${name} was moved to .backstep/trash in this folder.` });
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
