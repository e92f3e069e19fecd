/** A graph's edges by the places of their ends among the nodes: names are looked up once a graph, for all who walk it. Pure. */
import type { OpGraph } from '../op-graph.js';

export interface GraphIndex {
  /** By the node's id. */
  readonly placeOf: ReadonlyMap<string, number>;
  /** Of each edge. */
  readonly from: Int32Array;
  readonly to: Int32Array;
}

/** As far back as names are compared before they are looked up. */
const NEAR = 4;

type Indexed = Pick<OpGraph, 'nodes' | 'edges'>;

const known = new WeakMap<Indexed, GraphIndex>();

export function graphIndex(graph: Indexed): GraphIndex {
  const before = known.get(graph);
  if (before) return before;
  const placeOf = new Map<string, number>();
  graph.nodes.forEach(({ id }, place) => placeOf.set(id, place));
  const from = new Int32Array(graph.edges.length);
  const to = new Int32Array(graph.edges.length);
  const { nodes, edges } = graph;
  // Most edges come in the order of the nodes they go to, from one that is near: a look there is quicker than a name's.
  let last = 0;
  for (let index = 0; index < edges.length; index++) {
    const edge = edges[index]!;
    const near = nodes[last]?.id === edge.to ? last : last + 1;
    const target = nodes[near]?.id === edge.to ? near : placeOf.get(edge.to);
    let source = (target ?? 0) - 1;
    for (let looks = 0; looks < NEAR && source >= 0 && nodes[source]!.id !== edge.from; looks++) source--;
    const start = source >= 0 && nodes[source]!.id === edge.from ? source : placeOf.get(edge.from);
    // What has an end that is not there leads nowhere: as an op that reads itself, it is not drawn.
    if (target === undefined || start === undefined) continue;
    from[index] = start;
    to[index] = last = target;
  }
  const index = { placeOf, from, to };
  known.set(graph, index);
  return index;
}
