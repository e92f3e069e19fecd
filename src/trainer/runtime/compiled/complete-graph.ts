/**
 * Completes the graph of a step: writes back what it leaves in variables, gives its values in one
 * vector, computes norms, and has ways for the state in and out. What is not fetched costs nothing.
 */
import type * as tf from '@tensorflow/tfjs';
import { DataType } from '../../../shared/generated/tensorflow/core/framework/types_pb.js';
import {
  nameOf,
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
import { consumersOf, useBiasAdd, usePlainMatMul, useRectified } from './passes.js';
import { summaryKey, type SummaryWish } from '../step-summaries.js';
import { canBeSeen, SummaryNodes, type SummaryOutputs } from './summary-nodes.js';
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
  /**
   * One vector of float32: the step's values, then ½ Σ g² of gradients, then ½ Σ w² of weights after the
   * step. What shows in them whether all is finite is to be had for little more than the values alone.
   */
  readonly values: string;
  readonly valueCount: number;
  /** Of which trained weight each of the gradients is, by its index. */
  readonly normed: readonly number[];
  /** The gradients themselves, in the order of `normed`. */
  readonly gradients: readonly string[];
  readonly checkedWeights: number;
  readonly state: readonly StateEntry[];
  /** By `summaryKey`. */
  readonly summaries: ReadonlyMap<string, GraphSummary>;
  /** Finite if and only if `finite` of all activations is (or their sum too large): one number to fetch for all of them. */
  readonly activationsFinite: string | undefined;
}

export interface GraphSummary {
  readonly outputs: SummaryOutputs;
  /** Place in `values` of what is `half` and `finite` of it, where it is there. */
  readonly inValues?: number;
}

interface Parts {
  readonly step: StepGraph;
  readonly trace: Trace;
  readonly optimizer: tf.Optimizer;
  /** In the order of the trace's numbers. */
  readonly variables: readonly tf.Variable[];
  /** Numbers of the weights that are trained. */
  readonly trainable: readonly (number | undefined)[];
  /** All weights that may be summed up: their numbers, by name. */
  readonly weights: ReadonlyMap<string, number>;
}

export function completeGraph({ step, trace, optimizer, variables, trainable, weights }: Parts): CompleteGraph {
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
  useRectified(graph);

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
  const afters = new Map<number, Output>();
  const afterOf = (number: number | undefined): Output | undefined => {
    const writer = number === undefined ? undefined : writers.get(number);
    if (number === undefined || !writer) return undefined;
    const resource = step.variable(number);
    if (resource.dtype !== DataType.DT_FLOAT) return undefined;
    let after = afters.get(number);
    if (!after) {
      after = readOf(graph, `${resource.name}/after`, resource.handle, resource, [writer]);
      afters.set(number, after);
    }
    return after;
  };
  const checked = trainable.filter((number) => afterOf(number) !== undefined);
  const weightSquares = checked.map((number) => halfSquares(graph, 'norms/weight', afterOf(number)!));
  const values = graph.pack('step/values', [
    ...results.map((result) => asScalar(graph, result)),
    ...gradientSquares,
    ...weightSquares,
  ]);
  const outValues = takenOut(graph, 'out/values', values, [done]);

  const state = [
    ...[...step.variables].map(([variable, resource]) => ({ resource, variable, held: undefined })),
    ...[...step.held].map(([held, resource]) => ({ resource, variable: undefined, held })),
  ].map((entry) => stateEntry(graph, entry, entry.variable !== undefined && writers.has(entry.variable)));

  graph.keepOnly([
    outValues.node,
    ...step.feeds.map((feed) => feed.node),
    ...(step.rate ? [step.rate.node] : []),
    ...state.flatMap(({ nodes }) => nodes),
  ]);
  letUpdatesWorkInPlace(graph, fused, step);
  const summaries = new Map<string, GraphSummary>();
  const nodes = new SummaryNodes(graph);
  const consumers = consumersOf(graph);
  const computed = new Set(graph.nodes);
  const add = (of: SummaryWish['of'], name: string, value: Output | undefined, inValues = -1): void => {
    const found = value && nodes.of(`summaries/${of}/${name}`, value);
    if (found) summaries.set(summaryKey({ of, name }), { outputs: found, ...(inValues >= 0 && { inValues }) });
  };
  for (const [name, source] of trace.outputs) {
    const value = source.kind === 'result' || source.kind === 'feed' ? step.outputOf(source) : undefined;
    if (value && computed.has(value.node) && canBeSeen(value, consumers)) add('activation', name, value);
  }
  const finite = new Set([...summaries.values()].map(({ outputs }) => outputs.finite));
  const activationsFinite = finite.size > 1 ? graph.sum('summaries/activations/finite', [...finite]) : undefined;
  for (const [name, number] of weights) {
    const gradient = normed.findIndex((index) => trainable[index] === number);
    add('gradient', name, gradients.get(number), gradient < 0 ? -1 : results.length + gradient);
    const weight = checked.indexOf(number);
    add('weight', name, afterOf(number), weight < 0 ? -1 : results.length + normed.length + weight);
  }
  const outGradients = normed.map((index) => takenOut(graph, 'out/gradient', gradients.get(trainable[index]!)!));
  return {
    graph,
    feeds: step.feeds.map((feed) => ({ ...typeOf(feed), name: nameOf(feed) })),
    rate: step.rate && nameOf(step.rate),
    values: nameOf(outValues),
    valueCount: results.length,
    normed,
    gradients: outGradients.map(nameOf),
    checkedWeights: checked.length,
    state: state.map(({ entry }) => entry),
    summaries,
    activationsFinite: activationsFinite && nameOf(activationsFinite),
  };
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

/**
 * The value by way of a node of its own. What is fetched itself TensorFlow leaves as it is, a sum of sums for example,
 * which it would add up in another order otherwise: to look would change the bits.
 */
function takenOut(graph: Graph, name: string, value: Output, controls: readonly GraphNode[] = []): Output {
  const taken = typeOf(value);
  const attributes = { T: type(taken.dtype) };
  return output(graph.add('Identity', name, { inputs: [value], controls, attributes, outputs: [taken] }));
}

/** ½ Σ x² */
function halfSquares(graph: Graph, name: string, value: Output): Output {
  return graph.math('L2Loss', name, [value], []);
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
