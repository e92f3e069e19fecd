/** Lifts each edge of a graph to the group where its ends part, as an edge between that group's children. Pure. */
import { cellOf } from '../graph-blocks.js';
import type { OpGraph, OpNode } from '../op-graph.js';
import type { Group } from './group-tree.js';

interface Place {
  readonly group: Group;
  /** Among the group's children. */
  readonly index: number;
}

/**
 * Fills the groups' `edges`. Those that lead to a gradient or an update stay within their group: between
 * groups it is the forward pass that says what stands below what.
 */
export function topEdges(root: Group, graph: OpGraph): void {
  const paths = new Map<string, readonly Place[]>();
  const phases = new Map<string, OpNode['phase']>();
  const visit = (group: Group, above: readonly Place[]): void => {
    group.children.forEach((child, index) => {
      const path = [...above, { group, index }];
      if ('children' in child) visit(child, path);
      else {
        paths.set(child.id, path);
        phases.set(child.id, child.phase);
      }
    });
  };
  visit(root, []);
  const seen = new Map<Group, Set<number>>();
  for (const { from, to, input } of graph.edges) {
    const [a, b] = [paths.get(from), paths.get(to)];
    if (!a || !b) continue;
    let level = 0;
    while (level < a.length - 1 && level < b.length - 1 && a[level]!.index === b[level]!.index) level++;
    const [source, target] = [a[level]!, b[level]!];
    if (source.index === target.index) continue;
    const { group } = source;
    const between = 'children' in group.children[source.index]! || 'children' in group.children[target.index]!;
    if (between && (input === 'control' || cellOf(phases.get(to)!) !== 'forward')) continue;
    const key = source.index * group.children.length + target.index;
    let known = seen.get(group);
    if (!known) seen.set(group, (known = new Set()));
    if (known.has(key)) continue;
    known.add(key);
    (group.edges as (readonly [number, number])[]).push([source.index, target.index]);
  }
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
