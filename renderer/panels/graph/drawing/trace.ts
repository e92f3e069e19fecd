/** Everything that an op's values come from and go to, over all edges of the graph, drawn or not. One a graph. Pure. */
import type { OpGraph } from '../../../../src/shared/graph/op-graph.js';
import { graphIndex } from '../../../../src/shared/graph/tree/graph-index.js';
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
  private known: { readonly before: Neighbours; readonly after: Neighbours } | undefined;

  constructor(private readonly graph: Pick<OpGraph, 'nodes' | 'edges'>) {}

  /** Of an item among those that are seen. One that holds ops of both directions counts as above: it comes before. */
  trace(of: PlacedItem, items: readonly PlacedItem[]): Trace {
    const { placeOf } = graphIndex(this.graph);
    const { before, after } = this.neighbours();
    const start = of.ops.flatMap(({ id }) => placeOf.get(id) ?? []);
    const up = reached(before, start);
    const down = reached(after, start);
    const trace = new Map<string, Side>();
    for (const item of items) {
      const is = (marks: Uint8Array): boolean =>
        item.ops.some(({ id }) => marks[placeOf.get(id) ?? marks.length] === 1);
      if (is(up)) trace.set(item.id, 'up');
      else if (is(down)) trace.set(item.id, 'down');
    }
    trace.set(of.id, 'self');
    return trace;
  }

  /** Not before somebody asks: a graph is to be seen first. */
  private neighbours(): NonNullable<Tracer['known']> {
    const { from, to } = graphIndex(this.graph);
    const count = this.graph.nodes.length;
    return (this.known ??= { before: neighbours(count, to, from), after: neighbours(count, from, to) });
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
