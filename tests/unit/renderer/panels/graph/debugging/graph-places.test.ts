import { describe, expect, it } from 'vitest';
import {
  litAt,
  opPlaces,
  placeOfItem,
  standingIn,
  stopsAt,
} from '../../../../../../renderer/panels/graph/debugging/graph-places.js';
import type { OpGraph, OpNode } from '../../../../../../src/shared/graph/op-graph.js';
import { groupTree } from '../../../../../../src/shared/graph/tree/group-tree.js';
import { layOutTree } from '../../../../../../src/shared/graph/tree/tree-layout.js';
import type { BreakpointPlace, StopPoint } from '../../../../../../src/shared/protocol/training.js';
import { denseGraph } from '../../../../shared/graph/graph.js';

const node = (id: string, op: string, phase: OpNode['phase'], layer?: string, kind: OpNode['kind'] = 'op'): OpNode => ({
  id,
  op,
  kind,
  phase,
  ...(layer === undefined ? {} : { layer }),
  outputs: [{ shape: [32, 4], dtype: 'float32' }],
  bytes: 4,
});

const graph: OpGraph = {
  nodes: [
    node('xs', 'Placeholder', 'forward', undefined, 'input'),
    node('dense_1/kernel', 'Variable', 'forward', 'dense_1', 'variable'),
    node('dense_1/MatMul', 'MatMul', 'forward', 'dense_1'),
    node('dense_1/MatMul_1', 'MatMul', 'forward', 'dense_1'),
    node('dense_2/MatMul', 'MatMul', 'forward', 'dense_2'),
    node('loss/Mean', 'Mean', 'loss'),
    node('metrics/Mean', 'Mean', 'metrics'),
    node('gradient/dense_2/MatMul', 'MatMul', 'gradient', 'dense_2'),
    node('gradient/dense_1/MatMul', 'MatMul', 'gradient', 'dense_1'),
    node('sgd/Mul', 'Multiply', 'optimizer', 'dense_1'),
  ],
  edges: [],
  layers: [],
  backend: 'wasm',
  batchSize: 32,
  batch: 'zeros',
};
const places = opPlaces(graph);
const stop = (more: Partial<StopPoint>): StopPoint => ({
  reason: 'step',
  description: '',
  breakpointIds: [],
  epoch: 1,
  step: 3,
  stepInEpoch: 3,
  ...more,
});

describe('ops as places', () => {
  it('are counted within layer and phase; inputs, variables and metrics are none', () => {
    expect(places.get('dense_1/MatMul_1')).toEqual({
      kind: 'op',
      op: 'MatMul',
      phase: 'forward',
      layer: 'dense_1',
      occurrence: 2,
    });
    expect(places.get('gradient/dense_1/MatMul')?.occurrence).toBe(1);
    expect(places.get('loss/Mean')).toEqual({ kind: 'op', op: 'Mean', phase: 'loss', occurrence: 1 });
    for (const id of ['xs', 'dense_1/kernel', 'metrics/Mean']) expect(places.has(id)).toBe(false);
  });

  it('are met by breakpoints on the kind, the layer, or the op alone', () => {
    const hits = (at: BreakpointPlace) =>
      [...places].filter(([, place]) => stopsAt({ id: 'a', enabled: true, at }, place)).map(([id]) => id);
    expect(hits({ kind: 'op', op: 'MatMul' })).toHaveLength(5);
    expect(hits({ kind: 'op', op: 'MatMul', layer: 'dense_1' })).toHaveLength(3);
    expect(hits({ kind: 'op', op: 'MatMul', layer: 'dense_1', phase: 'forward', occurrence: 2 })).toEqual([
      'dense_1/MatMul_1',
    ]);
    expect(hits({ kind: 'phase', phase: 'loss' })).toEqual([]);
  });

  it('closed cells stand for their layer, open ones for their ops', () => {
    const at = (open: readonly string[], id: string) => {
      const item = layOutTree(groupTree(graph), new Set(open)).items.find((one) => one.id === id)!;
      return placeOfItem(item, places);
    };
    expect(at([], 'layer:dense_2#gradient')).toMatchObject({ kind: 'layer', layer: 'dense_2', pass: 'gradient' });
    expect(at([], 'layer:dense_2#forward')).toMatchObject({ kind: 'layer', pass: 'forward' });
    expect(at([], 'layer:dense_1#update')).toEqual({ kind: 'phase', phase: 'optimizer' });
    expect(at([], 'loss#forward')).toEqual({ kind: 'phase', phase: 'loss' });
    expect(at([], 'input#forward')).toBeUndefined();
    expect(at(['layer:dense_2'], 'dense_2/MatMul')).toEqual(places.get('dense_2/MatMul'));
    expect(at(['layer:dense_1'], 'dense_1/kernel')).toBeUndefined();
  });
});

describe('where training stands', () => {
  it('is the op, and what ran before it is done', () => {
    const at = standingIn(
      graph,
      places,
      stop({
        stands: 'op',
        when: 'before',
        place: { phase: 'forward', layer: 'dense_1', op: 'MatMul', occurrence: 2 },
      }),
    );
    expect(at).toMatchObject({ node: 'dense_1/MatMul_1', isOp: true });
    expect([...at!.done]).toEqual(['dense_1/MatMul']);
  });

  it('is the layer where it is at a layer; after it, its ops are done', () => {
    const layer = { stands: 'layer', place: { phase: 'gradient', layer: 'dense_1' } } as const;
    const before = standingIn(graph, places, stop({ ...layer, when: 'before' }));
    expect(before).toMatchObject({ node: 'gradient/dense_1/MatMul', isOp: false });
    expect(before?.done.has('gradient/dense_1/MatMul')).toBe(false);
    const after = standingIn(graph, places, stop({ ...layer, when: 'after' }));
    expect(after?.done.has('gradient/dense_1/MatMul')).toBe(true);
    expect(after?.done.has('sgd/Mul')).toBe(false);
  });

  it('is nowhere between steps, and for what the graph has not', () => {
    expect(standingIn(graph, places, stop({}))).toBeUndefined();
    expect(standingIn(graph, places, undefined)).toBeUndefined();
    expect(
      standingIn(graph, places, stop({ stands: 'layer', place: { phase: 'forward', layer: 'gone' } })),
    ).toBeUndefined();
  });
});

describe('what the editor’s line lights', () => {
  const written: OpGraph = {
    ...denseGraph,
    nodes: denseGraph.nodes.map((node) => (node.id === 'loss/Mean' ? { ...node, file: '/a.ts', line: 12 } : node)),
  };
  const tree = groupTree(written);

  it('the layers that are made on it and the ops that come from it', () => {
    const { first, ids } = litAt(tree, { file: '/a.ts', line: 7 });
    expect(first).toBe('layer:dense 1');
    expect([...ids].sort()).toEqual(['dense 1/Relu', 'layer:dense 1']);
  });

  it('ops of no layer, with their group', () => {
    const { first, ids } = litAt(tree, { file: '/a.ts', line: 12 });
    expect(first).toBe('loss');
    expect([...ids]).toEqual(['loss/Mean']);
  });

  it('the one that is named, wherever the file is', () => {
    expect(litAt(tree, { line: 7, layer: 'dense 1' }).first).toBe('layer:dense 1');
  });

  it('nothing on any other line', () => {
    for (const cursor of [{}, { file: '/b.ts', line: 7 }, { file: '/a.ts', line: 8, layer: 'dense 1' }]) {
      expect(litAt(tree, cursor)).toEqual({ first: undefined, ids: new Set() });
    }
  });
});
