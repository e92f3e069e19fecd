/** Recorded steps: groups, their layout and the picture of it: nothing overlaps, the forward pass flows down. */
import { expect, test } from 'vitest';
import { shapeLabel } from '../../../../src/shared/graph/graph-blocks.js';
import { graphSvg } from '../../../../src/shared/graph/graph-svg.js';
import type { OpGraph } from '../../../../src/shared/graph/op-graph.js';
import { cellKindOf, groupTree, isGroup } from '../../../../src/shared/graph/tree/group-tree.js';
import { layeredLayout } from '../../../../src/shared/graph/tree/layered-layout.js';
import { layOutTree, type TreeLayout } from '../../../../src/shared/graph/tree/tree-layout.js';
import { denseGraph } from './graph.js';

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

function overlaps(boxes: readonly Box[]): number {
  let count = 0;
  boxes.forEach((a, index) => {
    for (const b of boxes.slice(index + 1)) {
      if (a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height) count++;
    }
  });
  return count;
}

test('a block a layer, its gradient and update beside its forward ops', () => {
  const groups = groupTree(denseGraph).root.children.filter(isGroup);
  expect(groups.map(({ label, type }) => [label, type])).toEqual([
    ['batch', undefined],
    ['dense 1', 'Dense'],
    ['loss', undefined],
  ]);
  const { children, line } = groups[1]!;
  expect(line).toBe(7);
  const ops = (cell: string) =>
    children.flatMap((child) => (!isGroup(child) && cellKindOf(child) === cell ? [child.op] : []));
  expect(ops('gradient')).toEqual(['ReluGrad']);
  expect(ops('update')).toEqual(['ApplyAdam', 'Assign']);
});

test('shapes are those of one example', () => {
  expect(shapeLabel([4, 148, 148, 64], 4)).toBe('148×148×64');
  expect(shapeLabel([3, 3, 64], 4)).toBe('3×3×64');
  expect(shapeLabel([4], 4)).toBe('4');
  expect(shapeLabel([], 4)).toBe('');
});

test.each([
  ['closed', new Set<string>()],
  ['open', new Set(['layer:dense 1', 'loss'])],
])('nothing overlaps, and the forward pass flows down: %s', (_, open) => {
  const layout = layOutTree(groupTree(denseGraph), open);
  expect(overlaps(layout.groups)).toBe(0);
  expect(overlaps(layout.items)).toBe(0);
  const inBlocks = layout.items.every((item) => {
    const block = layout.groups.find(({ group }) => group === item.group)!;
    return (
      item.x >= block.x &&
      item.y >= block.y &&
      item.x + item.width <= block.x + block.width &&
      item.y + item.height <= block.y + block.height
    );
  });
  expect(inBlocks).toBe(true);
  expect(downhill(layout, 'forward')).toBe(true);
});

function downhill({ wires, items }: TreeLayout, cell: string): boolean {
  const y = new Map(items.map((item) => [item.id, item.y]));
  // Weights stand beside what they go to.
  const aside = new Set(items.flatMap(({ id, ops }) => (ops[0]!.kind === 'variable' ? [id] : [])));
  return wires
    .filter((wire) => wire.cell === cell && !aside.has(wire.from))
    .every(({ from, to }) => y.get(from)! < y.get(to)!);
}

test('an open block has an item for each op, a closed one for each cell', () => {
  const ids = (open: readonly string[]): string[] =>
    layOutTree(groupTree(denseGraph), new Set(open)).items.map(({ id }) => id);
  expect(ids([])).toEqual([
    'input#forward',
    'layer:dense 1#forward',
    'layer:dense 1#gradient',
    'layer:dense 1#update',
    'loss#forward',
  ]);
  expect(ids(['layer:dense 1'])).toContain('gradient/dense 1/ReluGrad');
});

test('wires carry the shape of what goes along them', () => {
  const { wires } = layOutTree(groupTree(denseGraph), new Set());
  expect(wires.find(({ from }) => from === 'input#forward')).toMatchObject({ to: 'layer:dense 1#forward', label: '4' });
  expect(wires.find(({ to }) => to === 'loss#forward')).toMatchObject({ label: '3' });
});

test('ranks of random graphs do not overlap, and every edge points down', () => {
  let seed = 1;
  const random = (below: number): number => (seed = (seed * 48_271) % 2_147_483_647) % below;
  for (let round = 0; round < 20; round++) {
    const nodes = Array.from({ length: 60 }, () => ({ width: 20 + random(80), height: 10 + random(30) }));
    const edges = Array.from({ length: 90 }, () => [random(60), random(60)] as const).filter(([a, b]) => a < b);
    const { places, width, height } = layeredLayout(nodes, edges, { column: 5, row: 5 });
    const boxes = nodes.map((node, index) => ({ ...node, ...places[index]! }));
    expect(overlaps(boxes)).toBe(0);
    expect(edges.every(([a, b]) => boxes[a]!.y + boxes[a]!.height <= boxes[b]!.y)).toBe(true);
    expect(boxes.every((box) => box.x >= -0.01 && box.x + box.width <= width + 0.01)).toBe(true);
    expect(boxes.every((box) => box.y + box.height <= height)).toBe(true);
  }
});

test('names of the person’s own do not break the picture', () => {
  const hostile: OpGraph = JSON.parse(JSON.stringify(denseGraph).replaceAll('dense 1', '<b>&'));
  const svg = graphSvg(hostile, '"a" <b>');
  expect(svg).not.toContain('<b>');
  expect(svg).toContain('&#60;b&#62;&#38;');
});
