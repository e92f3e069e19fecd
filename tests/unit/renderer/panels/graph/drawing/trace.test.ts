/** What is up- and downstream of an op, against following every edge again and again. */
import { expect, it } from 'vitest';
import { wireSide } from '../../../../../../renderer/panels/graph/drawing/look.js';
import { Scene } from '../../../../../../renderer/panels/graph/drawing/scene.js';
import { Tracer } from '../../../../../../renderer/panels/graph/drawing/trace.js';
import type { OpGraph } from '../../../../../../src/shared/graph/op-graph.js';
import { groupTree } from '../../../../../../src/shared/graph/tree/group-tree.js';
import { layOutTree } from '../../../../../../src/shared/graph/tree/tree-layout.js';
import { randomGraph } from '../../../../shared/graph/random-graph.js';

function closure({ edges }: OpGraph, start: readonly string[], along: 'up' | 'down'): Set<string> {
  const found = new Set(start);
  for (let before = -1; before < found.size;) {
    before = found.size;
    for (const { from, to } of edges) {
      if (along === 'up' && found.has(to)) found.add(from);
      if (along === 'down' && found.has(from)) found.add(to);
    }
  }
  return found;
}

it('each op of random graphs, with everything open', () => {
  for (let seed = 1; seed <= 12; seed++) {
    const graph = randomGraph(seed);
    const tree = groupTree(graph);
    const scene = new Scene(layOutTree(tree, new Set(tree.groups.keys())));
    const { items } = scene.layout;
    const tracer = new Tracer(graph);
    for (const item of items) {
      const trace = tracer.trace(item, scene);
      const up = closure(graph, [item.id], 'up');
      const down = closure(graph, [item.id], 'down');
      for (const { id } of items) {
        const side = id === item.id ? 'self' : up.has(id) ? 'up' : down.has(id) ? 'down' : undefined;
        expect(trace.get(id)).toBe(side);
      }
    }
  }
});

it('a closed group is on the way where one of its ops is', () => {
  const graph = randomGraph(7);
  const scene = new Scene(layOutTree(groupTree(graph), new Set()));
  const { items } = scene.layout;
  const tracer = new Tracer(graph);
  for (const item of items) {
    const trace = tracer.trace(item, scene);
    const start = item.ops.map(({ id }) => id);
    const up = closure(graph, start, 'up');
    for (const other of items.filter((one) => one !== item))
      expect(trace.get(other.id) === 'up').toBe(other.ops.some(({ id }) => up.has(id)));
  }
});

it('wires are on the way where both of their ends are, on the same side', () => {
  const trace = new Map([
    ['a', 'up'],
    ['b', 'self'],
    ['c', 'down'],
  ] as const);
  expect(wireSide(trace, 'a', 'b')).toBe('up');
  expect(wireSide(trace, 'b', 'c')).toBe('down');
  expect(wireSide(trace, 'a', 'c')).toBe('off');
  expect(wireSide(trace, 'a', 'x')).toBe('off');
  expect(wireSide(trace, 'x', 'c')).toBe('off');
});
