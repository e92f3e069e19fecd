/** Lifts each edge of a graph to the group where its ends part, as an edge between that group's children. Pure. */
import { cellOf } from '../graph-blocks.js';
import type { OpGraph } from '../op-graph.js';
import { graphIndex } from './graph-index.js';
import { isGrowing, type Growing } from './growing.js';
import { Pairs } from './pairs.js';

/**
 * Fills the groups' `edges`. Those that lead to a gradient or an update stay within their group: between
 * groups it is the forward pass that says what stands below what.
 */
export function topEdges(root: Growing, graph: OpGraph): void {
  const { from, to } = graphIndex(graph);
  // Groups by numbers, each after those around it; of groups and ops: the group they are in, and which child of it.
  const groups: Growing[] = [];
  const outer: number[] = [];
  const placeInOuter: number[] = [];
  const groupOf = new Int32Array(graph.nodes.length).fill(-1);
  const placeInGroup = new Int32Array(graph.nodes.length);
  const visit = (group: Growing, parent: number, place: number): void => {
    const number = groups.length;
    groups.push(group);
    outer.push(parent);
    placeInOuter.push(place);
    group.children.forEach((child, index) => {
      if (isGrowing(child)) visit(child, number, index);
      else {
        groupOf[child] = number;
        placeInGroup[child] = index;
      }
    });
  };
  visit(root, -1, 0);
  /** Of each group: a number that its first child has among the children of all. */
  const firstChild: number[] = [];
  let children = 0;
  for (const group of groups) {
    firstChild.push(children);
    children += group.children.length;
  }
  const known = new Pairs(from.length);
  for (let edge = 0; edge < from.length; edge++) {
    const target = to[edge]!;
    let a = groupOf[from[edge]!]!;
    let b = groupOf[target]!;
    if (a < 0 || b < 0) continue;
    let first = placeInGroup[from[edge]!]!;
    let last = placeInGroup[target]!;
    // Up to the group that both are in.
    while (a !== b) {
      if (a > b) {
        first = placeInOuter[a]!;
        a = outer[a]!;
      } else {
        last = placeInOuter[b]!;
        b = outer[b]!;
      }
    }
    if (first === last) continue;
    const group = groups[a]!;
    const between = isGrowing(group.children[first]!) || isGrowing(group.children[last]!);
    if (between && (graph.edges[edge]!.input === 'control' || cellOf(graph.nodes[target]!.phase) !== 'forward'))
      continue;
    const before = known.size;
    known.of(firstChild[a]! + first, firstChild[a]! + last);
    if (known.size > before) group.edges.push(first, last);
  }
  for (const group of groups) sortChildren(group);
}

/**
 * Children after all that they read, as near as can be to their order until now. Groups can read one
 * another in a circle; it is cut at the one that came first.
 */
function sortChildren(group: Growing): void {
  const { edges } = group;
  let pointForward = true;
  for (let at = 0; pointForward && at < edges.length; at += 2) pointForward = edges[at]! < edges[at + 1]!;
  if (pointForward) return;
  const count = group.children.length;
  const waits = new Int32Array(count);
  const after: number[][] = group.children.map(() => []);
  for (let at = 0; at < edges.length; at += 2) {
    waits[edges[at + 1]!]!++;
    after[edges[at]!]!.push(edges[at + 1]!);
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
  group.children = order.map((index) => group.children[index]!);
  group.edges = edges.map((index) => place[index]!);
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
