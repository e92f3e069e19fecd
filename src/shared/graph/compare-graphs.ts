/**
 * What differs between two graphs: two runs, two files, before an edit and after it. Both in one graph
 * that holds the ops of either, so that they can be drawn with the same places side by side. Pure.
 */
import { shapeLabel } from './graph-blocks.js';
import type { OpEdge, OpGraph, OpNode } from './op-graph.js';

export type NodeChange =
  | { readonly kind: 'added' }
  | { readonly kind: 'removed' }
  /** In words, one each: "output 148×148×32 → 148×148×64". */
  | { readonly kind: 'changed'; readonly what: readonly string[] };

export interface GraphComparison {
  /** The ops of both: by their name after, or before where they are gone. */
  readonly union: OpGraph;
  /** By the name in `union`; not there for what is the same. */
  readonly changes: ReadonlyMap<string, NodeChange>;
  /** The op as it was, by the name in `union`. */
  readonly before: ReadonlyMap<string, OpNode>;
  readonly after: ReadonlyMap<string, OpNode>;
  /** Edges that are in one of them alone, by `edgeKey` of their ends in `union`. */
  readonly edges: ReadonlyMap<string, 'added' | 'removed'>;
}

export function edgeKey({ from, to, slot, input }: OpEdge): string {
  return `${from}\n${to}\n${slot}\n${input}`;
}

export function compareGraphs(before: OpGraph, after: OpGraph): GraphComparison {
  const partner = matchNodes(before, after);
  // What has no partner keeps its name, unless another op has it after.
  const taken = new Set(after.nodes.map(({ id }) => id));
  const nameOf = new Map<string, string>();
  for (const { id } of before.nodes) {
    let name = partner.get(id) ?? id;
    if (!partner.has(id)) {
      for (let count = 1; taken.has(name); count++) name = `${id} (before${count > 1 ? ` ${count}` : ''})`;
      taken.add(name);
    }
    nameOf.set(id, name);
  }

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

  const renamed = before.edges.map((edge) => ({ ...edge, from: nameOf.get(edge.from)!, to: nameOf.get(edge.to)! }));
  const edges = new Map<string, 'added' | 'removed'>();
  const [left, right] = [new Set(renamed.map(edgeKey)), new Set(after.edges.map(edgeKey))];
  for (const key of right) if (!left.has(key)) edges.set(key, 'added');
  for (const key of left) if (!right.has(key)) edges.set(key, 'removed');

  const goneEdges = renamed.filter((edge) => !right.has(edgeKey(edge)));
  const gone = before.nodes.flatMap((node) => {
    const name = nameOf.get(node.id)!;
    return own.has(name) ? [] : [{ ...node, id: name }];
  });
  const union = {
    ...after,
    nodes: merged(before, after, gone, nameOf),
    layers: [...after.layers, ...before.layers.filter(({ layer }) => !after.layers.some((one) => one.layer === layer))],
  };
  return {
    union: { ...union, edges: forwardIn(union.nodes, [...after.edges, ...goneEdges]) },
    changes,
    before: old,
    after: own,
    edges,
  };
}

/**
 * Same name and kind first. Then, step by step from what is matched, what it goes to or comes from in the
 * same way: an op that was only renamed stands between the same neighbours.
 * @returns names after, by names before
 */
function matchNodes(before: OpGraph, after: OpGraph): Map<string, string> {
  const partner = new Map<string, string>();
  const taken = new Set<string>();
  const [left, right] = [new Sides(before), new Sides(after)];
  const queue: string[] = [];
  const match = (a: string, b: string): void => {
    partner.set(a, b);
    taken.add(b);
    queue.push(a);
  };
  for (const { id, op } of before.nodes) if (right.nodes.get(id)?.op === op) match(id, id);
  for (let at = 0; at < queue.length; at++) {
    const a = queue[at]!;
    const b = partner.get(a)!;
    for (const side of ['after', 'before'] as const) {
      const others = right[side].get(b) ?? [];
      for (const { id, way } of left[side].get(a) ?? []) {
        if (partner.has(id)) continue;
        const { op, phase } = left.nodes.get(id)!;
        const found = others.filter((one) => {
          const node = right.nodes.get(one.id)!;
          // An op whose old name still stands for another has not been renamed to that.
          return (
            !taken.has(one.id) && one.way === way && node.op === op && node.phase === phase && !left.nodes.has(one.id)
          );
        });
        if (found.length > 0) match(id, found[0]!.id);
      }
    }
  }
  return partner;
}

/** What each op goes to and comes from, and how. */
class Sides {
  readonly nodes: ReadonlyMap<string, OpNode>;
  readonly after = new Map<string, { readonly id: string; readonly way: string }[]>();
  readonly before = new Map<string, { readonly id: string; readonly way: string }[]>();

  constructor({ nodes, edges }: OpGraph) {
    this.nodes = new Map(nodes.map((node) => [node.id, node]));
    const add = (to: typeof this.after, id: string, entry: { readonly id: string; readonly way: string }): void => {
      const list = to.get(id);
      if (list) list.push(entry);
      else to.set(id, [entry]);
    };
    for (const { from, to, slot, input } of edges) {
      add(this.after, from, { id: to, way: `${slot} ${input}` });
      add(this.before, to, { id: from, way: `${slot} ${input}` });
    }
  }
}

/** The ops after, in their order, with those that are gone where they stood: behind what they stood behind. */
function merged(
  before: OpGraph,
  after: OpGraph,
  gone: readonly OpNode[],
  nameOf: ReadonlyMap<string, string>,
): OpNode[] {
  const isGone = new Map(gone.map((node) => [node.id, node]));
  const following = new Map<string | undefined, OpNode[]>();
  let last: string | undefined;
  for (const { id } of before.nodes) {
    const name = nameOf.get(id)!;
    const node = isGone.get(name);
    if (!node) last = name;
    else {
      const list = following.get(last);
      if (list) list.push(node);
      else following.set(last, [node]);
    }
  }
  return [
    ...(following.get(undefined) ?? []),
    ...after.nodes.flatMap((node) => [node, ...(following.get(node.id) ?? [])]),
  ];
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
    const [a, b] = [outputText(was.outputs[index], batchBefore), outputText(is.outputs[index], batchAfter)];
    if (a !== b) what.push(`output${outputs > 1 ? ` ${index + 1}` : ''} ${a} → ${b}`);
  }
  const [a, b] = [was.attributes ?? {}, is.attributes ?? {}];
  for (const name of new Set([...Object.keys(a), ...Object.keys(b)])) {
    const [x, y] = [valueText(a[name]), valueText(b[name])];
    if (x !== y) what.push(`${name} ${x} → ${y}`);
  }
  if (was.value !== is.value && !(Number.isNaN(was.value) && Number.isNaN(is.value)))
    what.push(`value ${valueText(was.value)} → ${valueText(is.value)}`);
  return what;
}

function outputText(output: OpNode['outputs'][number] | undefined, batchSize: number): string {
  return output ? `${shapeLabel(output.shape, batchSize) || 'number'} ${output.dtype}` : 'none';
}

function valueText(value: unknown): string {
  if (value === undefined) return 'none';
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : JSON.stringify(value);
}
