/** What differs between two graphs, told op by op. */
import { expect, it } from 'vitest';
import { compareGraphs } from '../../../../src/shared/graph/compare-graphs.js';
import { layerChanges } from '../../../../src/shared/graph/layer-changes.js';
import { listDifferences } from '../../../../src/shared/graph/list-differences.js';
import type { OpGraph } from '../../../../src/shared/graph/op-graph.js';
import { groupTree } from '../../../../src/shared/graph/tree/group-tree.js';
import { openModel } from '../../../../src/shared/models/open-model.js';
import { denseGraph } from './graph.js';

async function model(...layers: (readonly [type: string, config: object])[]): Promise<OpGraph> {
  const config = {
    name: 'net',
    layers: [
      { class_name: 'InputLayer', config: { name: 'x', batch_shape: [null, 28, 28, 1] } },
      ...layers.map(([type, more]) => ({ class_name: type, config: more })),
    ],
  };
  const bytes = new TextEncoder().encode(JSON.stringify({ class_name: 'Sequential', config }));
  return (await openModel({ name: 'm.json', bytes })).graphs[0]!.graph;
}
const convolution = (name: string, filters: number) => ['Conv2D', { name, filters, kernel_size: [3, 3] }] as const;

function expectDrawable({ nodes, edges }: OpGraph): void {
  const places = new Map(nodes.map(({ id }, index) => [id, index]));
  expect(places.size).toBe(nodes.length);
  for (const { from, to } of edges) expect(places.get(from)!).toBeLessThan(places.get(to)!);
}

it('a graph is the same as itself', () => {
  const { union, changes, edges } = compareGraphs(denseGraph, denseGraph);
  expect(changes.size + edges.size).toBe(0);
  expect(union.nodes).toEqual(denseGraph.nodes);
});

it('more filters: the layer, and the shapes of what follows it', async () => {
  const before = await model(
    convolution('a', 8),
    ['MaxPooling2D', { name: 'p' }],
    ['Flatten', { name: 'f' }],
    ['Dense', { name: 'd', units: 10 }],
  );
  const after = await model(
    convolution('a', 16),
    ['MaxPooling2D', { name: 'p' }],
    ['Flatten', { name: 'f' }],
    ['Dense', { name: 'd', units: 10 }],
  );
  const { union, changes } = compareGraphs(before, after);
  expectDrawable(union);
  expect([...changes]).toEqual([
    ['a', { kind: 'changed', what: ['output 26×26×8 float32 → 26×26×16 float32', 'filters 8 → 16'] }],
    ['p', { kind: 'changed', what: ['output 13×13×8 float32 → 13×13×16 float32'] }],
    ['f', { kind: 'changed', what: ['output 1352 float32 → 2704 float32'] }],
  ]);
});

it('a layer put in between and one taken out', async () => {
  const before = await model(convolution('a', 8), ['Dropout', { name: 'drop', rate: 0.5 }], ['Flatten', { name: 'f' }]);
  const after = await model(convolution('a', 8), ['BatchNormalization', { name: 'bn' }], ['Flatten', { name: 'f' }]);
  const { union, changes, edges } = compareGraphs(before, after);
  expectDrawable(union);
  expect(union.nodes.map(({ id }) => id)).toEqual(['x', 'a', 'drop', 'bn', 'f']);
  expect(changes).toEqual(
    new Map([
      ['bn', { kind: 'added' }],
      ['drop', { kind: 'removed' }],
    ]),
  );
  expect([...edges.values()].sort()).toEqual(['added', 'added', 'removed', 'removed']);
});

it('what was only renamed is not new', async () => {
  const before = await model(convolution('first', 8), convolution('second', 8), ['Flatten', { name: 'f' }]);
  const after = await model(convolution('stem', 8), convolution('body', 8), ['Flatten', { name: 'f' }]);
  const { union, changes, edges, before: was } = compareGraphs(before, after);
  expect(changes.size + edges.size).toBe(0);
  expect(union.nodes.map(({ id }) => id)).toEqual(['x', 'stem', 'body', 'f']);
  expect(was.get('body')!.id).toBe('second');
});

it('an op that is gone keeps its name beside another of that name', async () => {
  const before = await model(convolution('a', 8), ['Flatten', { name: 'f' }]);
  const after = await model(['Flatten', { name: 'a' }]);
  const { union, changes } = compareGraphs(before, after);
  expectDrawable(union);
  expect(changes.get('a (before)')).toEqual({ kind: 'removed' });
  expect(union.nodes.find(({ id }) => id === 'a')!.op).toBe('Flatten');
});

it('layers that have changed places, and one that has another name, though all ops are the same', async () => {
  const drop = ['Dropout', { name: 'drop', rate: 0.5 }] as const;
  const norm = ['BatchNormalization', { name: 'norm' }] as const;
  const before = await model(convolution('a', 8), drop, norm, ['Flatten', { name: 'f' }]);
  const swapped = compareGraphs(before, await model(convolution('a', 8), norm, drop, ['Flatten', { name: 'f' }]));
  const told = listDifferences(swapped, groupTree(swapped.union)).map(({ title, what }) => [title, what]);
  expect(Object.fromEntries(told)).toEqual({
    norm: ['input drop → a'],
    drop: ['input a → norm'],
    f: ['input norm → drop'],
  });

  const renamed = compareGraphs(before, await model(convolution('edges', 8), drop, norm, ['Flatten', { name: 'f' }]));
  const [only, ...more] = listDifferences(renamed, groupTree(renamed.union));
  expect(only).toMatchObject({ kind: 'changed', title: 'edges', was: 'a', what: [], at: 'edges' });
  expect(more).toEqual([]);
});

it('says nothing of names that move on by number, nor of what reads beyond a layer put between', async () => {
  const [one, two] = [convolution('conv2d', 8), convolution('conv2d_1', 8)];
  const before = await model(one, two);
  const after = await model(one, ['BatchNormalization', { name: 'bn' }], convolution('conv2d_2', 8));
  expect([...layerChanges(compareGraphs(before, after))]).toEqual([]);
});
