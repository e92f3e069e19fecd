/** What of a graph is seen first, at every width of the panel. */
import { describe, expect, it } from 'vitest';
import { firstView } from '../../../../../../renderer/panels/graph/view/first-view.js';
import { groupTree } from '../../../../../../src/shared/graph/tree/group-tree.js';
import { layOutTree } from '../../../../../../src/shared/graph/tree/tree-layout.js';
import { edge, file, node } from '../../../../shared/graph/random-graph.js';

const op = (id: string, index: number) => node(id, { op: `Op${index}` });

/** An input, branches beside one another, and what puts them together. */
function branches(count: number) {
  const inner = Array.from({ length: count }, (_, index) => [
    op(`b${index}/x`, 2 * index),
    op(`b${index}/y`, 2 * index + 1),
  ]);
  const edges = inner.flatMap(([x, y]) => [edge('in', x!.id), edge(x!.id, y!.id), edge(y!.id, 'out')]);
  return layOutTree(groupTree(file([op('in', -1), ...inner.flat(), op('out', -2)], edges)), new Set());
}
const chain = layOutTree(
  groupTree(file([op('a/x', 0), op('a/y', 1), op('b/x', 2), op('b/y', 3)], [edge('a/y', 'b/x')])),
  new Set(),
);

describe('first view', () => {
  const widths = [300, 360, 480, 700, 1000, 1400];

  it('can be read, and begins at the top', () => {
    for (const layout of [chain, branches(3), branches(15)])
      for (const width of widths) {
        const { zoom, y } = firstView(layout, width, 600);
        expect(zoom).toBeGreaterThanOrEqual(0.7);
        expect(zoom).toBeLessThanOrEqual(1);
        expect(y).toBeGreaterThan(0);
      }
  });

  it('has what comes first in sight, from its left', () => {
    for (const layout of [chain, branches(3), branches(15)]) {
      const first = [...layout.groups, ...layout.items].reduce((top, box) => (box.y < top.y ? box : top));
      for (const width of widths) {
        const { x, zoom } = firstView(layout, width, 600);
        expect(first.x * zoom + x).toBeGreaterThanOrEqual(11);
        expect(Math.min(width, (first.x + first.width) * zoom + x)).toBeLessThanOrEqual(width);
      }
    }
  });

  it('leaves no room unused at the left of what is wider than the panel', () => {
    for (const width of widths) {
      const layout = branches(15);
      const { x, zoom } = firstView(layout, width, 600);
      const left = Math.min(...layout.groups.map((group) => group.x * zoom + x));
      expect(left).toBeLessThanOrEqual(13);
    }
  });

  it('is in the middle where all of it has room', () => {
    const { x, zoom } = firstView(chain, 1400, 600);
    expect(x + (chain.width * zoom) / 2).toBeCloseTo(700, 6);
  });
});
