/** Graphs for tests of what holds for any: the same for the same seed. */
import type { OpEdge, OpGraph, OpNode } from '../../../../src/shared/graph/op-graph.js';

export const node = (id: string, more: Partial<OpNode> = {}): OpNode => ({
  id,
  op: 'Op',
  kind: 'op',
  phase: 'forward',
  outputs: [{ shape: [-1, 4], dtype: 'float32' }],
  bytes: 0,
  group: id.split('/').slice(0, -1),
  ...more,
});
export const edge = (from: string, to: string): OpEdge => ({ from, to, slot: 0, input: 'x' });
export const file = (nodes: OpNode[], edges: OpEdge[]): OpGraph => ({
  nodes,
  edges,
  layers: [],
  backend: 'file',
  batchSize: -1,
  batch: 'none',
});

export function randomGraph(seed: number): OpGraph {
  let state = seed;
  const random = (below: number): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  const count = 5 + random(60);
  const nodes: OpNode[] = [];
  const edges: OpEdge[] = [];
  for (let index = 0; index < count; index++) {
    const path = Array.from({ length: random(4) }, () => `g${random(3)}`);
    const isConstant = random(6) === 0;
    const id = [...path, `n${index}`].join('/');
    nodes.push(node(id, isConstant ? { kind: 'constant', op: 'Const' } : { op: `Op${random(4)}` }));
    if (isConstant) continue;
    for (let inputs = random(3); inputs > 0 && index > 0; inputs--) edges.push(edge(nodes[random(index)]!.id, id));
  }
  return file(nodes, edges);
}
