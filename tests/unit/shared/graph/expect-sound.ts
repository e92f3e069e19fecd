/** What holds for the layout of any graph: each op is seen once, apart from others, within its groups, and wires have ends. */
import { expect } from 'vitest';
import type { GroupTree } from '../../../../src/shared/graph/tree/group-tree.js';
import type { Box, TreeLayout } from '../../../../src/shared/graph/tree/tree-layout.js';

const apart = (a: Box, b: Box): boolean =>
  a.x + a.width <= b.x + 0.01 ||
  b.x + b.width <= a.x + 0.01 ||
  a.y + a.height <= b.y + 0.01 ||
  b.y + b.height <= a.y + 0.01;
const within = (inner: Box, outer: Box): boolean =>
  inner.x >= outer.x - 0.01 &&
  inner.y >= outer.y - 0.01 &&
  inner.x + inner.width <= outer.x + outer.width + 0.01 &&
  inner.y + inner.height <= outer.y + outer.height + 0.01;

export function expectSound(tree: GroupTree, layout: TreeLayout): void {
  const shown = layout.items.flatMap(({ ops }) => ops.map(({ id }) => id)).sort();
  expect(shown).toEqual(tree.graph.nodes.map(({ id }) => id).sort());
  const boxes = new Map(layout.groups.map((placed) => [placed.group, placed]));
  const overlapping: string[] = [];
  const outside: string[] = [];
  layout.items.forEach((item, index) => {
    for (let other = index + 1; other < layout.items.length; other++)
      if (!apart(item, layout.items[other]!)) overlapping.push(`${item.id} and ${layout.items[other]!.id}`);
    const frame = boxes.get(item.group);
    if (frame && !within(item, frame)) outside.push(item.id);
  });
  expect(overlapping).toEqual([]);
  expect(outside).toEqual([]);
  for (const placed of layout.groups) {
    const outer = placed.group.parent && boxes.get(placed.group.parent);
    if (outer) expect(within(placed, outer)).toBe(true);
    for (const other of layout.groups)
      if (other !== placed && other.group.parent === placed.group.parent) expect(apart(placed, other)).toBe(true);
  }
  const items = new Map(layout.items.map((item) => [item.id, item]));
  for (const { from, to } of layout.wires) expect(items.has(from) && items.has(to)).toBe(true);
}
