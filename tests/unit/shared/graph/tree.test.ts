/** Graphs in nested groups, and where everything of them stands: what holds for any graph, and how known ones look. */
import { describe, expect, it } from 'vitest';
import { curvePoints } from '../../../../src/shared/graph/graph-curve.js';
import type { OpEdge, OpGraph, OpNode } from '../../../../src/shared/graph/op-graph.js';
import { groupTree, isGroup, type Group } from '../../../../src/shared/graph/tree/group-tree.js';
import { layOutTree, type Box, type TreeLayout } from '../../../../src/shared/graph/tree/tree-layout.js';
import { edge, file, node, randomGraph } from './random-graph.js';
import { expectSound } from './expect-sound.js';

describe('any graph', () => {
  it('shows each op once, apart from others, within its groups, whatever is open', () => {
    for (let seed = 1; seed <= 60; seed++) {
      const tree = groupTree(randomGraph(seed));
      const ids = [...tree.groups.keys()];
      for (const open of [new Set<string>(), new Set(ids.filter((_, index) => index % 2 === 0)), new Set(ids)])
        expectSound(tree, layOutTree(tree, open));
    }
  });

  it('children of a group come after what they read, unless they read one another in a circle', () => {
    for (let seed = 100; seed < 130; seed++) {
      const visit = (group: Group): void => {
        const back = group.edges.filter((from, at) => at % 2 === 0 && from >= group.edges[at + 1]!);
        // A circle takes two groups: ops alone never make one.
        if (group.children.every((child) => !isGroup(child))) expect(back).toEqual([]);
        for (const child of group.children) if (isGroup(child)) visit(child);
      };
      visit(groupTree(randomGraph(seed)).root);
    }
  });

  it('edges between ops of one group point down', () => {
    for (let seed = 200; seed < 230; seed++) {
      const tree = groupTree(randomGraph(seed));
      const layout = layOutTree(tree, new Set(tree.groups.keys()));
      const items = new Map(layout.items.map((item) => [item.id, item]));
      for (const { from, to } of tree.graph.edges) {
        const [a, b] = [items.get(from)!, items.get(to)!];
        if (a.group !== b.group || a.ops[0]!.kind === 'constant' || a.group.children.some(isGroup)) continue;
        expect(a.y + a.height).toBeLessThanOrEqual(b.y);
      }
    }
  });

  it('stands as before when what was opened is closed again, and the order of rows stays', () => {
    for (let seed = 300; seed < 320; seed++) {
      const tree = groupTree(randomGraph(seed));
      const closed = layOutTree(tree, new Set());
      for (const { group } of closed.groups) {
        const opened = layOutTree(tree, new Set([group.id]));
        const order = (layout: TreeLayout): string[] =>
          layout.groups
            .filter((placed) => placed.group.depth === 1)
            .sort((a, b) => Math.round(a.y) - Math.round(b.y) || a.x - b.x)
            .map((placed) => placed.group.id);
        if (new Set(closed.groups.map(({ y }) => y)).size === closed.groups.length)
          expect(order(opened)).toEqual(order(closed));
        expect(layOutTree(tree, new Set())).toEqual(closed);
      }
    }
  });
});

describe('equal blocks that follow one another', () => {
  /** Convolution, norm, activation, convolution, sum with what came in. */
  function residual(times: number): OpGraph {
    const nodes = [node('x', { kind: 'input', op: 'Input' }), node('stem', { op: 'Conv2D' })];
    const edges = [edge('x', 'stem')];
    let last = 'stem';
    for (let block = 1; block <= times; block++) {
      const name = (part: string): string => `block${block}_${part}`;
      for (const [part, op, from] of [
        ['conv1', 'Conv2D', last],
        ['bn', 'FusedBatchNorm', name('conv1')],
        ['relu', 'Relu', name('bn')],
        ['conv2', 'Conv2D', name('relu')],
        ['add', 'Add', name('conv2')],
      ] as const) {
        nodes.push(node(name(part), { op }));
        edges.push(edge(from, name(part)));
      }
      edges.push(edge(last, name('add')));
      last = name('add');
    }
    nodes.push(node('head', { op: 'MatMul' }));
    edges.push(edge(last, 'head'));
    return file(nodes, edges);
  }

  it('are one group with their number, cut where one tensor goes from block to block', () => {
    const { root } = groupTree(residual(16));
    expect(root.children.map((child) => (isGroup(child) ? `${child.label} ×${child.times}` : child.id))).toEqual([
      'x',
      'stem',
      'block ×16',
      'head',
    ]);
    const repeat = root.children[2] as Group;
    expect(repeat.size).toBe(80);
    expect(repeat.children.map((child) => (child as Group).label)).toEqual(
      Array.from({ length: 16 }, (_, index) => `block${index + 1}`),
    );
    // Two ways from block to block, input and shortcut, are one edge.
    expect(repeat.edges).toEqual(Array.from({ length: 15 }, (_, index) => [index, index + 1]).flat());
  });

  it('are cut where their names say, and equal whatever their gradients are added up of', () => {
    const nodes: OpNode[] = [{ ...node('x', { kind: 'input' }), group: undefined }];
    const edges: OpEdge[] = [];
    const add = (id: string, from: readonly string[], more: Partial<OpNode>): string => {
      nodes.push({ ...node(id, more), group: undefined });
      edges.push(...from.map((one) => edge(one, id)));
      return id;
    };
    let last = add('stem/Relu', ['x'], { layer: 'stem', op: 'Relu' });
    for (let block = 1; block <= 4; block++) {
      const name = `block${block}`;
      const convolved = ['1', '2', '3'].reduce((from, part) => {
        const layer = `${name}_${part}_conv`;
        const conv = add(`${layer}/Conv2D`, [from], { layer, op: 'Conv2D' });
        return add(`${layer}/BiasAdd`, [conv], { layer, op: 'BiasAdd' });
      }, last);
      last = add(`${name}_out/Add`, [convolved, last], { layer: `${name}_out`, op: 'AddV2' });
    }
    add('loss/Mean', [last], { op: 'Mean', phase: 'loss' });
    // As many gradients come back as there are readers: the last block has one.
    for (let block = 1; block <= 4; block++)
      for (let reader = 0; reader < (block === 4 ? 1 : 2); reader++)
        add(`gradient/block${block}/${reader}`, [], { layer: `block${block}_out`, phase: 'gradient', op: 'AddN' });
    const { root } = groupTree({ ...file(nodes, edges), batch: 'zeros' });
    const repeat = root.children.find((child) => isGroup(child) && child.kind === 'repeat') as Group;
    expect(repeat.times).toBe(4);
    expect((repeat.children[1] as Group).children.map((child) => (child as Group).label)).toEqual([
      'block2_1_conv',
      'block2_2_conv',
      'block2_3_conv',
      'block2_out',
    ]);
  });

  it('are not equal where a shape differs', () => {
    const graph = residual(6);
    const wide = graph.nodes.map((one) =>
      /block[456]/.test(one.id) ? { ...one, outputs: [{ shape: [-1, 8], dtype: 'float32' }] } : one,
    );
    const { root } = groupTree({ ...graph, nodes: wide });
    const repeats = root.children.filter((child): child is Group => isGroup(child));
    expect(repeats.map(({ times }) => times)).toEqual([3, 3]);
  });

  it('a long edge is led past the boxes between', () => {
    const tree = groupTree(residual(1));
    const { wires, items } = layOutTree(tree, new Set());
    const shortcut = wires.find(({ from, to }) => from === 'stem' && to === 'block1_add')!;
    // Out of its row, past three others, into the last.
    expect(shortcut.via.length).toBe(1 + 2 * 4 + 1);
    for (const { x, y } of shortcut.via)
      for (const item of items)
        expect(x > item.x && x < item.x + item.width && y > item.y && y < item.y + item.height).toBe(false);
    // What goes past does not push what follows one another aside.
    const middles = items.filter(({ id }) => /^block1_\d/.test(id)).map(({ x, width }) => x + width / 2);
    const stem = items.find(({ id }) => id === 'stem')!;
    for (const middle of middles) expect(Math.abs(middle - stem.x - stem.width / 2)).toBeLessThan(3);
  });
});

it('wires of random graphs bend between rows, and run behind nothing', () => {
  for (let seed = 1; seed <= 12; seed++) {
    let state = seed;
    const random = (below: number): number => (state = (state * 48_271) % 2_147_483_647) % below;
    const ids = Array.from({ length: 30 }, (_, index) => `n${index}`);
    const edges = ids.flatMap((id, index) =>
      index === 0
        ? []
        : [...new Set([random(index), Math.max(0, index - 1 - random(4))])].map((from) => edge(ids[from]!, id)),
    );
    const { wires, items } = layOutTree(
      groupTree(
        file(
          ids.map((id) => node(id)),
          edges,
        ),
      ),
      new Set(),
    );
    const byId = new Map(items.map((item) => [item.id, item]));
    for (const { from, to, via } of wires) {
      const [source, target] = [byId.get(from)!, byId.get(to)!];
      const points = curvePoints(source.anchor, via, target.anchor);
      for (let at = 0; at + 6 < points.length; at += 6)
        for (const share of [0.1, 0.3, 0.5, 0.7, 0.9]) {
          const [x, y] = [0, 1].map((axis) => {
            const [a, b, c, d] = [0, 2, 4, 6].map((more) => points[at + more + axis]!) as [
              number,
              number,
              number,
              number,
            ];
            const rest = 1 - share;
            return rest ** 3 * a + 3 * rest * rest * share * b + 3 * rest * share * share * c + share ** 3 * d;
          }) as [number, number];
          const behind = items.filter(
            (item) =>
              item !== source &&
              item !== target &&
              x > item.x &&
              x < item.x + item.width &&
              y > item.y + 0.01 &&
              y < item.y + item.height - 0.01,
          );
          expect(behind.map(({ id }) => `${from} → ${to} behind ${id}`)).toEqual([]);
        }
    }
  }
});

it('a chain stands straight', () => {
  const ids = Array.from({ length: 8 }, (_, index) => `n${index}`);
  const tree = groupTree(
    file(
      ids.map((id) => node(id)),
      ids.slice(1).map((id, index) => edge(ids[index]!, id)),
    ),
  );
  const { items } = layOutTree(tree, new Set());
  expect(new Set(items.map(({ x }) => Math.round(x))).size).toBe(1);
});

it('weights stand beside what they go to, whatever their name', () => {
  const tree = groupTree(
    file(
      [
        node('weights/w', { kind: 'variable', op: 'VarHandleOp' }),
        node('x', { kind: 'input' }),
        node('net/dense/y', { op: 'MatMul' }),
        node('net/dense/z'),
      ],
      [edge('x', 'net/dense/y'), edge('weights/w', 'net/dense/y'), edge('net/dense/y', 'net/dense/z')],
    ),
  );
  expect(tree.groupOf.get('weights/w')!.label).toBe('net/dense');
  const items = new Map(layOutTree(tree, new Set(tree.groups.keys())).items.map((item) => [item.id, item]));
  const [weight, op] = [items.get('weights/w')!, items.get('net/dense/y')!];
  expect(weight.x + weight.width).toBeLessThan(op.x);
  expect(weight.y + weight.height / 2).toBeCloseTo(op.y + op.height / 2);
});

it('what goes everywhere is not wired, and says so', () => {
  const nodes = [node('x', { kind: 'input' }), ...Array.from({ length: 13 }, (_, index) => node(`n${index}`))];
  const tree = groupTree(
    file(
      nodes,
      nodes.slice(1).map(({ id }) => edge('x', id)),
    ),
  );
  const { wires, items } = layOutTree(tree, new Set());
  expect(wires).toEqual([]);
  expect(items.find(({ id }) => id === 'x')).toMatchObject({ unwired: 13, lines: ['Op →13'] });
});

it('what is kept for the gradient stands beside what it is of, and does not part a weight from where it goes', () => {
  const own = (id: string, more: Partial<OpNode> = {}): OpNode => ({
    ...node(id, more),
    group: undefined,
    layer: 'dense',
  });
  const nodes = [
    { ...node('x', { kind: 'input' }), group: undefined },
    own('kernel', { kind: 'variable', op: 'Variable' }),
    own('y', { op: 'MatMul' }),
    own('kept_kernel', { op: 'Identity' }),
    own('bias', { kind: 'variable', op: 'Variable' }),
    own('z', { op: 'Add' }),
    own('kept_y', { op: 'Identity' }),
    own('kept_bias', { op: 'Identity' }),
  ];
  const edges = [
    ...[edge('x', 'y'), edge('kernel', 'y'), edge('kernel', 'kept_kernel'), edge('y', 'z'), edge('bias', 'z')],
    ...[edge('y', 'kept_y'), edge('bias', 'kept_bias')],
  ];
  const tree = groupTree({ ...file(nodes, edges), batch: 'zeros' });
  const layout = layOutTree(tree, new Set(tree.groups.keys()));
  expectSound(tree, layout);
  const row = (of: string): string[] => {
    const middle = ({ y, height }: Box): number => Math.round(y + height / 2);
    const at = middle(layout.items.find(({ id }) => id === of)!);
    return layout.items
      .filter((item) => item.group.id === 'layer:dense' && middle(item) === at)
      .sort((a, b) => a.x - b.x)
      .map(({ id }) => id);
  };
  expect(row('y')).toEqual(['kept_kernel', 'kernel', 'y', 'kept_y']);
  expect(row('z')).toEqual(['kept_bias', 'bias', 'z']);
});
