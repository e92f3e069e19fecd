/** Layouts that remember what was laid out before are those that know nothing of it; placing needs the outline alone. */
import { expect, it } from 'vitest';
import { groupTree } from '../../../../src/shared/graph/tree/group-tree.js';
import { Placing } from '../../../../src/shared/graph/tree/placing.js';
import { layOutTree, TreeLayouts } from '../../../../src/shared/graph/tree/tree-layout.js';
import { randomGraph } from './random-graph.js';

it('the same with and without memory, in whatever order groups were opened and closed', () => {
  for (let seed = 1; seed <= 15; seed++) {
    const tree = groupTree(randomGraph(seed));
    const remembering = new TreeLayouts(tree);
    const ids = [...tree.groups.keys()];
    let open = new Set<string>();
    for (let step = 0; step < 12; step++) {
      const id = ids[(step * 7 + seed * 3) % ids.length]!;
      open = new Set(open);
      if (!open.delete(id)) open.add(id);
      expect(remembering.layOut(open)).toEqual(new TreeLayouts(tree).layOut(open));
    }
  }
});

it('what comes of a copy of the outline is what comes of the outline', () => {
  const tree = groupTree(randomGraph(4));
  const layouts = new TreeLayouts(tree);
  const open = new Set([...tree.groups.keys()].filter((_, index) => index % 2 === 0));
  const placement = new Placing(structuredClone(layouts.outline)).place(layouts.openGroups(open));
  expect(layouts.put(structuredClone(placement))).toEqual(layOutTree(tree, open));
});

it('counts what is seen without laying it out', () => {
  for (let seed = 1; seed <= 15; seed++) {
    const tree = groupTree(randomGraph(seed));
    const layouts = new TreeLayouts(tree);
    const ids = [...tree.groups.keys()];
    for (const open of [new Set<string>(), new Set(ids.filter((_, index) => index % 3 > 0)), new Set(ids)])
      expect(layouts.countOf(open)).toBe(layouts.layOut(open).items.length);
  }
});
