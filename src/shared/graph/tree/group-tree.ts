/**
 * A graph sorted into nested groups: models, layers, name scopes, runs of equal blocks. The same for
 * recorded steps and for files by others. Built once a graph; what is open is not known here. Pure.
 */
import { blockOf, cellOf, type BlockKind, type CellKind } from '../graph-blocks.js';
import type { OpGraph, OpNode } from '../op-graph.js';
import { graphIndex } from './graph-index.js';
import { findRepeats } from './find-repeats.js';
import { growing, isGrowing, type Growing } from './growing.js';
import { topEdges } from './top-edges.js';

export interface Group {
  /** `layer:conv2d_1`, `group:features/0`, `repeat:…`; the root's is empty. */
  readonly id: string;
  readonly kind: BlockKind | 'group' | 'repeat';
  readonly label: string;
  /** Class of the layer. */
  readonly type?: string;
  readonly shape?: readonly (number | null)[];
  readonly file?: string;
  readonly line?: number;
  readonly parent: Group | undefined;
  /** From 1 for those in the root. */
  readonly depth: number;
  /** In the order in which they first run. */
  readonly children: readonly (Group | OpNode)[];
  /** Of each child: the op's place among the graph's nodes, −1 for a group. */
  readonly places: Int32Array;
  /** Of all ops within, the nested ones included. */
  readonly size: number;
  /** How often what is in it follows itself, for a `repeat`. */
  readonly times?: number;
  /** Edges between its children: pairs of places among them, one after another; several that go the same way are one. */
  readonly edges: readonly number[];
}

export interface GroupTree {
  readonly graph: OpGraph;
  /** Of how many graphs that are compared it is the union; 1 of one that is shown by itself. */
  readonly sides: number;
  readonly root: Group;
  readonly groups: ReadonlyMap<string, Group>;
  /** The innermost group of each op, by its id. */
  readonly groupOf: { get(op: string): Group | undefined };
}

export function isGroup(child: Group | OpNode): child is Group {
  return 'children' in child;
}

/** Names of others can nest as deep as they like; nobody opens more levels than this. */
const MOST_DEEP = 100;
const noParts: readonly string[] = [];

export function groupTree(graph: OpGraph, sides = 1): GroupTree {
  const root = growing('', 'group', '');
  const known = new Map<string, Growing>();
  if (graph.batch === 'none') sortByNames(graph, root, known);
  else sortByLayers(graph, root, known);
  count(root);
  joinChains(root);
  inOrderOfRunning(root, graph);
  topEdges(root, graph);
  putOptimizerLast(root);
  findRepeats(root, graph.nodes);
  return { ...settled(root, graph), sides };
}

type Groups = Map<string, Growing>;

function enter(known: Groups, id: string, kind: Group['kind'], label: string, parent: Growing): Growing {
  let group = known.get(id);
  if (!group) {
    group = growing(id, kind, label);
    known.set(id, group);
    parent.children.push(group);
  }
  return group;
}

/** Finds the innermost of nested scopes; those that it shares with the last one are not looked up again. */
class Scopes {
  private last: readonly string[] = noParts;
  private readonly groups: Growing[];
  private readonly paths: string[] = [''];

  constructor(
    private readonly known: Groups,
    root: Growing,
  ) {
    this.groups = [root];
  }

  enter(parts: readonly string[], depth: number): Growing {
    const { last, groups, paths } = this;
    let at = 0;
    while (at < depth && at < groups.length - 1 && parts[at] === last[at]) at++;
    groups.length = paths.length = at + 1;
    for (; at < depth; at++) {
      const path = at === 0 ? parts[0]! : `${paths[at]!}/${parts[at]!}`;
      groups.push(enter(this.known, `group:${path}`, 'group', parts[at]!, groups[at]!));
      paths.push(path);
    }
    this.last = parts;
    return groups[depth]!;
  }
}

/** Of a file: name scopes, functions, models. */
function sortByNames(graph: OpGraph, root: Growing, known: Groups): void {
  const owners = ownersOf(graph);
  const scopes = new Scopes(known, root);
  graph.nodes.forEach((node, place) => {
    const owner = owners[place]!;
    const parts = (owner < 0 ? undefined : graph.nodes[owner]!.group) ?? node.group ?? noParts;
    scopes.enter(parts, Math.min(parts.length, MOST_DEEP)).children.push(place);
  });
}

/** Of a recorded step: what goes in, layers and the models that they are in, the loss, the optimizer. */
function sortByLayers(graph: OpGraph, root: Growing, known: Groups): void {
  const layers = new Map(graph.layers.map((layer) => [layer.layer, layer]));
  const scopes = new Scopes(known, root);
  const groupOf = (node: OpNode): Growing => {
    const { id, kind, label } = blockOf(node);
    const group = known.get(id);
    if (group || kind !== 'layer') return group ?? enter(known, id, kind, label, root);
    const parts = label.split('/');
    const outer = scopes.enter(parts, Math.min(parts.length, MOST_DEEP) - 1);
    const own = enter(known, id, kind, parts.at(-1)!, outer);
    const layer = layers.get(label);
    if (layer) Object.assign(own, { type: layer.type, shape: layer.outputShape, file: layer.file, line: layer.line });
    return own;
  };
  // Ops that follow one another are often of one block.
  let [last, lastGroup]: [OpNode | undefined, Growing] = [undefined, root];
  graph.nodes.forEach((node, place) => {
    if (!last || last.layer !== node.layer || last.phase !== node.phase || last.kind !== node.kind)
      lastGroup = groupOf(node);
    last = node;
    lastGroup.children.push(place);
  });
}

/** The groups that an op is in, from the innermost. */
export function groupsAround(tree: GroupTree, op: string): Group[] {
  const groups: Group[] = [];
  for (let group = tree.groupOf.get(op); group?.parent; group = group.parent) groups.push(group);
  return groups;
}

/** Kinds of an op's column within its group. */
export function cellKindOf(node: OpNode): CellKind {
  return cellOf(node.phase);
}

/** A weight or constant that one op alone reads stands with it, wherever its own name is: by place, that op's, else −1. */
function ownersOf(graph: OpGraph): Int32Array {
  const { from, to } = graphIndex(graph);
  const owners = new Int32Array(graph.nodes.length).fill(-1);
  const isShared = new Uint8Array(graph.nodes.length);
  for (let edge = 0; edge < from.length; edge++) {
    const [source, reader] = [from[edge]!, to[edge]!];
    const { kind } = graph.nodes[source]!;
    if (kind !== 'constant' && kind !== 'variable') continue;
    if (owners[source]! >= 0 && owners[source] !== reader) isShared[source] = 1;
    owners[source] = reader;
  }
  return owners.map((owner, place) => (isShared[place] === 1 ? -1 : owner));
}

/**
 * A scope that holds nothing but one other scope is one with it: `StatefulPartitionedCall/sequential_1`;
 * a scope of a single op is that op.
 */
function joinChains(group: Growing): void {
  group.children = group.children.map((child) => {
    if (!isGrowing(child)) return child;
    if (child.kind === 'group' && child.size === 1) return onlyOp(child);
    let inner = child;
    let { label } = child;
    while (
      inner.kind === 'group' &&
      inner.children.length === 1 &&
      isGrowing(inner.children[0]!) &&
      inner.children[0].kind === 'group'
    ) {
      inner = inner.children[0];
      label += `/${inner.label}`;
    }
    inner.label = label;
    joinChains(inner);
    return inner;
  });
}

function onlyOp(group: Growing): number {
  const child = group.children[0]!;
  return isGrowing(child) ? onlyOp(child) : child;
}

function count(group: Growing): number {
  group.size = group.children.reduce<number>((sum, child) => sum + (isGrowing(child) ? count(child) : 1), 0);
  return group.size;
}

/** What all updates share stands below all that it updates. */
function putOptimizerLast(root: Growing): void {
  const last = root.children.length - 1;
  const at = root.children.findIndex((child) => isGrowing(child) && child.kind === 'optimizer');
  if (at < 0 || last === 0) return;
  const moved = (index: number): number => (index === at ? last : index > at ? index - 1 : index);
  root.children.push(...root.children.splice(at, 1));
  root.edges = root.edges.map(moved);
  // The lowest is the one that nothing stands below.
  const above = new Set(root.edges.filter((_, index) => index % 2 === 0));
  for (let index = 0; index < last; index++) if (!above.has(index)) root.edges.push(index, last);
}

/** A variable or a target is known before the ops of its group run: the first op counts. */
function inOrderOfRunning(root: Growing, { nodes }: OpGraph): void {
  const known = new Map<Growing, number>();
  const begin = (group: Growing): number => {
    let first = Infinity;
    let firstOp = Infinity;
    for (const child of group.children) {
      const at = isGrowing(child) ? begin(child) : child;
      first = Math.min(first, at);
      if (group.kind === 'input' || isGrowing(child) || runs(nodes[child]!)) firstOp = Math.min(firstOp, at);
    }
    const own = firstOp === Infinity ? first : firstOp;
    known.set(group, own);
    return own;
  };
  begin(root);
  const beginOf = (child: Growing | number): number => (isGrowing(child) ? known.get(child)! : child);
  const sort = (group: Growing): void => {
    const { children } = group;
    let isSorted = true;
    for (let index = 1; isSorted && index < children.length; index++)
      isSorted = beginOf(children[index - 1]!) <= beginOf(children[index]!);
    if (!isSorted) children.sort((a, b) => beginOf(a) - beginOf(b));
    for (const child of children) if (isGrowing(child)) sort(child);
  };
  sort(root);
}

function runs({ kind }: OpNode): boolean {
  return kind === 'op' || kind === 'assign';
}

/** The same groups for whoever reads them: with ops for their numbers, and known by name. */
function settled(root: Growing, graph: OpGraph): Omit<GroupTree, 'sides'> {
  const { placeOf } = graphIndex(graph);
  const groups = new Map<string, Group>();
  const innermost = Array<Group>(graph.nodes.length);
  const settle = (from: Growing, parent: Group | undefined, depth: number): Group => {
    const { id, kind, label, type, shape, file, line, size, times, edges } = from;
    const children: (Group | OpNode)[] = [];
    const places = Int32Array.from(from.children, (child) => (isGrowing(child) ? -1 : child));
    const group = { id, kind, label, type, shape, file, line, parent, depth, children, places, size, times, edges };
    groups.set(id, group);
    for (const child of from.children) {
      if (isGrowing(child)) children.push(settle(child, group, depth + 1));
      else {
        children.push(graph.nodes[child]!);
        innermost[child] = group;
      }
    }
    return group;
  };
  const settledRoot = settle(root, undefined, 0);
  const groupOf = {
    get(op: string): Group | undefined {
      const place = placeOf.get(op);
      return place === undefined ? undefined : innermost[place];
    },
  };
  return { graph, root: settledRoot, groups, groupOf };
}
