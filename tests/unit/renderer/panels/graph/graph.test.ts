/** Finding in the graph, its colours, and where the arrow keys lead. */
import { describe, expect, test } from 'vitest';
import { coloursOf, timeText } from '../../../../../renderer/panels/graph/graph-colours.js';
import { findOps } from '../../../../../renderer/panels/graph/graph-find.js';
import { walk } from '../../../../../renderer/panels/graph/graph-walk.js';
import { groupTree } from '../../../../../src/shared/graph/tree/group-tree.js';
import { layOutTree } from '../../../../../src/shared/graph/tree/tree-layout.js';
import { denseGraph } from '../../../shared/graph/graph.js';

const ids = (text: string): string[] => findOps(denseGraph, text).map(({ id }) => id);

describe('finding', () => {
  test('by op, by phase, by shape with either cross, by several words at once', () => {
    expect(ids('RELUGRAD')).toEqual(['gradient/dense 1/ReluGrad']);
    expect(ids('4×4')).toEqual(['input/xs']);
    expect(ids('4x4')).toEqual(['input/xs']);
    expect(ids('optimizer assign')).toEqual(['optimizer/dense 1/kernel/Assign']);
  });

  test('nothing for nothing, the slowest first for “slowest”', () => {
    expect(ids('  ')).toEqual([]);
    expect(ids('int32')).toEqual([]);
    expect(ids('slowest')[0]).toBe('dense 1/MatMul');
  });
});

test('arrow keys follow the wires, and go to what is nearest where there are none', () => {
  const layout = layOutTree(groupTree(denseGraph), new Set());
  const go = (from: string | undefined, direction: Parameters<typeof walk>[2]) => walk(layout, from, direction)?.id;
  expect(go(undefined, 'down')).toBe('input#forward');
  expect(go('input#forward', 'down')).toBe('layer:dense 1#forward');
  expect(go('layer:dense 1#forward', 'down')).toBe('loss#forward');
  expect(go('layer:dense 1#forward', 'right')).toBe('layer:dense 1#gradient');
  expect(go('layer:dense 1#gradient', 'right')).toBe('layer:dense 1#update');
  expect(go('loss#forward', 'up')).toBe('layer:dense 1#forward');
  expect(go('input#forward', 'up')).toBeUndefined();
});

test('colours by time go from nothing to the most that is drawn', () => {
  const { items } = layOutTree(groupTree(denseGraph), new Set());
  const { of, legend } = coloursOf('time', denseGraph, items);
  expect(of(items.find(({ id }) => id === 'layer:dense 1#forward')!)).toContain('100%');
  expect(of(items.find(({ id }) => id === 'loss#forward')!)).toContain(' 0%');
  expect(legend.map(({ text }) => text)).toEqual(['0 ms', '50 µs', '250 µs', '500 µs']);
});

test('colours by phase explain the phases that there are', () => {
  const { items } = layOutTree(groupTree(denseGraph), new Set());
  expect(coloursOf('phase', denseGraph, items).legend.map(({ text }) => text)).toEqual([
    'forward',
    'loss',
    'gradient',
    'optimizer',
  ]);
});

test('times are written by their size', () => {
  expect([0, 0.0001, 0.25, 3.21, 42.7].map(timeText)).toEqual(['0 ms', '1 µs', '250 µs', '3.2 ms', '43 ms']);
});
