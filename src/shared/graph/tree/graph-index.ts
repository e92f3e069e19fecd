/** A graph's edges by the places of their ends among the nodes: names are looked up once a graph, for all who walk it. Pure. */
import type { OpGraph } from '../op-graph.js';

export interface GraphIndex {
  /** By the node's id. */
  readonly placeOf: ReadonlyMap<string, number>;
  /** Of each edge. */
  readonly from: Int32Array;
  readonly to: Int32Array;
}

type Indexed = Pick<OpGraph, 'nodes' | 'edges'>;

const known = new WeakMap<Indexed, GraphIndex>();

export function graphIndex(graph: Indexed): GraphIndex {
  const before = known.get(graph);
  if (before) return before;
  const placeOf = new Map<string, number>();
  graph.nodes.forEach(({ id }, place) => placeOf.set(id, place));
  const from = new Int32Array(graph.edges.length);
  const to = new Int32Array(graph.edges.length);
  graph.edges.forEach((edge, index) => {
    from[index] = placeOf.get(edge.from)!;
    to[index] = placeOf.get(edge.to)!;
  });
  const index = { placeOf, from, to };
  known.set(graph, index);
  return index;
}
