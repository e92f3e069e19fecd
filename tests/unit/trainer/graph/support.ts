/** Graphs of experiments that tests write down, recorded in this process on the cpu backend. */
import * as tf from '@tensorflow/tfjs';
import type { OpGraph } from '../../../../src/shared/graph/op-graph.js';
import { recordingRequest, type GraphRecording } from '../../../../src/shared/protocol/graph.js';
import type { LoadedExperiment } from '../../../../src/trainer/loader/experiment-loader.js';
import { recordExperiment } from '../../../../src/trainer/graph/record-experiment.js';
import { datasets } from '../../../../src/trainer/api.js';
import { chooseBackend } from '../../../../src/trainer/runtime/backend/backend.js';
import { defineExperiment, type Experiment } from '../../../../src/trainer/runtime/experiment.js';

export const file = '/workspace/experiment.ts';

export async function recording(
  parts: Partial<Experiment> & Pick<Experiment, 'model'>,
  options: {
    readonly backend?: 'cpu' | 'wasm';
    readonly batch?: 'first' | 'zeros';
    readonly withStatistics?: boolean;
  } = {},
): Promise<GraphRecording> {
  await chooseBackend(options.backend ?? 'cpu');
  const experiment = defineExperiment({
    seed: 3,
    data: () => numbers([4], [3]),
    optimizer: () => tf.train.adam(0.01),
    loss: 'meanSquaredError',
    ...parts,
  });
  const loaded: LoadedExperiment = {
    experiment,
    file,
    outline: { properties: new Map() } as LoadedExperiment['outline'],
    placeOfPart: () => ({ file, line: 1, column: 1 }),
  };
  const request = recordingRequest.parse({
    experiment: file,
    batch: options.batch,
    withStatistics: options.withStatistics,
  });
  return recordExperiment({ load: () => Promise.resolve(loaded) }, request);
}

export async function graphOf(...given: Parameters<typeof recording>): Promise<OpGraph> {
  const { graph, problems } = await recording(...given);
  if (!graph) throw new Error(problems.map(({ message }) => message).join('; '));
  return graph;
}

/** Eight examples in batches of four. */
export function numbers(xs: readonly number[], ys: readonly number[]): ReturnType<typeof datasets.tensors> {
  return datasets.tensors({ xs: tf.randomUniform([8, ...xs]), ys: tf.randomUniform([8, ...ys]), batchSize: 4 });
}

/** What is wrong with it as a graph: names that are not unique, edges that lead nowhere or back, pieces apart. */
export function faultsOf({ nodes, edges }: OpGraph): string[] {
  const faults: string[] = [];
  const places = new Map(nodes.map(({ id }, index) => [id, index]));
  if (places.size !== nodes.length) faults.push('two nodes have one name');
  const pieces = nodes.map((_, index) => index);
  const root = (index: number): number => (pieces[index] === index ? index : (pieces[index] = root(pieces[index]!)));
  for (const { from, to, slot } of edges) {
    const [a, b] = [places.get(from), places.get(to)];
    if (a === undefined || b === undefined) {
      faults.push(`${from} → ${to} leads nowhere`);
      continue;
    }
    if (a >= b) faults.push(`${from} → ${to} leads back`);
    if (nodes[a]!.outputs[slot] === undefined) faults.push(`${from} has no output ${slot}`);
    pieces[root(a)] = root(b);
  }
  if (new Set(pieces.map((_, index) => root(index))).size !== 1) faults.push('it is in pieces');
  for (const { forward } of nodes)
    if (forward !== undefined && !places.has(forward)) faults.push(`no partner ${forward}`);
  return faults;
}
