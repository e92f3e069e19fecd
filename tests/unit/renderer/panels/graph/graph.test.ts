/** Finding in the graph, and where the arrow keys lead. */
import { describe, expect, test } from 'vitest';
import { timeText } from '../../../../../renderer/panels/graph/colours/graph-colours.js';
import { asksForValues, findOps, prepareFind } from '../../../../../renderer/panels/graph/find/graph-find.js';
import { walk } from '../../../../../renderer/panels/graph/view/graph-walk.js';
import { GraphValues } from '../../../../../src/shared/graph/graph-values.js';
import type { OpGraph, OpNode } from '../../../../../src/shared/graph/op-graph.js';
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

  test('by whole sizes of a shape, by layer, kernel, phase and dtype', () => {
    expect(ids('shape:4,4')).toEqual(['input/xs']);
    // 3 is no 13, and 4×3 is no 4×33.
    const wide: OpGraph = {
      ...denseGraph,
      nodes: denseGraph.nodes.map((node) => ({ ...node, outputs: [{ shape: [14, 33], dtype: 'int32' }] })),
    };
    expect(findOps(wide, '4x3')).toEqual([]);
    expect(findOps(wide, '14x33')).toHaveLength(denseGraph.nodes.length);
    expect(findOps(wide, 'dtype:int32 kernel:relugrad')).toHaveLength(1);
    expect(ids('op:relu phase:forward')).toEqual(['dense 1/Relu']);
    expect(ids('layer:dense kind:variable')).toEqual(['dense 1/kernel']);
  });

  test('what is not finite and what is zero, where values are known', () => {
    const numbers = { min: 0, max: 1, mean: 0, spread: 0, norm: 1, zeros: 0, notFinite: 0 };
    const values = new GraphValues(
      denseGraph,
      new Map([
        ['dense 1/MatMul', [{ ...numbers, notFinite: 0.01 }]],
        ['dense 1/Relu', [{ ...numbers, zeros: 0.6 }]],
        ['loss/Mean', [{ ...numbers, zeros: 0.2 }]],
      ]),
    );
    const found = (text: string) => findOps(denseGraph, text, values).map(({ id }) => id);
    for (const text of ['not finite', 'not-finite', 'NaN']) expect(found(text)).toEqual(['dense 1/MatMul']);
    expect(found('zeros')).toEqual(['dense 1/Relu']);
    expect(found('not finite loss')).toEqual([]);
    expect(ids('not finite')).toEqual([]);
    // Which is not to say that there are none.
    expect(['Not  Finite', 'conv zeros', '4x4', 'finite'].map(asksForValues)).toEqual([true, true, false, false]);
  });

  test('in 50,000 ops in a tenth of a second', () => {
    const nodes = Array.from({ length: 50_000 }, (_, at): OpNode => ({
      id: `block_${at % 500}/conv2d_${at}/Conv2D`,
      op: at % 3 ? 'Conv2D' : 'Relu',
      kind: 'op',
      layer: `conv2d_${at}`,
      phase: 'forward',
      outputs: [{ shape: [32, 148, 148, 64], dtype: 'float32' }],
      bytes: 4,
      ms: at % 97,
    }));
    const graph: OpGraph = { ...denseGraph, nodes, edges: [] };
    // The processor's own time: a busy machine makes everything wait.
    const timed = (text: string) => {
      const began = process.cpuUsage();
      const found = findOps(graph, text).length;
      const { user, system } = process.cpuUsage(began);
      return { found, ms: (user + system) / 1000 };
    };
    prepareFind(graph);
    expect(timed('relu 148x148').found).toBe(16_667);
    const times = ['conv2d_4', '148x148', 'slowest', 'layer:conv2d_77', 'no such op'].map((text) => timed(text).ms);
    expect(times.sort((a, b) => a - b)[2]).toBeLessThan(100);
  });

  test('nothing for nothing, the slowest first for “slowest”', () => {
    expect(ids('  ')).toEqual([]);
    expect(ids('int32')).toEqual([]);
    expect(ids('slowest')[0]).toBe('dense 1/MatMul');
    expect(ids('slowest 1')).toEqual(['dense 1/MatMul']);
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

test('times are written by their size', () => {
  expect([0, 0.0001, 0.25, 3.21, 42.7].map(timeText)).toEqual(['0 ms', '1 µs', '250 µs', '3.2 ms', '43 ms']);
});
