/** `backstep graph --compare`: what differs between two graphs, of experiments or of model files, one op a line. */
import path from 'node:path';
import { compareGraphs, type GraphComparison } from '../shared/graph/compare-graphs.js';
import { comparable } from '../shared/graph/layer-graph.js';
import { countDifferences } from '../shared/graph/list-differences.js';
import type { OpGraph } from '../shared/graph/op-graph.js';
import { exitCodes } from './exit-codes.js';
import { findExperiment } from './find-experiment.js';
import { findModelFile } from './find-model-file.js';
import type { GraphFlags } from './graph-command.js';
import { graphInFile } from './model-graph.js';
import { recordedGraph } from './recorded-graph.js';

/** From `before` to `after`. @returns the exit code */
export async function compareCommand(before: string, after: string, flags: GraphFlags): Promise<number> {
  const old = await graphOf(before, flags);
  const own = old && (await graphOf(after, flags));
  if (!own) return exitCodes.failed;
  const two = comparable(old, own);
  if (two.by === 'layers') process.stderr.write('One of them knows no ops: they are compared by their layers.\n');
  process.stdout.write(comparisonText(compareGraphs(two.before, two.after)));
  return exitCodes.done;
}

async function graphOf(argument: string, { data, set, backend }: GraphFlags): Promise<OpGraph | undefined> {
  const model = findModelFile(argument);
  if (model !== undefined) return graphInFile(model);
  return recordedGraph({
    experiment: findExperiment(argument),
    dataDir: data === undefined ? undefined : path.resolve(data),
    settings: { ...set },
    backend,
  });
}

const signs = { added: '+', removed: '-', changed: '~' } as const;

function comparisonText(comparison: GraphComparison): string {
  const { union, changes, before } = comparison;
  const lines = union.nodes.flatMap(({ id, op }) => {
    const change = changes.get(id);
    if (!change) return [];
    const was = before.get(id)?.id;
    const renamed = change.kind === 'changed' && was !== undefined && was !== id ? `  (was ${was})` : '';
    const what = change.kind === 'changed' ? `  ${change.what.join('; ')}` : '';
    return [`${signs[change.kind]} ${id}  ${op}${renamed}${what}\n`];
  });
  const { added, removed, changed, same } = countDifferences(comparison);
  return `${lines.join('')}${added} added, ${removed} removed, ${changed} changed, ${same} the same\n`;
}
