/** Everything that an op's values come from and go to, over all edges of the graph, drawn or not. Built once a graph. Pure. */
import type { OpGraph } from '../../../../src/shared/graph/op-graph.js';
import type { PlacedItem } from '../../../../src/shared/graph/tree/tree-layout.js';

export type Side = 'self' | 'up' | 'down';

/** By the items' ids; what is in neither direction is not in it. */
export type Trace = ReadonlyMap<string, Side>;

/** Neighbours of each node, one after another. */
interface Neighbours {
  readonly start: Int32Array;
  readonly list: Int32Array;
}

export class Tracer {
  private readonly places: ReadonlyMap<string, number>;
  private readonly before: Neighbours;
  private readonly after: Neighbours;

  constructor({ nodes, edges }: Pick<OpGraph, 'nodes' | 'edges'>) {
    const places = new Map(nodes.map(({ id }, place) => [id, place]));
    const from = Int32Array.from(edges, (edge) => places.get(edge.from)!);
    const to = Int32Array.from(edges, (edge) => places.get(edge.to)!);
    this.places = places;
    this.before = neighbours(nodes.length, to, from);
    this.after = neighbours(nodes.length, from, to);
  }

  /** Of an item among those that are seen. One that holds ops of both directions counts as above: it comes before. */
  trace(of: PlacedItem, items: readonly PlacedItem[]): Trace {
    const start = of.ops.flatMap(({ id }) => this.places.get(id) ?? []);
    const up = reached(this.before, start);
    const down = reached(this.after, start);
    const trace = new Map<string, Side>();
    for (const item of items) {
      const is = (marks: Uint8Array): boolean =>
        item.ops.some(({ id }) => marks[this.places.get(id) ?? marks.length] === 1);
      if (is(up)) trace.set(item.id, 'up');
      else if (is(down)) trace.set(item.id, 'down');
    }
    trace.set(of.id, 'self');
    return trace;
  }
}

function neighbours(count: number, of: Int32Array, other: Int32Array): Neighbours {
  const start = new Int32Array(count + 1);
  for (const node of of) start[node + 1]!++;
  for (let node = 0; node < count; node++) start[node + 1]! += start[node]!;
  const next = start.slice();
  const list = new Int32Array(of.length);
  of.forEach((node, edge) => (list[next[node]!++] = other[edge]!));
  return { start, list };
}

/** 1 for what can be reached, and for where it began. */
function reached({ start, list }: Neighbours, from: readonly number[]): Uint8Array {
  const marks = new Uint8Array(start.length - 1);
  const waiting = [...from];
  for (const node of from) marks[node] = 1;
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    for (let at = start[node]!; at < start[node + 1]!; at++) {
      const next = list[at]!;
      if (marks[next] === 1) continue;
      marks[next] = 1;
      waiting.push(next);
    }
  }
  return marks;
}
