/**
 * The dashboards of the open folder and what is noted about its runs, kept in the folder itself
 * (`.backstep/dashboards.json`), so that they go where it goes. Several windows may have the folder open: what each
 * of them changes is brought together. Draws nothing; no React here.
 */
import { createStore } from 'zustand/vanilla';
import { messageOf } from '../../src/shared/base/message-of.js';
import type { SeriesAlert } from './alert-rules.js';
import { appStore, notify } from './app-state.js';
import {
  dashboardsFile,
  newDashboard,
  type ChartLook,
  type ChartPick,
  type Dashboard,
  type DashboardsFile,
  type PinnedChart,
  type RunNotes,
} from './dashboard-schema.js';
import { RequestError, type Connection } from './connection.js';
import { mergeChanges, sameData } from './merge-changes.js';
import type { RunsView } from './runs-view.js';
import { server } from './server.js';

export interface DashboardsState {
  readonly dashboards: readonly Dashboard[];
  readonly active: string;
  readonly runNotes: Readonly<Record<string, RunNotes>>;
  readonly alerts: readonly SeriesAlert[];
}

const FILE = '.backstep/dashboards.json';
const SAVE_AFTER_MS = 400;

function fresh(): DashboardsState {
  return { dashboards: [newDashboard('all', 'All curves')], active: 'all', runNotes: {}, alerts: [] };
}

export const dashboardsStore = createStore<DashboardsState>(fresh);

/** What a folder's file says, as far as this window knows. */
interface Known {
  readonly folder: string;
  /** Of the file's text: '' where there is none, nothing where it is to be written over. */
  readonly version: string | undefined;
  readonly state: DashboardsState;
}

/** Of the open folder, once its file was read; changes before that are not written over it. */
let known: Known | undefined;
let timer: ReturnType<typeof setTimeout> | undefined;
let toldFailure = false;
const readyListeners: (() => void)[] = [];

/** When those of the open folder are there. */
export function dashboardsReady(): Promise<void> {
  return new Promise((resolve) => {
    const { workspace } = appStore.getState();
    if (!workspace || workspace.path === known?.folder) resolve();
    else readyListeners.push(resolve);
  });
}

/** Called once. */
export function startDashboards(connection: Connection): void {
  const load = async () => {
    const folder = appStore.getState().workspace?.path;
    if (folder === known?.folder) return;
    await saveNow();
    known = undefined;
    toldFailure = false;
    dashboardsStore.setState(fresh());
    if (!folder) return;
    const found = await readFile(connection);
    if (appStore.getState().workspace?.path !== folder) return;
    dashboardsStore.setState(found.state);
    known = { folder, ...found };
    for (const listener of readyListeners.splice(0)) listener();
  };
  connection.onStatus((status) => {
    if (status === 'open') void load();
  });
  appStore.subscribe((state, before) => {
    if (state.workspace?.path !== before.workspace?.path) void load();
  });
  dashboardsStore.subscribe(() => {
    if (!known) return;
    clearTimeout(timer);
    timer = setTimeout(() => void saveNow(), SAVE_AFTER_MS);
  });
  window.addEventListener('pagehide', () => void saveNow());
  // Another window may have written meanwhile.
  window.addEventListener('focus', () => void readAgain());
}

async function readFile(connection: Connection): Promise<Omit<Known, 'folder'>> {
  try {
    const { text, version } = await connection.request('file/read', { path: FILE });
    return { version, state: stateOf(text) };
  } catch (error) {
    const isThere = !(error instanceof RequestError && (error.tag === 'not-found' || error.tag === 'disconnected'));
    if (!isThere) return { version: '', state: fresh() };
    tellUnreadable(error);
    return { version: undefined, state: fresh() };
  }
}

/** @throws where it is not what Backstep writes */
function stateOf(text: string): DashboardsState {
  const parsed = dashboardsFile.safeParse(JSON.parse(text));
  if (parsed.success && parsed.data.dashboards.length > 0) return usable(parsed.data);
  throw new Error('it is not what Backstep writes');
}

function tellUnreadable(error: unknown): void {
  notify({
    severity: 'warning',
    message: `The dashboards of this folder could not be read: ${messageOf(error)}.`,
    detail: `The next change of a dashboard writes ${FILE} anew.`,
  });
}

async function readAgain(): Promise<void> {
  if (!known) return;
  const { folder } = known;
  try {
    const { text, version } = await server().request('file/read', { path: FILE });
    if (known.folder === folder && known.version !== version) bringIn(text, version);
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    // Nothing is lost: whatever is written next is brought together with what is there then.
  }
}

/** What another window has written, with what this one has changed since; which dashboard is shown is each one's own. */
function bringIn(text: string, version: string): void {
  if (!known) return;
  let theirs: DashboardsState;
  try {
    theirs = stateOf(text);
  } catch (error) {
    tellUnreadable(error);
    known = { ...known, version: undefined };
    return;
  }
  const mine = dashboardsStore.getState();
  const merged = mergeChanges(known.state, mine, { ...theirs, active: known.state.active });
  known = { ...known, version, state: theirs };
  const state = usable(merged.dashboards.length > 0 ? merged : { ...merged, ...fresh() });
  if (!sameData(state, mine)) dashboardsStore.setState(state);
}

function usable({ active, dashboards, runNotes, alerts }: DashboardsState): DashboardsState {
  const exists = dashboards.some(({ id }) => id === active);
  return { dashboards, active: exists ? active : dashboards[0]!.id, runNotes, alerts };
}

async function saveNow(): Promise<void> {
  if (timer === undefined) return;
  clearTimeout(timer);
  timer = undefined;
  try {
    while (isChanged() && !(await write()));
  } catch (error) {
    if (toldFailure) return;
    toldFailure = true;
    notify({
      severity: 'warning',
      message: 'Changes of the dashboards are not kept: the folder cannot be written to.',
      detail: messageOf(error),
    });
  }
}

function isChanged(): boolean {
  const ofOpenFolder = known !== undefined && appStore.getState().workspace?.path === known.folder;
  return ofOpenFolder && !sameData(known!.state, dashboardsStore.getState());
}

/** @returns whether it was written; where another window was first, its changes are in this one's then */
async function write(): Promise<boolean> {
  const { folder, version: baseVersion } = known!;
  const state = dashboardsStore.getState();
  const file: DashboardsFile = { version: 1, ...mutable(state) };
  const text = `${JSON.stringify(file, undefined, 2)}\n`;
  const result = await server().request('file/write', { path: FILE, text, baseVersion });
  if (known?.folder !== folder) return true;
  if (result.kind === 'conflict') bringIn(result.text, result.version);
  else known = { folder, version: result.version, state };
  return result.kind === 'written';
}

function mutable({ active, dashboards, runNotes, alerts }: DashboardsState): Omit<DashboardsFile, 'version'> {
  return { active, dashboards: [...dashboards], runNotes: { ...runNotes }, alerts: [...alerts] };
}

export function activeDashboard(state: DashboardsState = dashboardsStore.getState()): Dashboard {
  return state.dashboards.find(({ id }) => id === state.active) ?? state.dashboards[0]!;
}

export function changeDashboard(change: Partial<Dashboard> | ((dashboard: Dashboard) => Partial<Dashboard>)): void {
  dashboardsStore.setState((state) => ({
    dashboards: state.dashboards.map((one) =>
      one.id === activeDashboard(state).id ? { ...one, ...(typeof change === 'function' ? change(one) : change) } : one,
    ),
  }));
}

export function changeRunsView(change: Partial<RunsView>): void {
  changeDashboard(({ runsView }) => ({ runsView: { ...runsView, ...change } }));
}

export function showDashboard(id: string): void {
  dashboardsStore.setState({ active: id });
}

/** A new one, like the active one where `copy` is. @returns its id */
export function addDashboard(name: string, like?: Dashboard): string {
  const id = freshId();
  dashboardsStore.setState((state) => ({
    dashboards: [...state.dashboards, { ...(like ?? newDashboard(id, name)), id, name }],
    active: id,
  }));
  return id;
}

/** The last one stays, as it is without anything set. */
export function removeDashboard(id: string): void {
  dashboardsStore.setState((state) => {
    const dashboards = state.dashboards.filter((one) => one.id !== id);
    if (dashboards.length === 0) return { dashboards: fresh().dashboards, active: fresh().active };
    return { dashboards, active: dashboards[0]!.id };
  });
}

/** As in a link: takes the place of the dashboard with that id, or is added. */
export function putDashboard(given: Dashboard): void {
  dashboardsStore.setState((state) => ({
    dashboards: state.dashboards.some(({ id }) => id === given.id)
      ? state.dashboards.map((one) => (one.id === given.id ? given : one))
      : [...state.dashboards, given],
    active: given.id,
  }));
}

export function pinChart(picks: readonly ChartPick[], title?: string): string {
  const id = freshId();
  changeDashboard(({ pinned }) => ({
    pinned: [...pinned, { id, picks: [...picks], ...(title === undefined ? {} : { title }) }],
  }));
  return id;
}

export function unpinChart(id: string): void {
  changeDashboard(({ pinned, looks }) => ({
    pinned: pinned.filter((chart) => chart.id !== id),
    looks: Object.fromEntries(Object.entries(looks).filter(([key]) => key !== id)),
  }));
}

export function changeChart(id: string, change: Partial<Omit<PinnedChart, 'id'>>): void {
  changeDashboard(({ pinned }) => ({
    pinned: pinned.map((chart) => (chart.id === id ? { ...chart, ...change } : chart)),
  }));
}

/** Before another pinned chart; with none to the end. */
export function moveChart(id: string, before: string | undefined): void {
  changeDashboard(({ pinned }) => {
    const chart = pinned.find((one) => one.id === id);
    if (!chart || id === before) return {};
    const others = pinned.filter((one) => one.id !== id);
    const at = others.findIndex((one) => one.id === before);
    return { pinned: at < 0 ? [...others, chart] : others.toSpliced(at, 0, chart) };
  });
}

/** Logarithmic axis and size of a chart, pinned or not. */
export function changeLook(id: string, change: ChartLook): void {
  changeDashboard(({ looks }) => ({ looks: { ...looks, [id]: { ...looks[id], ...change } } }));
}

export function noteRun(id: string, change: RunNotes): void {
  dashboardsStore.setState(({ runNotes }) => ({ runNotes: { ...runNotes, [id]: { ...runNotes[id], ...change } } }));
}

export function addAlert(alert: Omit<SeriesAlert, 'id'>): void {
  dashboardsStore.setState(({ alerts }) => ({ alerts: [...alerts, { ...alert, id: freshId() }] }));
}

export function removeAlert(id: string): void {
  dashboardsStore.setState(({ alerts }) => ({ alerts: alerts.filter((alert) => alert.id !== id) }));
}

function freshId(): string {
  return `${Date.now().toString(36)}${Math.floor(Math.random() * 1296).toString(36)}`;
}
