/**
 * What differs between two graphs: two runs, two files, before an edit and after it. Both in one graph
 * that holds the ops of either, so that they can be drawn with the same places side by side. Pure.
 */
import { groupBy } from '../base/group-by.js';
import type { LayerInfo } from '../protocol/training.js';
import { shapeLabel } from './graph-blocks.js';
import { matchGraphs, settingsOf } from './match-graphs.js';
import type { OpEdge, OpGraph, OpNode } from './op-graph.js';

export type NodeChange =
  | { readonly kind: 'added' }
  | { readonly kind: 'removed' }
  /** In words, one each: "output 148×148×32 → 148×148×64". */
  | { readonly kind: 'changed'; readonly what: readonly string[] };

export interface GraphComparison {
  /** The ops of both: by their name after, or before where they are gone. */
  readonly union: OpGraph;
  /** Each as it is, with the names of `union` for its ops and layers. */
  readonly sides: Readonly<Record<GraphSide, OpGraph>>;
  /** By the name in `union`; not there for what is the same. */
  readonly changes: ReadonlyMap<string, NodeChange>;
  /** The op as it was, under its own name, by the name in `union`. */
  readonly before: ReadonlyMap<string, OpNode>;
  readonly after: ReadonlyMap<string, OpNode>;
  /** What layers were called before, by their labels in `union`. */
  readonly labelsBefore: ReadonlyMap<string, string>;
  /** Edges that are in one of them alone, by `edgeKey` of their ends in `union`. */
  readonly edges: ReadonlyMap<string, 'added' | 'removed'>;
}

export type GraphSide = 'before' | 'after';

export function edgeKey({ from, to, slot, input }: OpEdge): string {
  return `${from}\n${to}\n${slot}\n${input}`;
}

export function compareGraphs(before: OpGraph, after: OpGraph): GraphComparison {
  const match = matchGraphs(before, after);
  const nameOf = namesInUnion(before.nodes.map(idOf), after.nodes.map(idOf), match.nodes);
  const labelOf = namesInUnion(labelsIn(before), labelsIn(after), match.layers);
  const left = renamed(before, nameOf, labelOf);

  const old = new Map(before.nodes.map((node) => [nameOf.get(node.id)!, node]));
  const own = new Map(after.nodes.map((node) => [node.id, node]));
  const changes = new Map<string, NodeChange>();
  for (const [name, node] of own) {
    const was = old.get(name);
    if (!was) changes.set(name, { kind: 'added' });
    else {
      const what = differences(was, node, before.batchSize, after.batchSize);
      if (what.length > 0) changes.set(name, { kind: 'changed', what });
    }
  }
  for (const name of old.keys()) if (!own.has(name)) changes.set(name, { kind: 'removed' });

  const edges = new Map<string, 'added' | 'removed'>();
  const [keysBefore, keysAfter] = [new Set(left.edges.map(edgeKey)), new Set(after.edges.map(edgeKey))];
  for (const key of keysAfter) if (!keysBefore.has(key)) edges.set(key, 'added');
  for (const key of keysBefore) if (!keysAfter.has(key)) edges.set(key, 'removed');

  const goneEdges = left.edges.filter((edge) => !keysAfter.has(edgeKey(edge)));
  const merged = inOneOrder(left, after, own, goneEdges);
  const layersAfter = new Set(after.layers.map(({ layer }) => layer));
  const union = {
    ...after,
    nodes: merged,
    edges: forwardIn(merged, [...after.edges, ...goneEdges]),
    layers: [...after.layers, ...left.layers.filter(({ layer }) => !layersAfter.has(layer))],
  };
  const labelsBefore = new Map([...labelOf].map(([was, label]) => [label, was]));
  return { union, sides: { before: left, after }, changes, before: old, after: own, labelsBefore, edges };
}

const idOf = ({ id }: OpNode): string => id;

/** In the layers' order; also those that only ops tell of. */
export function labelsIn({ nodes, layers }: OpGraph): string[] {
  return [
    ...new Set([
      ...layers.map(({ layer }) => layer),
      ...nodes.flatMap(({ layer }) => (layer === undefined ? [] : [layer])),
    ]),
  ];
}

/** Under the partner's name; what has none keeps its own, unless another has that after. */
function namesInUnion(
  before: readonly string[],
  after: readonly string[],
  partner: ReadonlyMap<string, string>,
): ReadonlyMap<string, string> {
  const taken = new Set(after);
  const names = new Map<string, string>();
  for (const own of before) {
    let name = partner.get(own) ?? own;
    if (!partner.has(own)) {
      for (let count = 1; taken.has(name); count++) name = `${own} (before${count > 1 ? ` ${count}` : ''})`;
      taken.add(name);
    }
    names.set(own, name);
  }
  return names;
}

function renamed(graph: OpGraph, nameOf: ReadonlyMap<string, string>, labelOf: ReadonlyMap<string, string>): OpGraph {
  const label = (layer: string): string => labelOf.get(layer) ?? layer;
  return {
    ...graph,
    nodes: graph.nodes.map((node) => ({
      ...node,
      id: nameOf.get(node.id)!,
      ...(node.layer === undefined ? {} : { layer: label(node.layer) }),
      ...(node.forward === undefined ? {} : { forward: nameOf.get(node.forward) ?? node.forward }),
    })),
    edges: graph.edges.map((edge) => ({ ...edge, from: nameOf.get(edge.from)!, to: nameOf.get(edge.to)! })),
    layers: graph.layers.map((layer): LayerInfo => ({ ...layer, layer: label(layer.layer) })),
  };
}

/**
 * The ops of both so that edges point forward: those after in their order, those that are gone behind what they
 * stood behind.
 */
function inOneOrder(
  before: OpGraph,
  after: OpGraph,
  own: ReadonlyMap<string, OpNode>,
  goneEdges: readonly OpEdge[],
): OpNode[] {
  const following = new Map<string | undefined, OpNode[]>();
  let last: string | undefined;
  for (const node of before.nodes) {
    if (own.has(node.id)) last = node.id;
    else {
      const list = following.get(last);
      if (list) list.push(node);
      else following.set(last, [node]);
    }
  }
  const wished = [
    ...(following.get(undefined) ?? []),
    ...after.nodes.flatMap((node) => [node, ...(following.get(node.id) ?? [])]),
  ];
  const needs = groupBy(goneEdges, ({ to }) => to);
  // What is gone is pulled up before what it went to; what is there after moves never.
  const nodes = new Map(wished.map((node) => [node.id, node]));
  const order = new Map<string, OpNode>();
  const pull = (start: OpNode): void => {
    const stack = [start];
    const entered = new Set<string>();
    while (stack.length > 0) {
      const node = stack.at(-1)!;
      if (!entered.has(node.id)) {
        entered.add(node.id);
        for (const { from } of needs.get(node.id) ?? [])
          if (!order.has(from) && !own.has(from) && !entered.has(from)) stack.push(nodes.get(from)!);
      } else {
        stack.pop();
        if (!order.has(node.id)) order.set(node.id, node);
      }
    }
  };
  for (const node of wished) if (!order.has(node.id)) pull(node);
  return [...order.values()];
}

/** Edges that the merged order turns back are of what is gone; they are left out of the drawing. */
function forwardIn(nodes: readonly OpNode[], edges: readonly OpEdge[]): OpEdge[] {
  const places = new Map(nodes.map(({ id }, index) => [id, index]));
  return edges.filter(({ from, to }) => places.get(from)! < places.get(to)!);
}

function differences(was: OpNode, is: OpNode, batchBefore: number, batchAfter: number): string[] {
  const what: string[] = [];
  const outputs = Math.max(was.outputs.length, is.outputs.length);
  for (let index = 0; index < outputs; index++) {
    const [a, b] = [outputText(was, index, batchBefore), outputText(is, index, batchAfter)];
    if (a !== b) what.push(`output${outputs > 1 ? ` ${index + 1}` : ''} ${a} → ${b}`);
  }
  const [a, b] = [settingsOf(was.attributes ?? {}), settingsOf(is.attributes ?? {})];
  for (const name of new Set([...Object.keys(a), ...Object.keys(b)])) {
    const [x, y] = [valueText(a[name]), valueText(b[name])];
    if (x !== y) what.push(`${name} ${x} → ${y}`);
  }
  if (was.value !== is.value && !(Number.isNaN(was.value) && Number.isNaN(is.value)))
    what.push(`value ${valueText(was.value)} → ${valueText(is.value)}`);
  return what;
}

/** A weight has no batch in it, whatever its size. */
function outputText({ kind, outputs }: OpNode, index: number, batchSize: number): string {
  const output = outputs[index];
  if (!output) return 'none';
  const hasBatch = kind === 'op' || kind === 'input';
  return `${shapeLabel(output.shape, hasBatch ? batchSize : -1) || 'number'} ${output.dtype}`;
}

function valueText(value: unknown): string {
  if (value === undefined) return 'none';
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : JSON.stringify(value);
}
