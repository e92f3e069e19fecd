/** The graph that a run of another program left in its event files, read as data. */
import type { OpGraph } from '../../shared/graph/op-graph.js';
import type { OpenedModel } from '../../shared/models/model-format.js';
import type { GraphRecording } from '../../shared/protocol/graph.js';
import { Failure } from '../failure.js';

/** A graph is written once, at the beginning: what comes after so many files holds none. */
const MOST_FILES = 12;

/** The largest one: of what is left of a run's functions the step itself. */
export async function graphInEvents(
  id: string,
  files: readonly string[],
  open: (file: string) => Promise<OpenedModel>,
): Promise<GraphRecording> {
  let largest: OpGraph | undefined;
  for (const file of files.slice(0, MOST_FILES)) {
    for (const graph of await graphsIn(file, open))
      if (!largest || graph.nodes.length > largest.nodes.length) largest = graph;
    if (largest) return { graph: largest, problems: [] };
  }
  const message = `The run “${id}” keeps neither its code nor a graph.`;
  return { problems: [{ severity: 'error', message, hint: 'Only runs with one of them can be shown as a graph.' }] };
}

async function graphsIn(file: string, open: (file: string) => Promise<OpenedModel>): Promise<readonly OpGraph[]> {
  try {
    return (await open(file)).graphs.map(({ graph }) => graph);
  } catch (error) {
    // Most event files hold none, which the reader of model files says as a failure.
    if (error instanceof Failure && error.tag === 'damaged') return [];
    throw error;
  }
}
