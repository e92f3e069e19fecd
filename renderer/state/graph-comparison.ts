/**
 * Two graphs that are compared in the graph's panel: which, and how they are had. One that is of an experiment's
 * text follows it. Says nothing of how they look.
 */
import { createStore } from 'zustand/vanilla';
import { messageOf } from '../../src/shared/base/message-of.js';
import type { OpGraph } from '../../src/shared/graph/op-graph.js';
import { isModelFile } from '../../src/shared/models/model-file-names.js';
import type { RunSummary } from '../../src/shared/protocol/rpc.js';
import { formatWhen } from '../charts/format.js';
import { appStore, notify } from './app-state.js';
import { canRun, runCommand } from './commands.js';
import { ask } from './dialogs.js';
import { openedModel } from './opened-model.js';
import { baseName, joinPath, relativePath } from './paths.js';
import { recordedGraphs, recordGraph } from './recorded-graphs.js';
import { nameOfRun } from './run-names.js';
import { server } from './server.js';
import { workspaceFiles } from './workspace-files.js';

/** What a graph can be had of again, tomorrow or in another window. */
export type GraphOrigin =
  /** As its text is now; `saved` as it is on the disk. */
  | { readonly kind: 'experiment' | 'saved'; readonly path: string }
  | { readonly kind: 'run'; readonly id: string }
  | { readonly kind: 'model'; readonly path: string; readonly index: number };

export interface ComparedGraph {
  /** For a person. */
  readonly name: string;
  readonly graph?: OpGraph;
  /** None of what this window alone remembers. */
  readonly origin?: GraphOrigin;
  /** Of this experiment's text as it is now, wherever `graph` is from. */
  readonly follows?: string;
}

export interface Comparison {
  readonly before: ComparedGraph;
  readonly after: ComparedGraph;
  /** What of it a link wants to be seen. */
  readonly wish?: ComparisonWish;
}

export interface ComparisonWish {
  /** Ids of groups that are open. */
  readonly open: readonly string[];
  /** The difference that one is at. */
  readonly current?: string;
  readonly at?: { readonly x: number; readonly y: number; readonly zoom: number };
}

export const graphComparison = createStore<{
  readonly comparison?: Comparison;
  /** What is being recorded or opened to be compared with. */
  readonly waitingFor?: string;
}>(() => ({}));

/** Two graphs beside each other cannot be read in less, in pixels. */
const LEAST_WIDTH = 640;

/** Something that the shown graph can be compared with. */
interface Choice {
  readonly id: string;
  readonly label: string;
  readonly detail?: string;
  /** Stands before what is shown; what is neither older nor newer stands after it. */
  readonly isOlder?: boolean;
  open(): Promise<ComparedGraph>;
}

export function canCompare(): boolean {
  return shownSide() !== undefined;
}

/** Asks what to compare the shown graph with, and does. */
export async function compareShown(): Promise<void> {
  const shown = shownSide();
  if (shown) await compareSide(shown);
}

/** The same for a file or a run that need not be shown. */
export async function compareGraphOf(origin: GraphOrigin): Promise<void> {
  await compareSide({ name: nameOf(origin), origin });
}

/** `undefined` for a file that holds none. */
export function originOfFile(path: string): GraphOrigin | undefined {
  if (appStore.getState().workspace?.experiments.includes(path)) return { kind: 'experiment', path };
  return mayBeModel(path) ? { kind: 'model', path, index: 0 } : undefined;
}

/** Shows two graphs beside each other; what cannot be had is told. */
export async function compareGraphs(before: GraphOrigin, after: GraphOrigin, wish?: ComparisonWish): Promise<void> {
  await compareWhenOpen(`${nameOf(before)} and ${nameOf(after)}`, async () => ({
    before: await openOrigin(before),
    after: await openOrigin(after),
    wish,
  }));
}

/** Of two runs: from the older to the newer. Without another one it is asked for. */
export async function compareGraphsOfRuns(run: RunSummary, other: RunSummary | undefined): Promise<void> {
  if (!other) return compareGraphOf({ kind: 'run', id: run.id });
  const [older, newer] = other.createdAt > run.createdAt ? [run, other] : [other, run];
  return compareGraphs({ kind: 'run', id: older.id }, { kind: 'run', id: newer.id });
}

async function compareSide(shown: ComparedGraph): Promise<void> {
  const choices = await choicesFor(shown);
  if (choices.length === 0) {
    const detail = 'A change to the text, a run, another experiment or a model file in the folder would be.';
    notify({ severity: 'info', message: 'There is nothing to compare this graph with yet.', detail });
    return;
  }
  const items = choices.map(({ id, label, detail }) => ({ id, label, detail }));
  const chosen = await ask({ kind: 'pick', title: `Compare ${shown.name} with…`, items });
  const choice = choices.find(({ id }) => id === chosen);
  if (!choice) return;
  await compareWhenOpen(choice.label, async () => {
    const isThere = shown.graph !== undefined || shown.follows !== undefined;
    const [one, other] = [isThere ? shown : await openOrigin(shown.origin!), await choice.open()];
    return choice.isOlder ? { before: other, after: one } : { before: one, after: other };
  });
}

async function compareWhenOpen(what: string, open: () => Promise<Comparison>): Promise<void> {
  graphComparison.setState({ waitingFor: what }, false);
  try {
    graphComparison.setState({ comparison: await open() }, true);
    if (canRun('view.show.graph')) await runCommand('view.show.graph', { leastWidth: LEAST_WIDTH });
  } catch (error) {
    graphComparison.setState({ waitingFor: undefined }, false);
    const detail = messageOf(error);
    notify({ severity: 'error', message: `${what} cannot be compared.`, detail });
  }
}

/** The graph is shown again, in the room that it had. */
export async function endComparison(): Promise<void> {
  closeComparison();
  if (canRun('view.show.graph')) await runCommand('view.show.graph', { leastWidth: 0 });
}

/** Whatever the panel shows without it is shown again. */
export function closeComparison(): void {
  graphComparison.setState({}, true);
}

export function isComparing(): boolean {
  return graphComparison.getState().comparison !== undefined;
}

/** Before becomes after. */
export function swapComparison(): void {
  const { comparison } = graphComparison.getState();
  if (comparison)
    graphComparison.setState({ comparison: { before: comparison.after, after: comparison.before } }, true);
}

/** With the text's own graph in what follows it. */
export function graphOf(side: ComparedGraph, records: ReturnType<typeof recordedGraphs.getState>): OpGraph | undefined {
  return (side.follows === undefined ? undefined : records[side.follows]?.graph) ?? side.graph;
}

/** What the graph's panel shows now. */
function shownSide(): ComparedGraph | undefined {
  const { view } = openedModel.getState();
  if (view) {
    const origin: GraphOrigin = { kind: 'model', path: view.path, index: view.index };
    return { name: nameOf(origin), origin, graph: view.model?.graphs[view.index]?.graph };
  }
  const { experiment } = appStore.getState();
  if (experiment === undefined) return undefined;
  return { name: baseName(experiment), follows: experiment, origin: { kind: 'experiment', path: experiment } };
}

async function choicesFor(shown: ComparedGraph): Promise<readonly Choice[]> {
  const { workspace, runs, experiment, openFiles } = appStore.getState();
  if (!workspace) return [];
  const own = shown.follows;
  const relative = (path: string): string => relativePath(workspace.path, path) ?? path;
  const choices: Choice[] = [];
  const earlier = own === undefined ? undefined : recordedGraphs.getState()[own]?.earlier;
  if (own !== undefined && earlier)
    choices.push({
      id: 'earlier',
      isOlder: true,
      label: 'Before the Last Change',
      detail: `of ${relative(own)}`,
      open: () => Promise.resolve({ name: `${baseName(own)} before the change`, graph: earlier }),
    });
  if (own !== undefined && openFiles.some((file) => file.dirty))
    choices.push({
      id: 'saved',
      isOlder: true,
      label: 'The Saved Version',
      detail: `of ${relative(own)}`,
      open: () => openOrigin({ kind: 'saved', path: own }),
    });
  const shownOrigin = shown.origin;
  for (const run of runs) {
    if (shownOrigin?.kind === 'run' && shownOrigin.id === run.id) continue;
    choices.push({
      id: `run ${run.id}`,
      isOlder: true,
      label: nameOfRun(run.id),
      detail: ['run', formatWhen(run.createdAt), run.backend, run.experiment].filter(Boolean).join(' · '),
      open: () => openOrigin({ kind: 'run', id: run.id }),
    });
  }
  const shownPath = shownOrigin && 'path' in shownOrigin ? shownOrigin.path : undefined;
  for (const path of workspace.experiments) {
    if (path === shownPath) continue;
    choices.push({
      id: `experiment ${path}`,
      label: relative(path),
      detail: path === experiment ? 'experiment · the one that Run trains' : 'experiment',
      open: () => openOrigin({ kind: 'experiment', path }),
    });
  }
  for (const file of (await workspaceFiles()).filter(mayBeModel)) {
    const path = joinPath(workspace.path, file);
    if (path === shownPath) continue;
    const open = () => openOrigin({ kind: 'model', path, index: 0 });
    choices.push({ id: `model ${path}`, label: file, detail: 'model file', open });
  }
  return choices;
}

/** Of the texts those that are called as converters call them. */
function mayBeModel(file: string): boolean {
  return isModelFile(baseName(file)) || /(^|\/)model\.json$/.test(file) || file.endsWith('.pbtxt');
}

function nameOf(origin: GraphOrigin): string {
  switch (origin.kind) {
    case 'run':
      return nameOfRun(origin.id);
    case 'saved':
      return `${baseName(origin.path)} as saved`;
    default:
      return baseName(origin.path);
  }
}

/** @throws what keeps the graph from being had, in words */
async function openOrigin(origin: GraphOrigin): Promise<ComparedGraph> {
  const name = nameOf(origin);
  switch (origin.kind) {
    case 'run':
      return { name, origin, graph: await graphOfRun(origin.id) };
    case 'saved':
      return { name, origin, graph: await recordedOf(origin.path) };
    case 'experiment':
      return { name, origin, ...(await experimentSide(origin.path)) };
    case 'model': {
      const { graphs } = await server().request('model/open', { path: origin.path });
      const graph = graphs[origin.index]?.graph;
      if (!graph) throw new Error(`${name} has no graph number ${origin.index + 1}.`);
      return { name, origin, graph };
    }
  }
}

/** As it is on the disk. */
async function recordedOf(experiment: string): Promise<OpGraph> {
  const { graph, problems } = await server().request('experiment/graph', { experiment, batch: 'zeros', alone: true });
  if (!graph) throw new Error(problems[0]?.message ?? 'Its step cannot be recorded.');
  return graph;
}

async function graphOfRun(id: string): Promise<OpGraph> {
  const { graph, problems } = await server().request('runs/graph', { id });
  if (!graph) throw new Error(problems[0]?.message ?? 'The run’s step cannot be recorded.');
  return graph;
}

/** Follows its text where that is the one that the panel records; of others as they are on the disk. */
async function experimentSide(path: string): Promise<Pick<ComparedGraph, 'graph' | 'follows'>> {
  await recordGraph(path);
  const graph = recordedGraphs.getState()[path]?.graph ?? (await recordedOf(path));
  return path === appStore.getState().experiment ? { graph, follows: path } : { graph };
}

// A model file that is opened takes the comparison's place.
openedModel.subscribe(({ view }, before) => {
  if (view && view.path !== before.view?.path) closeComparison();
});

// What was compared is of the folder that was open.
appStore.subscribe((state, before) => {
  if (state.workspace?.path !== before.workspace?.path) closeComparison();
});
