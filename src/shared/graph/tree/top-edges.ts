/** Lifts each edge of a graph to the group where its ends part, as an edge between that group's children. Pure. */
import { cellOf } from '../graph-blocks.js';
import type { OpGraph } from '../op-graph.js';
import { graphIndex } from './graph-index.js';
import type { Group } from './group-tree.js';

/**
 * Fills the groups' `edges`. Those that lead to a gradient or an update stay within their group: between
 * groups it is the forward pass that says what stands below what.
 */
export function topEdges(root: Group, graph: OpGraph): void {
  const { placeOf, from, to } = graphIndex(graph);
  // Groups by numbers, each after those around it; of groups and ops: the group they are in, and which child of it.
  const groups: Group[] = [];
  const outer: number[] = [];
  const placeInOuter: number[] = [];
  const groupOf = new Int32Array(graph.nodes.length).fill(-1);
  const placeInGroup = new Int32Array(graph.nodes.length);
  const visit = (group: Group, parent: number, place: number): void => {
    const number = groups.length;
    groups.push(group);
    outer.push(parent);
    placeInOuter.push(place);
    group.children.forEach((child, index) => {
      if ('children' in child) visit(child, number, index);
      else {
        const node = placeOf.get(child.id)!;
        groupOf[node] = number;
        placeInGroup[node] = index;
      }
    });
  };
  visit(root, -1, 0);
  const seen = groups.map(() => new Set<number>());
  graph.edges.forEach(({ input }, edge) => {
    const [source, target] = [from[edge]!, to[edge]!];
    let [a, b] = [groupOf[source]!, groupOf[target]!];
    if (a < 0 || b < 0) return;
    let [first, last] = [placeInGroup[source]!, placeInGroup[target]!];
    // Up to the group that both are in.
    while (a !== b) {
      if (a > b) [first, a] = [placeInOuter[a]!, outer[a]!];
      else [last, b] = [placeInOuter[b]!, outer[b]!];
    }
    if (first === last) return;
    const group = groups[a]!;
    const between = 'children' in group.children[first]! || 'children' in group.children[last]!;
    if (between && (input === 'control' || cellOf(graph.nodes[target]!.phase) !== 'forward')) return;
    const key = first * group.children.length + last;
    if (seen[a]!.has(key)) return;
    seen[a]!.add(key);
    (group.edges as (readonly [number, number])[]).push([first, last]);
  });
  const sort = (group: Group): void => {
    sortChildren(group);
    for (const child of group.children) if ('children' in child) sort(child);
  };
  sort(root);
}

/**
 * Children after all that they read, as near as can be to their order until now. Groups can read one
 * another in a circle; it is cut at the one that came first.
 */
function sortChildren(group: Group): void {
  if (group.edges.every(([from, to]) => from < to)) return;
  const count = group.children.length;
  const waits = new Int32Array(count);
  const after: number[][] = group.children.map(() => []);
  for (const [from, to] of group.edges) {
    waits[to]!++;
    after[from]!.push(to);
  }
  const order: number[] = [];
  const place = new Int32Array(count).fill(-1);
  const ready = new Lowest();
  waits.forEach((wait, index) => {
    if (wait === 0) ready.add(index);
  });
  let next = 0;
  while (order.length < count) {
    let index = ready.take();
    if (index === undefined) {
      while (place[next] !== -1) next++;
      index = next;
    }
    if (place[index] !== -1) continue;
    place[index] = order.length;
    order.push(index);
    for (const to of after[index]!) if (--waits[to]! === 0) ready.add(to);
  }
  if (order.every((index, at) => index === at)) return;
  const writable = group as { -readonly [K in keyof Group]: Group[K] };
  writable.children = order.map((index) => group.children[index]!);
  writable.edges = group.edges.map(([from, to]): readonly [number, number] => [place[from]!, place[to]!]);
}

/** Gives the lowest of the numbers that it has. */
class Lowest {
  private readonly heap: number[] = [];

  add(number: number): void {
    const { heap } = this;
    let at = heap.push(number) - 1;
    for (let above = (at - 1) >> 1; at > 0 && heap[above]! > heap[at]!; above = (at - 1) >> 1) {
      [heap[at], heap[above]] = [heap[above]!, heap[at]!];
      at = above;
    }
  }

  take(): number | undefined {
    const { heap } = this;
    const lowest = heap[0];
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return lowest;
    heap[0] = last;
    for (let at = 0; ;) {
      let least = at;
      for (const below of [2 * at + 1, 2 * at + 2])
        if (below < heap.length && heap[below]! < heap[least]!) least = below;
      if (least === at) return lowest;
      [heap[at], heap[least]] = [heap[least]!, heap[at]!];
      at = least;
    }
  }
}
