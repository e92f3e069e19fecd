/** What of a file's graph is open at first. */
import { expect, test } from 'vitest';
import { firstOpen } from '../../../../../../renderer/panels/graph/view/first-open.js';
import type { OpGraph, OpNode } from '../../../../../../src/shared/graph/op-graph.js';
import { groupTree } from '../../../../../../src/shared/graph/tree/group-tree.js';
import { denseGraph } from '../../../../shared/graph/graph.js';

function file(...groups: readonly (readonly string[])[]): OpGraph {
  const nodes = groups.map((group, index): OpNode => ({
    id: `op${index}`,
    op: 'Add',
    kind: 'op',
    group: [...group],
    phase: 'forward',
    outputs: [],
    bytes: 0,
  }));
  return { nodes, edges: [], layers: [], backend: 'none', batchSize: -1, batch: 'none' };
}
const opened = (graph: OpGraph): string[] => [...firstOpen(groupTree(graph))];

test('the one box that holds nearly all, down to where it parts', () => {
  const parts = [
    ['net', 'a'],
    ['net', 'a'],
    ['net', 'b'],
    ['net', 'b'],
  ];
  expect(opened(file([], ...parts))).toEqual(['group:net']);
  const deep = parts.map((group) => ['outer', ...group]);
  expect(opened(file([], ...deep, ['outer']))).toEqual(['group:outer', 'group:outer/net']);
});

test('nothing of several boxes, of a small one beside many ops, of a recorded step', () => {
  expect(opened(file(['a'], ['a'], ['b'], ['b']))).toEqual([]);
  expect(opened(file([], [], [], ['a'], ['a']))).toEqual([]);
  expect(opened(denseGraph)).toEqual([]);
});
