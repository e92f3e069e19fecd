/** Which op is which: names are numbered anew when a layer is put in between, and that must not lead astray. */
import { expect, it } from 'vitest';
import { align } from '../../../../src/shared/graph/align.js';
import { compareGraphs } from '../../../../src/shared/graph/compare-graphs.js';
import { countDifferences, listDifferences } from '../../../../src/shared/graph/list-differences.js';
import { comparable } from '../../../../src/shared/graph/layer-graph.js';
import { matchGraphs } from '../../../../src/shared/graph/match-graphs.js';
import type { OpGraph } from '../../../../src/shared/graph/op-graph.js';
import { groupTree } from '../../../../src/shared/graph/tree/group-tree.js';
import { openModel } from '../../../../src/shared/models/open-model.js';
import { dense, recordedNet } from './recorded-net.js';

const key = (one: string): string => one;
const pairsOf = (left: string, right: string) =>
  align({ of: [...left], key }, { of: [...right], key }, (a, b) =>
    a === b ? 2 : a.toLowerCase() === b.toLowerCase() ? 1 : 0,
  );

it('puts two sequences beside each other so that most belongs together, in order', () => {
  expect(pairsOf('abc', 'abc')).toEqual([0, 1, 2].map((at) => [at, at]));
  expect(pairsOf('abcd', 'abXcd')).toEqual([
    [0, 0],
    [1, 1],
    [2, 3],
    [3, 4],
  ]);
  expect(pairsOf('abc', 'aBc')).toEqual([0, 1, 2].map((at) => [at, at]));
  expect(pairsOf('', 'abc')).toEqual([]);
  // Two that are equal are worth more than three that are alike.
  expect(pairsOf('abcxy', 'XYAxy')).toEqual([
    [0, 2],
    [3, 3],
    [4, 4],
  ]);
});

it('is as good as trying everything', () => {
  let seed = 3;
  const random = (below: number): number => (seed = (seed * 48_271) % 2_147_483_647) % below;
  const score = (a: string, b: string): number => (a === b ? 3 : a.toLowerCase() === b.toLowerCase() ? 1 : 0);
  const most = (a: string, b: string): number =>
    a === '' || b === ''
      ? 0
      : Math.max(score(a[0]!, b[0]!) + most(a.slice(1), b.slice(1)), most(a.slice(1), b), most(a, b.slice(1)));
  for (let round = 0; round < 60; round++) {
    const [a, b] = [0, 1].map(() => Array.from({ length: random(8) }, () => 'abAB'[random(4)]!).join('')) as [
      string,
      string,
    ];
    const pairs = align({ of: [...a], key }, { of: [...b], key }, score);
    expect(pairs.reduce((sum, [x, y]) => sum + score(a[x]!, b[y]!), 0)).toBe(most(a, b));
    expect(pairs.every(([x, y], at) => at === 0 || (x > pairs[at - 1]![0] && y > pairs[at - 1]![1]))).toBe(true);
  }
});

it('what is too long for a table is held together by what is there once', () => {
  const left = Array.from({ length: 3000 }, (_, at) => `n${at}`);
  const right = left.flatMap((one, at) => (at % 3 === 1 ? ['new', one] : at % 700 === 5 ? [] : [one]));
  const pairs = align({ of: left, key }, { of: right, key }, (a, b) => (a === b ? 1 : 0));
  expect(pairs.length).toBe(left.filter((one) => right.includes(one)).length);
  expect(pairs.every(([a, b]) => left[a] === right[b])).toBe(true);
});

const net = [dense('dense_1', 32), dense('dense_2', 16), dense('dense_3', 16), dense('dense_4', 3)];

it.each([0, 1, 2, 3, 4])('a layer put in at place %i: everything else stays matched', (place) => {
  const grown = [...net.slice(0, place), dense('new', 24), ...net.slice(place)];
  const after = recordedNet(grown.map((layer, at) => ({ ...layer, name: `dense_${at + 1}` })));
  const before = recordedNet(net);
  const { nodes, layers } = matchGraphs(before, after);
  expect([...layers]).toEqual(net.map(({ name }, at) => [name, `dense_${at + (at >= place ? 2 : 1)}`]));
  expect(nodes.size).toBe(before.nodes.length);
  const { changes } = compareGraphs(before, after);
  const added = [...changes].filter(([, { kind }]) => kind === 'added').map(([id]) => id);
  expect(added.every((id) => id.includes(`dense_${place + 1}/`))).toBe(true);
  expect([...changes.values()].some(({ kind }) => kind === 'removed')).toBe(false);
});

it('a layer taken out, and one moved', () => {
  const names = [dense('stem', 32), dense('body', 16), dense('neck', 8), dense('head', 3)];
  const without = recordedNet(names.filter(({ name }) => name !== 'body'));
  const removed = compareGraphs(recordedNet(names), without);
  expect([...removed.changes].filter(([, { kind }]) => kind === 'removed').every(([id]) => id.includes('body/'))).toBe(
    true,
  );
  expect([...removed.changes.values()].some(({ kind }) => kind === 'added')).toBe(false);
  const moved = matchGraphs(recordedNet(names), recordedNet([names[1]!, names[0]!, names[2]!, names[3]!]));
  expect([...moved.layers].sort()).toEqual(names.map(({ name }) => [name, name]).sort());
});

it('what is called anew is the same; what has the name but is another layer is not', () => {
  const before = recordedNet([dense('a', 8), dense('b', 3)]);
  const renamed = compareGraphs(before, recordedNet([dense('x', 8), dense('y', 3)]));
  expect(renamed.changes.size + renamed.edges.size).toBe(0);
  expect(renamed.labelsBefore.get('x')).toBe('a');
  const other = compareGraphs(before, recordedNet([{ name: 'a', units: 8, type: 'LSTM', op: 'Lstm' }, dense('b', 3)]));
  expect(other.union.layers.map(({ layer }) => layer)).toContain('a (before)');
  expect(other.changes.get('a (before)/MatMul') ?? other.changes.get('a/MatMul')).toEqual({ kind: 'removed' });
  // In one drawing the two are two layers.
  const tree = groupTree(other.union);
  expect([...tree.groups.keys()]).toEqual(expect.arrayContaining(['layer:a', 'layer:a (before)']));
});

it('is told a layer at a time, with what became of it', () => {
  const comparison = compareGraphs(
    recordedNet([dense('dense_1', 8), dense('dense_2', 3)]),
    recordedNet([dense('dense_1', 8), dense('dense_2', 12), dense('dense_3', 3)]),
  );
  const differences = listDifferences(comparison, groupTree(comparison.union));
  expect(differences.map(({ title, kind, was, what }) => ({ title, kind, was, what }))).toEqual([
    { title: 'dense_2', kind: 'added', was: undefined, what: [] },
    {
      title: 'dense_3',
      kind: 'changed',
      was: 'dense_2',
      what: ['parameters 24 → 36', 'kernel 8×3 → 12×3', 'ops: 3 changed'],
    },
  ]);
  expect(countDifferences(comparison)).toEqual({ added: 6, removed: 0, changed: 3, same: 11 });
});

it('another activation: what is computed with and without, and nothing else of the layer', () => {
  const before = recordedNet([dense('dense_1', 8), dense('dense_2', 3)]);
  const swap = (text: string): string => text.replaceAll('dense_1/Relu', 'dense_1/Tanh');
  const after: OpGraph = {
    ...before,
    nodes: before.nodes.map((node) => ({
      ...node,
      id: swap(node.id),
      op: node.id === 'dense_1/Relu' ? 'Tanh' : node.op,
    })),
    edges: before.edges.map((edge) => ({ ...edge, from: swap(edge.from), to: swap(edge.to) })),
  };
  const comparison = compareGraphs(before, after);
  const [only, ...more] = listDifferences(comparison, groupTree(comparison.union));
  expect(more).toEqual([]);
  expect(only!.what).toEqual(['without Relu', 'with Tanh', 'ops: 1 added, 1 removed']);
});

it('a recorded step and a model file are compared by their layers', async () => {
  const layer = (name: string, units: number) => ({
    class_name: 'Dense',
    config: { name, units, batch_shape: [null, 4] },
  });
  const config = { name: 'net', layers: [layer('dense', 8), layer('dense_1', 5)] };
  const bytes = new TextEncoder().encode(JSON.stringify({ class_name: 'Sequential', config }));
  const file = (await openModel({ name: 'm.json', bytes })).graphs[0]!.graph;
  const two = comparable(recordedNet([dense('dense_1', 8), dense('dense_2', 3)]), file);
  expect(two.by).toBe('layers');
  const { changes } = compareGraphs(two.before, two.after);
  expect([...changes]).toEqual([['dense_1', { kind: 'changed', what: ['output 3 float32 → 5 float32'] }]]);
  expect(comparable(file, file).by).toBe('ops');
});

it('five thousand ops in a moment', () => {
  const deep = (count: number): OpGraph =>
    recordedNet(Array.from({ length: count }, (_, at) => dense(`dense_${at + 1}`, 8 + (at % 7))));
  // Of the processor: how busy the machine is says nothing of this.
  const before = process.cpuUsage();
  const { changes } = compareGraphs(deep(830), deep(831));
  expect(process.cpuUsage(before).user / 1000).toBeLessThan(6000);
  expect([...changes.values()].filter(({ kind }) => kind === 'added').length).toBe(6);
});
