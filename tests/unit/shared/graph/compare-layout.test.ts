/** The two sides of a comparison: at the same places, each as it is. */
import { expect, it } from 'vitest';
import { compareGraphs } from '../../../../src/shared/graph/compare-graphs.js';
import { CompareLayouts, unionTree } from '../../../../src/shared/graph/compare-layout.js';
import type { OpGraph } from '../../../../src/shared/graph/op-graph.js';
import { layOutTree } from '../../../../src/shared/graph/tree/tree-layout.js';
import { edge, file, node } from './random-graph.js';
import { dense, recordedNet } from './recorded-net.js';

const comparison = compareGraphs(
  recordedNet([dense('dense_1', 8), dense('dense_2', 3)]),
  recordedNet([dense('dense_1', 8), dense('dense_2', 12), dense('dense_3', 3)]),
);
const tree = unionTree(comparison);

function sidesOf(open: ReadonlySet<string>) {
  const layout = layOutTree(tree, open);
  const layouts = new CompareLayouts(comparison, tree);
  return { layout, before: layouts.side(layout, open, 'before'), after: layouts.side(layout, open, 'after') };
}

it('what both have stands at the same place; what one lacks leaves its place empty', () => {
  for (const open of [new Set<string>(), new Set(tree.groups.keys())]) {
    const { layout, before, after } = sidesOf(open);
    const places = new Map(layout.items.map(({ id, x, y }) => [id, [x, y]]));
    for (const side of [before, after]) for (const { id, x, y } of side.items) expect([x, y]).toEqual(places.get(id));
    expect(after.items.length).toBe(layout.items.length);
    expect(before.items.length).toBeLessThan(layout.items.length);
    expect(before.items.some(({ group }) => group.id === 'layer:dense_2')).toBe(false);
    expect(before.groups.map(({ group }) => group.id)).not.toContain('layer:dense_2');
  }
});

it('a layer goes by its own name on its side, with its own shapes', () => {
  const { before, after } = sidesOf(new Set(['layer:dense_3']));
  const labelOf = (side: typeof before) => side.groups.find(({ group }) => group.id === 'layer:dense_3')!.group.label;
  expect([labelOf(before), labelOf(after)]).toEqual(['dense_2', 'dense_3']);
  const kernel = (side: typeof before) =>
    side.items.find(({ id }) => id === 'dense_3/kernel')!.ops[0]!.outputs[0]!.shape;
  expect([kernel(before), kernel(after)]).toEqual([
    [8, 3],
    [12, 3],
  ]);
});

it('wires are those that the side has', () => {
  const { before, after } = sidesOf(new Set());
  const between = (side: typeof before, from: string, to: string) =>
    side.wires.find((wire) => wire.from === `layer:${from}#forward` && wire.to === `layer:${to}#forward`)?.label;
  expect(between(before, 'dense_2', 'dense_3')).toBeUndefined();
  expect(between(after, 'dense_2', 'dense_3')).toBe('12');
  for (const { items, wires } of [before, after]) {
    const ids = new Set(items.map(({ id }) => id));
    expect(wires.every(({ from, to }) => ids.has(from) && ids.has(to))).toBe(true);
  }
});

it('says of each item what became of it', () => {
  const { after } = sidesOf(new Set(['layer:dense_3']));
  expect(after.standing.get('layer:dense_2#forward')).toBe('added');
  expect(after.standing.get('dense_3/kernel')).toBe('changed');
  expect(after.standing.get('dense_3/Relu')).toBe('same');
  expect(after.standing.get('layer:dense_1#forward')).toBe('same');
});

it('what goes to few on each side is wired on both, however many it goes to on the two together', () => {
  const fan = (targets: readonly string[]): OpGraph => {
    const nodes = [node('x', { kind: 'input' }), ...targets.map((id, index) => node(id, { op: `Op${index}` }))];
    return file(
      nodes,
      targets.map((id) => edge('x', id)),
    );
  };
  const names = (side: string): string[] => Array.from({ length: 9 }, (_, index) => `${side}${index}`);
  const compared = compareGraphs(
    fan(names('a')),
    fan(names('b').map((name, index) => (index < 3 ? `a${index}` : name))),
  );
  const union = unionTree(compared);
  const layout = layOutTree(union, new Set());
  const layouts = new CompareLayouts(compared, union);
  for (const side of ['before', 'after'] as const) expect(layouts.side(layout, new Set(), side).wires.length).toBe(9);
});
