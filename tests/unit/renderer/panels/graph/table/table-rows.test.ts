/** The graph as tables: rows, sums, shares, order, and what a filter leaves. */
import { describe, expect, test } from 'vitest';
import { findOps } from '../../../../../../renderer/panels/graph/find/graph-find.js';
import {
  columnsOf,
  nextSorting,
  rowsOf,
  sorted,
  sumsOf,
  tableTabs,
  type TableFacts,
  type TableTab,
} from '../../../../../../renderer/panels/graph/table/table-rows.js';
import { GraphValues } from '../../../../../../src/shared/graph/graph-values.js';
import type { OpGraph, OpNode } from '../../../../../../src/shared/graph/op-graph.js';
import { groupTree } from '../../../../../../src/shared/graph/tree/group-tree.js';
import { denseGraph } from '../../../../shared/graph/graph.js';

function factsOf(graph: OpGraph, values?: GraphValues): TableFacts {
  return { graph, tree: groupTree(graph), values, totalMs: graph.nodes.reduce((sum, { ms = 0 }) => sum + ms, 0) };
}
const timed: OpGraph = {
  ...denseGraph,
  nodes: denseGraph.nodes.map((node, at) => ({ ...node, ms: node.kind === 'op' ? at : undefined })),
};
const facts = factsOf(timed);
const column = (tab: TableTab, id: string, of = facts) => columnsOf(tab, of).find((one) => one.id === id)!;
const texts = (tab: TableTab, id: string) => rowsOf(tab, timed.nodes, facts).map((row) => column(tab, id).text(row));

test('of ops: one row each, in the order in which they run', () => {
  expect(rowsOf('ops', timed.nodes, facts).map(({ name }) => name)).toEqual(timed.nodes.map(({ id }) => id));
  expect(texts('ops', 'shape').slice(0, 2)).toEqual(['4×4', '4×3']);
  expect(texts('ops', 'shape')[4]).toBe('scalar');
});

test('of layers: ops, time by phase, memory and parameters; shares come to all', () => {
  const rows = rowsOf('blocks', timed.nodes, facts);
  expect(rows.map(({ name }) => name)).toEqual(['batch', 'dense 1', 'loss']);
  const dense = rows[1]!;
  expect(dense.ops).toHaveLength(6);
  const text = (id: string) => column('blocks', id).text(dense);
  expect([text('params'), text('type'), text('count')]).toEqual(['15', 'Dense', '6']);
  // MatMul and Relu ran third and fourth, the gradient sixth, the update seventh; the loss between them.
  expect([text('forward'), text('gradient'), text('update'), text('time')]).toEqual([
    '5.0 ms',
    '5.0 ms',
    '6.0 ms',
    '16 ms',
  ]);
  const shares = rows.map((row) => column('blocks', 'share').share!(row));
  expect(shares.reduce<number>((sum, share = 0) => sum + share, 0)).toBeCloseTo(1, 10);
});

test('of kinds: how many there are, in how many blocks', () => {
  const rows = rowsOf('kinds', timed.nodes, facts);
  expect(new Set(rows.map(({ name }) => name)).size).toBe(rows.length);
  expect(rows.reduce((sum, { ops }) => sum + ops.length, 0)).toBe(timed.nodes.length);
  const mean = rows.find(({ name }) => name === 'Mean')!;
  expect(column('kinds', 'blocks').text(mean)).toBe('1');
});

describe('sorting', () => {
  const names = (id: string, descending: boolean, tab: TableTab = 'ops') =>
    sorted(rowsOf(tab, timed.nodes, facts), columnsOf(tab, facts), { column: id, descending }).map(({ name }) => name);

  test('by any column, either way', () => {
    for (const tab of tableTabs) {
      for (const { id, key } of columnsOf(tab, facts)) {
        for (const descending of [true, false]) {
          const rows = sorted(rowsOf(tab, timed.nodes, facts), columnsOf(tab, facts), { column: id, descending });
          expect(rows).toHaveLength(rowsOf(tab, timed.nodes, facts).length);
          const numbers = rows.map(key).filter((one) => typeof one === 'number');
          expect(numbers, id).toEqual([...numbers].sort((a, b) => (descending ? b - a : a - b)));
        }
      }
    }
  });

  test('what has no number comes last, whichever way', () => {
    expect(names('time', true)[0]).toBe('optimizer/dense 1/ApplyAdam');
    expect(names('time', false)[0]).toBe('dense 1/MatMul');
    const layerless = names('layer', true).slice(-2);
    expect(names('layer', false).slice(-2)).toEqual(layerless);
  });

  test('numbers in names count as numbers, NaN as the most', () => {
    const node = (id: string, norm: number): OpNode => ({
      ...timed.nodes[2]!,
      id,
      outputs: [{ shape: [norm], dtype: 'f' }],
    });
    const graph = { ...timed, nodes: [node('op_10', 1), node('op_9', 2), node('op_100', 3)], edges: [] };
    const numbers = { min: 0, max: 0, mean: 0, spread: 0, norm: 0, zeros: 0, notFinite: 0 };
    const values = new GraphValues(
      graph,
      new Map([
        ['op_10', [{ ...numbers, norm: NaN }]],
        ['op_9', [{ ...numbers, norm: 7 }]],
      ]),
    );
    const own = factsOf(graph, values);
    const by = (id: string, descending: boolean) =>
      sorted(rowsOf('ops', graph.nodes, own), columnsOf('ops', own), { column: id, descending }).map(
        ({ name }) => name,
      );
    expect(by('name', false)).toEqual(['op_9', 'op_10', 'op_100']);
    expect(by('norm', true)).toEqual(['op_10', 'op_9', 'op_100']);
  });

  test('a click sorts numbers from the largest, texts from the first, then turns, then leaves it', () => {
    const time = column('ops', 'time');
    const down = nextSorting(undefined, time);
    expect(down).toEqual({ column: 'time', descending: true });
    const up = nextSorting(down, time);
    expect(up).toEqual({ column: 'time', descending: false });
    expect(nextSorting(up, time)).toBeUndefined();
    expect(nextSorting(down, column('ops', 'name'))).toEqual({ column: 'name', descending: false });
  });

  test('50,000 rows are sorted and summed up while a person waits', () => {
    const nodes = Array.from({ length: 50_000 }, (_, at): OpNode => ({
      ...timed.nodes[2]!,
      id: `layer_${at % 777}/op_${at}`,
      ms: (at * 7919) % 1000,
      layer: `layer_${at % 777}`,
    }));
    const graph: OpGraph = { ...timed, nodes, edges: [], layers: [] };
    const large = factsOf(graph);
    const began = process.cpuUsage();
    for (const tab of tableTabs) {
      const rows = rowsOf(tab, nodes, large);
      sumsOf(rows, large);
      for (const id of ['name', 'time']) sorted(rows, columnsOf(tab, large), { column: id, descending: true });
    }
    // Three tables, each sorted twice, in the processor's own time: a busy machine makes everything wait.
    const { user, system } = process.cpuUsage(began);
    expect((user + system) / 1000).toBeLessThan(1500);
  });
});

test('what the filter leaves is summed up beside all that there is', () => {
  const left = findOps(timed, 'relu');
  expect(left.length).toBeGreaterThan(0);
  expect(sumsOf(rowsOf('ops', timed.nodes, facts), facts)).toBe('8 ops · 20 ms · 384 B');
  expect(sumsOf(rowsOf('kinds', left, facts), facts)).toBe('2 of 8 ops · 8.0 ms (40 %) · 96 B');
});

test('columns of values are there where values are', () => {
  const known = new GraphValues(timed, new Map());
  for (const tab of tableTabs) {
    expect(columnsOf(tab, facts).some(({ id }) => id === 'zeros')).toBe(false);
    expect(columnsOf(tab, factsOf(timed, known)).some(({ id }) => id === 'zeros')).toBe(true);
  }
});
