/**
 * A graph sorted into nested groups: models, layers, name scopes, runs of equal blocks. The same for
 * recorded steps and for files by others. Built once a graph; what is open is not known here. Pure.
 */
import { blockOf, cellOf, type BlockKind, type CellKind } from '../graph-blocks.js';
import type { OpGraph, OpNode } from '../op-graph.js';
import { graphIndex } from './graph-index.js';
import { findRepeats } from './find-repeats.js';
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
  /** Of all ops within, the nested ones included. */
  readonly size: number;
  /** How often what is in it follows itself, for a `repeat`. */
  readonly times?: number;
  /** Edges between its children, by their places among them; several that go the same way are one. */
  readonly edges: readonly (readonly [from: number, to: number])[];
}

export interface GroupTree {
  readonly graph: OpGraph;
  readonly root: Group;
  readonly groups: ReadonlyMap<string, Group>;
  /** The innermost group of each op. */
  readonly groupOf: ReadonlyMap<string, Group>;
}

export function isGroup(child: Group | OpNode): child is Group {
  return 'children' in child;
}

const noParts: readonly string[] = [];

function isSamePath(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((part, index) => part === b[index]);
}

/** A group while it is put together. */
interface Growing {
  id: string;
  kind: Group['kind'];
  label: string;
  type?: string;
  shape?: readonly (number | null)[];
  file?: string;
  line?: number;
  parent: Growing | undefined;
  depth: number;
  children: (Growing | OpNode)[];
  size: number;
  times?: number;
  edges: (readonly [number, number])[];
}

export function groupTree(graph: OpGraph): GroupTree {
  const root = growing('', 'group', '', undefined);
  const known = new Map<string, Growing>();
  const layers = new Map(graph.layers.map((layer) => [layer.layer, layer]));
  const enter = (id: string, kind: Group['kind'], label: string, parent: Growing): Growing => {
    let group = known.get(id);
    if (!group) {
      group = growing(id, kind, label, parent);
      known.set(id, group);
      parent.children.push(group);
    }
    return group;
  };
  const owners = graph.batch === 'none' ? ownersOf(graph) : undefined;
  // Ops that follow one another are often in one group.
  let [lastPath, lastGroup]: [readonly string[] | undefined, Growing] = [undefined, root];
  graph.nodes.forEach((node, place) => {
    let group = root;
    if (owners) {
      const parts = graph.nodes[owners[place]!]?.group ?? node.group ?? noParts;
      if (lastPath !== undefined && isSamePath(lastPath, parts)) group = lastGroup;
      else {
        let path = '';
        for (const part of parts) {
          path += path === '' ? part : `/${part}`;
          group = enter(`group:${path}`, 'group', part, group);
        }
      }
      [lastPath, lastGroup] = [parts, group];
    } else {
      const { id, kind, label } = blockOf(node);
      if (kind === 'layer') {
        const parts = label.split('/');
        for (let count = 1; count < parts.length; count++)
          group = enter(`group:${parts.slice(0, count).join('/')}`, 'group', parts[count - 1]!, group);
        group = enter(id, kind, parts.at(-1)!, group);
        const layer = layers.get(label);
        if (layer)
          Object.assign(group, { type: layer.type, shape: layer.outputShape, file: layer.file, line: layer.line });
      } else group = enter(id, kind, label, root);
    }
    group.children.push(node);
  });
  count(root);
  joinChains(root, known);
  inOrderOfRunning(root, graph);
  topEdges(root as Group, graph);
  putOptimizerLast(root);
  findRepeats(root as Group);
  deepen(root, 0);
  const groups = new Map<string, Group>();
  const groupOf = new Map<string, Group>();
  gather(root as Group, groups, groupOf);
  return { graph, root: root as Group, groups, groupOf };
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

function growing(id: string, kind: Group['kind'], label: string, parent: Growing | undefined): Growing {
  return { id, kind, label, parent, depth: 0, children: [], size: 0, edges: [] };
}

const isGrowing = (child: Growing | OpNode): child is Growing => 'children' in child;

/**
 * A scope that holds nothing but one other scope is one with it: `StatefulPartitionedCall/sequential_1`;
 * a scope of a single op is that op.
 */
function joinChains(group: Growing, known: Map<string, Growing>): void {
  group.children = group.children.map((child) => {
    if (!isGrowing(child)) return child;
    if (child.kind === 'group' && child.size === 1) return onlyOp(child, known);
    let inner = child;
    let { label } = child;
    while (
      inner.kind === 'group' &&
      inner.children.length === 1 &&
      isGrowing(inner.children[0]!) &&
      inner.children[0].kind === 'group'
    ) {
      known.delete(inner.id);
      inner = inner.children[0];
      label += `/${inner.label}`;
    }
    inner.label = label;
    inner.parent = group;
    joinChains(inner, known);
    return inner;
  });
}

function onlyOp(group: Growing, known: Map<string, Growing>): OpNode {
  known.delete(group.id);
  const child = group.children[0]!;
  return isGrowing(child) ? onlyOp(child, known) : child;
}

function count(group: Growing): number {
  group.size = group.children.reduce((sum, child) => sum + (isGrowing(child) ? count(child) : 1), 0);
  return group.size;
}

/** What all updates share stands below all that it updates. */
function putOptimizerLast(root: Growing): void {
  const last = root.children.length - 1;
  const at = root.children.findIndex((child) => isGrowing(child) && child.kind === 'optimizer');
  if (at < 0 || last === 0) return;
  const moved = (index: number): number => (index === at ? last : index > at ? index - 1 : index);
  root.children.push(...root.children.splice(at, 1));
  root.edges = root.edges.map(([from, to]): readonly [number, number] => [moved(from), moved(to)]);
  // The lowest is the one that nothing stands below.
  const above = new Set(root.edges.map(([from]) => from));
  for (let index = 0; index < last; index++) if (!above.has(index)) root.edges.push([index, last]);
}

/** A variable or a target is known before the ops of its group run: the first op counts. */
function inOrderOfRunning(root: Growing, graph: OpGraph): void {
  const { placeOf } = graphIndex(graph);
  const known = new Map<Growing, number>();
  const begin = (child: Growing | OpNode): number => {
    if (!isGrowing(child)) return placeOf.get(child.id)!;
    let first = Infinity;
    let firstOp = Infinity;
    for (const inner of child.children) {
      const at = begin(inner);
      first = Math.min(first, at);
      const runs = isGrowing(inner) || child.kind === 'input' || inner.kind === 'op' || inner.kind === 'assign';
      if (runs) firstOp = Math.min(firstOp, at);
    }
    const own = firstOp === Infinity ? first : firstOp;
    known.set(child, own);
    return own;
  };
  begin(root);
  const sort = (group: Growing): void => {
    const begins = group.children.map((child) => (isGrowing(child) ? known.get(child)! : placeOf.get(child.id)!));
    if (begins.some((at, index) => index > 0 && begins[index - 1]! > at)) {
      const order = begins.map((_, index) => index).sort((a, b) => begins[a]! - begins[b]! || a - b);
      group.children = order.map((index) => group.children[index]!);
    }
    for (const child of group.children) if (isGrowing(child)) sort(child);
  };
  sort(root);
}

function deepen(group: Growing, depth: number): void {
  group.depth = depth;
  for (const child of group.children) {
    if (!isGrowing(child)) continue;
    child.parent = group;
    deepen(child, depth + 1);
  }
}

function gather(group: Group, groups: Map<string, Group>, groupOf: Map<string, Group>): void {
  groups.set(group.id, group);
  for (const child of group.children) {
    if (isGroup(child)) gather(child, groups, groupOf);
    else groupOf.set(child.id, group);
  }
}
