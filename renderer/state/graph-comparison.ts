/**
 * Two graphs that are compared in the graph's panel: which, and how they are had. One that is of an experiment's
 * text follows it. Says nothing of how they look.
 */
import { createStore } from 'zustand/vanilla';
import type { OpGraph } from '../../src/shared/graph/op-graph.js';
import { isModelFile } from '../../src/shared/models/model-file-names.js';
import { appStore, notify } from './app-state.js';
import { canRun, runCommand } from './commands.js';
import { ask } from './dialogs.js';
import { openedModel } from './opened-model.js';
import { baseName, joinPath, relativePath } from './paths.js';
import { recordedGraphs, recordGraph } from './recorded-graphs.js';
import { server } from './server.js';
import { workspaceFiles } from './workspace-files.js';

export interface ComparedGraph {
  /** For a person. */
  readonly name: string;
  readonly graph?: OpGraph;
  /** Of this experiment's text as it is now, wherever `graph` is from. */
  readonly follows?: string;
}

export interface Comparison {
  readonly before: ComparedGraph;
  readonly after: ComparedGraph;
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
  if (!shown) return;
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
  graphComparison.setState({ waitingFor: choice.label }, false);
  try {
    const other = await choice.open();
    const comparison = choice.isOlder ? { before: other, after: shown } : { before: shown, after: other };
    graphComparison.setState({ comparison }, true);
    if (canRun('view.show.graph')) await runCommand('view.show.graph', { leastWidth: LEAST_WIDTH });
  } catch (error) {
    graphComparison.setState({ waitingFor: undefined }, false);
    const detail = error instanceof Error ? error.message : String(error);
    notify({ severity: 'error', message: `${choice.label} cannot be compared with.`, detail });
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
  if (view) return { name: baseName(view.path), graph: view.model?.graphs[view.index]?.graph };
  const { experiment } = appStore.getState();
  if (experiment === undefined) return undefined;
  return { name: baseName(experiment), follows: experiment };
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
      open: async () => ({ name: `${baseName(own)} as saved`, graph: await recordedOf(own) }),
    });
  for (const run of runs)
    choices.push({
      id: `run ${run.id}`,
      isOlder: true,
      label: run.name,
      detail: ['run', run.backend, run.experiment].filter(Boolean).join(' · '),
      open: async () => ({ name: run.name, graph: await graphOfRun(run.id) }),
    });
  for (const path of workspace.experiments) {
    if (path === own) continue;
    choices.push({
      id: `experiment ${path}`,
      label: relative(path),
      detail: path === experiment ? 'experiment · the one that Run trains' : 'experiment',
      open: () => experimentSide(path),
    });
  }
  const shownModel = openedModel.getState().view?.path;
  for (const file of (await workspaceFiles()).filter(mayBeModel)) {
    const path = joinPath(workspace.path, file);
    if (path === shownModel) continue;
    choices.push({ id: `model ${path}`, label: file, detail: 'model file', open: () => modelSide(path) });
  }
  return choices;
}

/** Of the texts those that are called as converters call them. */
function mayBeModel(file: string): boolean {
  return isModelFile(baseName(file)) || /(^|\/)model\.json$/.test(file) || file.endsWith('.pbtxt');
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

/** Follows its text where that is already recorded; the panel records but the one that is shown. */
async function experimentSide(path: string): Promise<ComparedGraph> {
  await recordGraph(path);
  const graph = recordedGraphs.getState()[path]?.graph ?? (await recordedOf(path));
  return { name: baseName(path), graph };
}

async function modelSide(path: string): Promise<ComparedGraph> {
  const { graphs } = await server().request('model/open', { path });
  return { name: baseName(path), graph: graphs[0]?.graph };
}

// A model file that is opened takes the comparison's place.
openedModel.subscribe(({ view }, before) => {
  if (view && view.path !== before.view?.path) closeComparison();
});

// What was compared is of the folder that was open.
appStore.subscribe((state, before) => {
  if (state.workspace?.path !== before.workspace?.path) closeComparison();
});
