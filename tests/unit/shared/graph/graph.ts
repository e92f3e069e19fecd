/** A small recorded graph, written by hand: one dense layer, its loss, its gradient and its update. */
import type { OpEdge, OpGraph, OpNode } from '../../../../src/shared/graph/op-graph.js';

function node(id: string, phase: OpNode['phase'], more: Partial<OpNode> = {}): OpNode {
  const op = more.op ?? id.split('/').at(-1)!;
  return { id, op, kind: 'op', phase, outputs: [{ shape: [4, 3], dtype: 'float32' }], bytes: 48, ...more };
}

function edge(from: string, to: string, input = 'x', slot = 0): OpEdge {
  return { from, to, slot, input };
}

export const denseGraph: OpGraph = {
  backend: 'cpu',
  batchSize: 4,
  batch: 'first',
  layers: [{ layer: 'dense 1', type: 'Dense', outputShape: [3], params: 15, trainable: true, file: '/a.ts', line: 7 }],
  nodes: [
    node('input/xs', 'forward', { kind: 'input', op: 'Placeholder', outputs: [{ shape: [4, 4], dtype: 'float32' }] }),
    node('dense 1/kernel', 'forward', {
      kind: 'variable',
      op: 'Variable',
      layer: 'dense 1',
      outputs: [{ shape: [4, 3], dtype: 'float32' }],
    }),
    node('dense 1/MatMul', 'forward', {
      layer: 'dense 1',
      ms: 0.5,
      attributes: { transposeA: false, scale: 0.5, pads: [0, 1] },
    }),
    node('dense 1/Relu', 'forward', { layer: 'dense 1', line: 7, file: '/a.ts' }),
    node('loss/Mean', 'loss', { outputs: [{ shape: [], dtype: 'float32' }] }),
    node('gradient/dense 1/ReluGrad', 'gradient', { layer: 'dense 1', forward: 'dense 1/Relu' }),
    node('optimizer/dense 1/ApplyAdam', 'optimizer', {
      layer: 'dense 1',
      outputs: [
        { shape: [4, 3], dtype: 'float32' },
        { shape: [4, 3], dtype: 'float32' },
      ],
    }),
    node('optimizer/dense 1/kernel/Assign', 'optimizer', { layer: 'dense 1', kind: 'assign' }),
  ],
  edges: [
    edge('input/xs', 'dense 1/MatMul', 'a'),
    edge('dense 1/kernel', 'dense 1/MatMul', 'b'),
    edge('dense 1/MatMul', 'dense 1/Relu'),
    edge('dense 1/Relu', 'loss/Mean'),
    edge('loss/Mean', 'gradient/dense 1/ReluGrad', 'dy'),
    edge('dense 1/MatMul', 'gradient/dense 1/ReluGrad'),
    edge('gradient/dense 1/ReluGrad', 'optimizer/dense 1/ApplyAdam', 'gradient'),
    edge('optimizer/dense 1/ApplyAdam', 'optimizer/dense 1/kernel/Assign', 'value', 1),
  ],
};
