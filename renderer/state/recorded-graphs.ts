/**
 * The graphs that were recorded of experiments: drawn by the graph's panel, named from by breakpoints.
 * Asked for by whoever needs one; says nothing of how it looks.
 */
import { createStore } from 'zustand/vanilla';
import { messageOf } from '../../src/shared/base/message-of.js';
import type { ExperimentAnalysis } from '../../src/shared/protocol/analysis.js';
import type { OpGraph } from '../../src/shared/graph/op-graph.js';
import type { RecordingRequestInput } from '../../src/shared/protocol/graph.js';
import type { Problem } from '../../src/shared/protocol/training.js';
import { isCode } from './analysis-actions.js';
import { appStore } from './app-state.js';
import { server } from './server.js';

export interface GraphRecord {
  /** Of the last version that could be recorded. */
  readonly graph?: OpGraph;
  /** Of the version before that, which was another graph. */
  readonly earlier?: OpGraph;
  /** Why the version of now has none. */
  readonly problem?: Pick<Problem, 'message' | 'hint'>;
  readonly recording: boolean;
  /** The values of a step on the data's first batch are being measured. */
  readonly measuring?: boolean;
  /** Why they could not be. */
  readonly notMeasured?: string;
}

/** By the experiment's path. */
export const recordedGraphs = createStore<Readonly<Record<string, GraphRecord>>>(() => ({}));

/** The analysis that each experiment was last asked about, or taken as it was. */
const asked = new Map<string, { readonly analysis: unknown; readonly done: Promise<void> }>();

/** Records the experiment's step unless that was done since its last analysis. Failures become the record's problem. */
export function recordGraph(experiment: string): Promise<void> {
  const analysis = appStore.getState().analyses[experiment];
  const before = asked.get(experiment);
  if (!analysis || before?.analysis === analysis) return before?.done ?? Promise.resolve();
  const done = record(experiment, analysis);
  asked.set(experiment, { analysis, done });
  return done;
}

/** Takes a step on the first batch of the data and measures the values of all its ops: the graph then has them. */
export async function measureGraph(experiment: string): Promise<void> {
  if (recordedGraphs.getState()[experiment]?.measuring) return;
  const analysis = appStore.getState().analyses[experiment];
  keep(experiment, { measuring: true, notMeasured: undefined });
  const wish = { batch: 'first', withStatistics: true } as const;
  let { graph, problem } = await ask(experiment, wish);
  // A question that came after ours was answered in its place.
  if (graph && graph.batch !== wish.batch) ({ graph, problem } = await ask(experiment, wish));
  // Where the text is another one by now, its graph is.
  const isOld = analysis !== appStore.getState().analyses[experiment];
  if (graph && !isOld)
    keep(experiment, { graph: timedAs(recordedGraphs.getState()[experiment]?.graph, graph), measuring: false });
  else keep(experiment, { measuring: false, notMeasured: problem?.message });
}

/** Measuring is no part of any op's time, but it leaves the processor's caches to itself: times are those of before. */
function timedAs(before: OpGraph | undefined, graph: OpGraph): OpGraph {
  const times = new Map(before?.nodes.map(({ id, ms }) => [id, ms]));
  return { ...graph, nodes: graph.nodes.map((node) => ({ ...node, ms: times.get(node.id) ?? node.ms })) };
}

async function record(experiment: string, analysis: ExperimentAnalysis): Promise<void> {
  const failed = analysis.problems.find(({ severity }) => severity === 'error');
  if (failed) {
    keep(experiment, { problem: failed, recording: false });
    return;
  }
  keep(experiment, { problem: undefined, recording: true });
  const answer = await ask(experiment, { batch: 'zeros' });
  // A newer question is under way.
  if (asked.get(experiment)?.analysis === analysis)
    keep(experiment, { problem: undefined, ...answer, recording: false });
}

/** The graph stays until there is a newer one. */
function keep(experiment: string, change: Partial<GraphRecord>): void {
  recordedGraphs.setState((records) => {
    const before = records[experiment];
    const isAnother = before?.graph && change.graph && outlineOf(before.graph) !== outlineOf(change.graph);
    const earlier = isAnother ? before.graph : before?.earlier;
    return { [experiment]: { recording: false, ...before, ...change, earlier } };
  });
}

/** What of a graph its code makes; what a step of it took or measured is left out. */
function outlineOf({ nodes, edges }: OpGraph): string {
  return JSON.stringify([
    edges,
    nodes.map(({ id, op, outputs, attributes, value }) => [id, op, outputs, attributes, value]),
  ]);
}

async function ask(
  experiment: string,
  wish: Pick<RecordingRequestInput, 'batch' | 'withStatistics'>,
): Promise<Pick<GraphRecord, 'graph' | 'problem'>> {
  const dirty = appStore.getState().openFiles.filter((file) => file.dirty && isCode(file.path));
  const overlays = Object.fromEntries(dirty.map((file) => [file.path, file.text]));
  try {
    const { graph, problems } = await server().request('experiment/graph', { experiment, overlays, ...wish });
    return graph ? { graph } : { problem: problems.find(({ severity }) => severity === 'error') ?? problems[0] };
  } catch (error) {
    return { problem: { message: messageOf(error) } };
  }
}
