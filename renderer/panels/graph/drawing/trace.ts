/** Everything that an op's values come from and go to, over all edges of the graph, drawn or not. One a graph. Pure. */
import type { OpGraph } from '../../../../src/shared/graph/op-graph.js';
import { graphIndex } from '../../../../src/shared/graph/tree/graph-index.js';
import type { PlacedItem } from '../../../../src/shared/graph/tree/tree-layout.js';
import type { Scene } from './scene.js';

export type Side = 'self' | 'up' | 'down';

/** By the items' ids; `undefined` for what is in neither direction. */
export interface Trace {
  get(item: string): Side | undefined;
}

/** Of each node: its neighbours, one list after another. */
interface Lists {
  /** Of each list, and one more at the end. */
  readonly start: Int32Array;
  readonly list: Int32Array;
}

export class Tracer {
  private known: { readonly before: Lists; readonly after: Lists } | undefined;

  constructor(private readonly graph: Pick<OpGraph, 'nodes' | 'edges'>) {}

  /** Of an item that is seen. One that holds ops of both directions counts as above: it comes before. */
  trace(of: PlacedItem, { layout: { items, itemOf }, placeOf }: Scene): Trace {
    const own = placeOf.get(of.id)!;
    const { before, after } = this.neighbours();
    const sides = new Uint8Array(items.length);
    reach(after, itemOf, own, sides, DOWN);
    reach(before, itemOf, own, sides, UP);
    sides[own] = SELF;
    return { get: (item) => sideNames[sides[placeOf.get(item) ?? -1] ?? 0] };
  }

  /** Takes a while for a large graph: to be done once it is seen, before somebody asks. */
  prepare(): void {
    this.neighbours();
  }

  private neighbours(): NonNullable<Tracer['known']> {
    const { from, to } = graphIndex(this.graph);
    const count = this.graph.nodes.length;
    return (this.known ??= { before: neighbours(count, to, from), after: neighbours(count, from, to) });
  }
}

const [UP, DOWN, SELF] = [1, 2, 3];
const sideNames = [undefined, 'up', 'down', 'self'] as const;

function neighbours(count: number, of: Int32Array, other: Int32Array): Lists {
  const start = new Int32Array(count + 1);
  for (const node of of) start[node + 1]!++;
  for (let node = 0; node < count; node++) start[node + 1]! += start[node]!;
  const next = start.slice();
  const list = new Int32Array(of.length);
  for (let edge = 0; edge < of.length; edge++) list[next[of[edge]!]!++] = other[edge]!;
  return { start, list };
}

/** Marks the items of all that can be reached from the nodes of an item. */
function reach({ start, list }: Lists, itemOf: Int32Array, item: number, sides: Uint8Array, side: number): void {
  const isReached = new Uint8Array(start.length - 1);
  // Each node waits once at most.
  const waiting = new Int32Array(isReached.length);
  let count = 0;
  for (let node = 0; node < isReached.length; node++) {
    if (itemOf[node] !== item) continue;
    isReached[node] = 1;
    waiting[count++] = node;
  }
  while (count > 0) {
    const node = waiting[--count]!;
    const own = itemOf[node]!;
    if (own >= 0) sides[own] = side;
    for (let at = start[node]!; at < start[node + 1]!; at++) {
      const next = list[at]!;
      if (isReached[next] === 1) continue;
      isReached[next] = 1;
      waiting[count++] = next;
    }
  }
}
