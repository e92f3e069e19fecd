/**
 * What is known of a run when it begins, for TensorBoard: source and settings as text, the row of
 * hyper-parameters, the model by its layers. Knows no event files.
 */
import type * as tf from '@tensorflow/tfjs';
import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import type { HyperParameter } from '../../../shared/events/summary-encoders.js';
import type { OpEdge, OpGraph, OpNode } from '../../../shared/graph/op-graph.js';
import { experimentFiles } from '../experiment-files.js';

export interface RunFacts {
  readonly experiment: string;
  readonly name: string;
  readonly seed: number;
  readonly epochs: number;
  readonly batchSize: number | undefined;
  readonly backend: string;
  readonly device: string;
  readonly params: number;
  readonly loss: unknown;
  readonly data: string;
  /** With those that the experiment has by itself. */
  readonly settings: Readonly<Record<string, HyperParameter>>;
}

const MOST_SOURCE_BYTES = 200_000;

/** The experiment's files, each in a block of its own. */
export function sourceText(experiment: string): string {
  const files = experimentFiles(experiment);
  const blocks: string[] = [];
  let bytes = 0;
  for (const file of files) {
    bytes += statSync(file).size;
    if (bytes > MOST_SOURCE_BYTES) {
      blocks.push(`… and ${files.length - blocks.length} more, in the run’s folder.`);
      break;
    }
    const language = path.extname(file).slice(1);
    // A fence longer than any in the file.
    const source = readFileSync(file, 'utf8');
    const longest = Math.max(2, ...[...source.matchAll(/`+/g)].map(([ticks]) => ticks.length));
    const fence = '`'.repeat(longest + 1);
    blocks.push(`### ${path.basename(file)}\n\n${fence}${language}\n${source.trimEnd()}\n${fence}`);
  }
  return blocks.join('\n\n');
}

export function settingsText(facts: RunFacts, optimizer: tf.Optimizer, learningRate: number | undefined): string {
  const rows: [string, unknown][] = [
    ['name', facts.name],
    ...Object.entries(hyperParameters(facts, optimizer, learningRate)),
    ['loss', typeof facts.loss === 'string' ? facts.loss : undefined],
    ['data', facts.data],
    ['device', facts.device],
    ['parameters', facts.params],
  ];
  const cells = rows
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `| ${name} | ${String(value).replaceAll('|', '\\|')} |`);
  return ['| setting | value |', '|---|---|', ...cells].join('\n');
}

/** What a person varies from run to run. */
export function hyperParameters(
  { seed, epochs, batchSize, backend, settings }: RunFacts,
  optimizer: tf.Optimizer,
  learningRate: number | undefined,
): Record<string, HyperParameter> {
  const own: Record<string, HyperParameter> = { backend, seed, epochs, optimizer: optimizer.getClassName() };
  if (learningRate !== undefined) own['learning_rate'] = learningRate;
  if (batchSize !== undefined) own['batch_size'] = batchSize;
  for (const [name, value] of Object.entries(settings)) {
    // What the experiment makes of a setting of that name may be something else; an `adam` is TensorFlow.js's `Adam`.
    if (String(own[name]).toLowerCase() !== String(value).toLowerCase())
      own[name in own ? `set_${name}` : name] = value;
  }
  return own;
}

/** As Keras has it, with the labels that layers have everywhere else; `undefined` for layers that cannot be written down. */
export function kerasModel(model: tf.LayersModel, labels: ReadonlyMap<tf.layers.Layer, string>): string | undefined {
  let json: unknown;
  try {
    json = model.toJSON(undefined, false);
  } catch {
    // A layer of the person's own need not say what it is made of: the graph by layers has it all the same.
    return undefined;
  }
  const names = new Map([...labels].map(([layer, label]) => [layer.name, label]));
  return JSON.stringify(json, (_key, value: unknown) =>
    typeof value === 'string' ? (names.get(value) ?? value) : value,
  );
}

/** The model as nodes and edges, a node a layer; a model within it is one node. */
export function layerGraph(model: tf.LayersModel, labels: ReadonlyMap<tf.layers.Layer, string>): OpGraph {
  const idOf = (layer: tf.layers.Layer): string => labels.get(layer) ?? layer.name;
  const nodes = model.layers.map((layer): OpNode => {
    const shapes = layer.inboundNodes[0]?.outputShapes as unknown;
    const all = (Array.isArray(shapes) && Array.isArray(shapes[0]) ? shapes : [shapes]) as (number | null)[][];
    return {
      id: idOf(layer),
      op: layer.getClassName(),
      kind: layer.getClassName() === 'InputLayer' ? 'input' : 'op',
      phase: 'forward',
      layer: idOf(layer),
      outputs: all.filter(Array.isArray).map((shape) => ({ shape: shape.map((size) => size ?? -1), dtype: 'float32' })),
      bytes: 0,
    };
  });
  const own = new Set(model.layers);
  const edges = model.layers.flatMap((layer) =>
    layer.inboundNodes.flatMap((node) =>
      node.inboundLayers
        .filter((from) => own.has(from))
        .map((from, index): OpEdge => ({ from: idOf(from), to: idOf(layer), slot: 0, input: `x${index}` })),
    ),
  );
  return { nodes, edges, layers: [], backend: '', batchSize: -1, batch: 'none' };
}
