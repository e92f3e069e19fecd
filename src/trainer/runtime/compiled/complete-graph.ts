/**
 * Completes the graph of a step: writes back what it leaves in variables, gives its values in one
 * vector, computes norms, and has ways for the state in and out. What is not fetched costs nothing.
 */
import type * as tf from '@tensorflow/tfjs';
import { DataType } from '../../../shared/graph/generated/framework/types_pb.js';
import {
  output,
  type,
  typeOf,
  type AttributeValue,
  type Graph,
  type GraphNode,
  type Output,
  type OutputType,
} from './graph.js';
import { readOf, type StateResource, type StepGraph } from './graph-of-trace.js';
import { fuseUpdates, type FusedUpdate } from './optimizer-ops.js';
import { consumersOf, useBiasAdd, usePlainMatMul } from './passes.js';
import type { Trace } from './trace.js';

export interface StateEntry {
  readonly resource: StateResource;
  /** Number of the variable in the trace; none for a large tensor from outside. */
  readonly variable: number | undefined;
  /** Number of the held tensor in the trace, where it is one. */
  readonly held: number | undefined;
  /** Whether a step changes it. */
  readonly changes: boolean;
  /** A placeholder, and what is fetched to have assigned it. */
  readonly in: { readonly feed: string; readonly done: string };
  readonly out: string;
}

/** Names of tensors, as a session takes them. */
export interface CompleteGraph {
  readonly graph: Graph;
  readonly feeds: readonly (OutputType & { readonly name: string })[];
  readonly rate: string | undefined;
  /** The step's values and then 1 where all is finite, 0 where not, as one vector of float32. */
  readonly values: string;
  /** How many values the step gives. */
  readonly valueCount: number;
  readonly norms: string | undefined;
  /** Order of `norms`: index of the weight. */
  readonly normed: readonly number[];
  readonly state: readonly StateEntry[];
}

interface Parts {
  readonly step: StepGraph;
  readonly trace: Trace;
  readonly optimizer: tf.Optimizer;
  /** In the order of the trace's numbers. */
  readonly variables: readonly tf.Variable[];
  /** Numbers of the weights that are trained. */
  readonly trainable: readonly (number | undefined)[];
}

export function completeGraph({ step, trace, optimizer, variables, trainable }: Parts): CompleteGraph {
  const { graph } = step;
  const results = trace.results.map((result) => step.outputOf(result));
  const fused = fuseUpdates(step, trace, optimizer, variables);
  const inPlace = new Map(fused.flatMap(({ node, changes }) => changes.map((number) => [number, node] as const)));
  // All that is assigned has to be known before ways in and out are made for what is used.
  const assigned = [...trace.assigned].map(([number, source]) => [number, step.outputOf(source)] as const);
  for (const [number] of assigned) step.variable(number);

  const writers = new Map<number, GraphNode>(inPlace);
  for (const [number, value] of assigned) {
    if (!inPlace.has(number)) writers.set(number, assignment(graph, step.variable(number), value, 'assign'));
  }
  usePlainMatMul(graph);
  useBiasAdd(graph);

  const done = graph.add('NoOp', 'step', { controls: [...new Set(writers.values())] });
  const gradients = new Map(
    trace.updates.length === 1
      ? trace.updates[0]!.gradients.flatMap((use) =>
          use ? [[use.variable, step.outputOf(use.gradient)] as const] : [],
        )
      : [],
  );
  const normed = trainable.flatMap((number, index) => (number !== undefined && gradients.has(number) ? [index] : []));
  const gradientSquares = normed.map((index) =>
    halfSquares(graph, 'norms/gradient', gradients.get(trainable[index]!)!),
  );
  const norms = normed.length > 0 ? normsOf(graph, gradientSquares) : undefined;
  const weightSquares = trainable.flatMap((number) => {
    const writer = number === undefined ? undefined : writers.get(number);
    if (number === undefined || !writer) return [];
    const resource = step.variable(number);
    if (resource.dtype !== DataType.DT_FLOAT) return [];
    const after = readOf(graph, `${resource.name}/after`, resource.handle, resource, [writer]);
    return [halfSquares(graph, 'norms/weight', after)];
  });
  const isFinite = allFinite(graph, [asScalar(graph, results[0]!), ...gradientSquares, ...weightSquares]);
  const values = graph.pack('step/values', [...results.map((result) => asScalar(graph, result)), isFinite]);
  const outValues = graph.add('Identity', 'out/values', {
    inputs: [values],
    controls: [done],
    attributes: { T: type(DataType.DT_FLOAT) },
    outputs: [typeOf(values)],
  });

  const state = [
    ...[...step.variables].map(([variable, resource]) => ({ resource, variable, held: undefined })),
    ...[...step.held].map(([held, resource]) => ({ resource, variable: undefined, held })),
  ].map((entry) => stateEntry(graph, entry, entry.variable !== undefined && writers.has(entry.variable)));

  const roots = [outValues, ...(norms ? [norms.node] : [])];
  graph.keepOnly([
    ...roots,
    ...step.feeds.map((feed) => feed.node),
    ...(step.rate ? [step.rate.node] : []),
    ...state.flatMap(({ nodes }) => nodes),
  ]);
  letUpdatesWorkInPlace(graph, fused, step);
  return {
    graph,
    feeds: step.feeds.map((feed) => ({ ...typeOf(feed), name: nameOf(feed) })),
    rate: step.rate && nameOf(step.rate),
    values: nameOf(output(outValues)),
    valueCount: results.length,
    norms: norms && nameOf(norms),
    normed,
    state: state.map(({ entry }) => entry),
  };
}

export function nameOf({ node, port }: Output): string {
  return `${node.name}:${port}`;
}

/** Writes after the old value has been read. */
export function assignment(graph: Graph, resource: StateResource, value: Output, what: string): GraphNode {
  return graph.add('AssignVariableOp', `${resource.name}/${what}`, {
    inputs: [resource.handle, value],
    controls: what === 'assign' ? [resource.read.node] : [],
    attributes: { dtype: type(resource.dtype) },
  });
}

/** An update copies a weight that others still read: so it waits for them, and changes it where it is. */
function letUpdatesWorkInPlace(graph: Graph, fused: readonly FusedUpdate[], step: StepGraph): void {
  const consumers = consumersOf(graph);
  for (const { node, changes } of fused) {
    const readers = changes.flatMap((number) => consumers.get(step.variable(number).read.node) ?? []);
    node.controls = [...new Set([...node.controls, ...readers.filter((reader) => reader !== node)])];
  }
}

const axes = (rank: number): number[] => Array.from({ length: rank }, (_, axis) => axis);

function asScalar(graph: Graph, value: Output): Output {
  const { dtype, shape } = typeOf(value);
  let scalar = value;
  if (dtype !== DataType.DT_FLOAT) {
    const attributes: Record<string, AttributeValue> = { SrcT: type(dtype), DstT: type(DataType.DT_FLOAT) };
    scalar = output(
      graph.add('Cast', 'step/value', { inputs: [value], attributes, outputs: [{ dtype: DataType.DT_FLOAT, shape }] }),
    );
  }
  if (shape.length === 0) return scalar;
  const attributes = { T: type(DataType.DT_FLOAT), Tshape: type(DataType.DT_INT32) };
  const inputs = [scalar, graph.ints('step/value/shape', [])];
  return output(
    graph.add('Reshape', 'step/value', { inputs, attributes, outputs: [{ dtype: DataType.DT_FLOAT, shape: [] }] }),
  );
}

/** ½ Σ x² */
function halfSquares(graph: Graph, name: string, value: Output): Output {
  return graph.math('L2Loss', name, [value], []);
}

function normsOf(graph: Graph, halves: readonly Output[]): Output {
  const packed = graph.pack('norms/halves', halves);
  const squares = graph.math('Mul', 'norms/squares', [packed, graph.float('norms/two', 2)]);
  return graph.math('Sqrt', 'out/norms', [squares]);
}

/** 1 or 0, as a scalar of float32. */
function allFinite(graph: Graph, scalars: readonly Output[]): Output {
  const packed = graph.pack('finite/of', scalars);
  const shape = [scalars.length];
  const each = output(
    graph.add('IsFinite', 'finite/each', {
      inputs: [packed],
      attributes: { T: type(DataType.DT_FLOAT) },
      outputs: [{ dtype: DataType.DT_BOOL, shape }],
    }),
  );
  const all = output(
    graph.add('All', 'finite/all', {
      inputs: [each, graph.ints('finite/axes', axes(1))],
      attributes: { Tidx: type(DataType.DT_INT32), keep_dims: { kind: 'bool', value: false } },
      outputs: [{ dtype: DataType.DT_BOOL, shape: [] }],
    }),
  );
  return asScalar(graph, all);
}

function stateEntry(
  graph: Graph,
  { resource, variable, held }: Pick<StateEntry, 'resource' | 'variable' | 'held'>,
  changes: boolean,
): { readonly entry: StateEntry; readonly nodes: readonly GraphNode[] } {
  const { name } = resource;
  const feed = graph.placeholder(`in/${name}`, resource);
  const assign = assignment(graph, resource, feed, 'push');
  const done = graph.add('Const', `in/${name}/done`, {
    controls: [assign],
    attributes: {
      dtype: type(DataType.DT_FLOAT),
      value: { kind: 'tensor', value: { dtype: DataType.DT_FLOAT, shape: [], values: Float32Array.of(0) } },
    },
    outputs: [{ dtype: DataType.DT_FLOAT, shape: [] }],
  });
  const out = readOf(graph, `out/${name}`, resource.handle, resource);
  return {
    entry: {
      resource,
      variable,
      held,
      changes,
      in: { feed: nameOf(feed), done: nameOf(output(done)) },
      out: nameOf(out),
    },
    nodes: [feed.node, done, out.node],
  };
}
