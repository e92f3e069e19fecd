/** Graphs that nobody draws by hand but files of others hold: circles, thousands of siblings, deep nests, odd names. */
import { describe, expect, it } from 'vitest';
import type { OpGraph } from '../../../../src/shared/graph/op-graph.js';
import { groupTree } from '../../../../src/shared/graph/tree/group-tree.js';
import { layOutTree, type TreeLayout } from '../../../../src/shared/graph/tree/tree-layout.js';
import { expectSound } from './expect-sound.js';
import { edge, file, node, randomGraph } from './random-graph.js';

function layouts(graph: OpGraph): readonly TreeLayout[] {
  const tree = groupTree(graph);
  const ids = [...tree.groups.keys()];
  const all = [new Set<string>(), new Set(ids.filter((_, index) => index % 2 === 0)), new Set(ids)];
  return all.map((open) => {
    const layout = layOutTree(tree, open);
    expectSound(tree, layout);
    return layout;
  });
}

/** Different from all others, so that it is not found to be repeated. */
const odd = (id: string, index: number) => node(id, { op: `Op${index}` });

describe('odd graphs', () => {
  it('has circles: while loops, ops that read themselves', () => {
    for (let seed = 1; seed <= 40; seed++) {
      const { nodes, edges } = randomGraph(seed);
      const back = nodes.flatMap(({ id }, index) => {
        const far = nodes[index + ((seed * 7 + index * 13) % 9)];
        return index % 3 === 0 && far ? [edge(far.id, id)] : [];
      });
      layouts(file(nodes, [...edges, ...back, edge(nodes[0]!.id, nodes[0]!.id)]));
    }
  });

  it('is a circle alone', () => {
    const nodes = ['a', 'b', 'c', 'd'].map((id, index) => odd(id, index));
    const [closed] = layouts(file(nodes, [edge('a', 'b'), edge('b', 'c'), edge('c', 'd'), edge('d', 'a')]));
    expect(closed!.wires).toHaveLength(4);
  });

  it('has edges from and to what is not there', () => {
    const [closed] = layouts(file([odd('a', 0), odd('b', 1)], [edge('gone', 'b'), edge('a', 'gone'), edge('a', 'b')]));
    expect(closed!.wires).toMatchObject([{ from: 'a', to: 'b', count: 1 }]);
  });

  it('is empty, or one op', () => {
    expect(layouts(file([], []))[0]).toMatchObject({ items: [], groups: [], wires: [] });
    expect(layouts(file([node('only')], []))[0]!.items).toHaveLength(1);
  });

  it('cuts rows of thousands of siblings, so that they can be looked at', () => {
    const siblings = Array.from({ length: 2000 }, (_, index) => odd(`g/n${index}`, index));
    const hub = odd('g/hub', 2000);
    const end = odd('g/end', 2001);
    const ways = siblings.flatMap(({ id }) => [edge(hub.id, id), edge(id, end.id)]);
    for (const graph of [file([...siblings, odd('g/other', 2002)], []), file([hub, ...siblings, end], ways)]) {
      const tree = groupTree(graph);
      const layout = layOutTree(tree, new Set(tree.groups.keys()));
      expect(layout.width / layout.height).toBeGreaterThan(0.3);
      expect(layout.width / layout.height).toBeLessThan(3);
      const places = new Set(layout.items.map(({ x, y }) => `${x} ${y}`));
      expect(places.size).toBe(graph.nodes.length);
      const top = new Map(layout.items.map(({ id, y }) => [id, y]));
      for (const { from, to } of graph.edges) expect(top.get(from)!).toBeLessThan(top.get(to)!);
    }
  });

  it('has an op that hundreds of constants go to', () => {
    const constants = Array.from({ length: 200 }, (_, index) => node(`c${index}`, { kind: 'constant', op: 'Const' }));
    const layout = layouts(
      file(
        [...constants, odd('sum', 1)],
        constants.map(({ id }) => edge(id, 'sum')),
      ),
    )[0]!;
    expect(layout.width / layout.height).toBeLessThan(6);
  });

  it('has ten thousand edges between two ops', () => {
    const edges = Array.from({ length: 10_000 }, (_, slot) => ({ ...edge('a', 'b'), slot }));
    const [layout] = layouts(file([odd('a', 0), odd('b', 1)], edges));
    expect(layout!.wires).toMatchObject([{ from: 'a', to: 'b', count: 10_000 }]);
  });

  it('nests as deep as somebody likes', () => {
    for (const depth of [60, 5000]) {
      const names = Array.from({ length: depth }, (_, level) => `level${level}`);
      // Each level has an op of its own, or all of them were one.
      const nodes = Array.from({ length: Math.min(depth, 200) }, (_, level) =>
        odd([...names.slice(0, level), `op${level}`].join('/'), level),
      );
      const deepest = node('deepest', { group: names });
      const tree = groupTree(file([...nodes, deepest], []));
      expectSound(tree, layOutTree(tree, new Set(tree.groups.keys())));
    }
  });

  it('has names that are long, of all scripts, or look like markup', () => {
    const names = ['<img src=x onerror=alert(1)>', '层/卷积', '🧠/نموذج', 'a'.repeat(5000), '__proto__', 'constructor'];
    const nodes = names.flatMap((name, index) => [odd(`${name}/x`, 2 * index), odd(`${name}/y`, 2 * index + 1)]);
    const [closed] = layouts(file(nodes, []));
    expect(closed!.width).toBeLessThan(5000);
  });
});
