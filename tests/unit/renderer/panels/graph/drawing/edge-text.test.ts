/** What is said at wires at a stop: one text a tensor, in few letters. */
import { describe, expect, test } from 'vitest';
import { edgeTexts, rangeText } from '../../../../../../renderer/panels/graph/drawing/edge-text.js';
import { GraphValues } from '../../../../../../src/shared/graph/graph-values.js';
import { groupTree } from '../../../../../../src/shared/graph/tree/group-tree.js';
import { layOutTree } from '../../../../../../src/shared/graph/tree/tree-layout.js';
import { denseGraph } from '../../../../shared/graph/graph.js';

const numbers = { min: -0.42, max: 1.3, mean: 0.1, spread: 1, norm: 2, zeros: 0, notFinite: 0 };

test('a range, with what is noteworthy about it', () => {
  expect(rangeText(numbers)).toBe('−0.420…1.30');
  expect(rangeText({ ...numbers, zeros: 0.31 })).toBe('−0.420…1.30 · 31 % zeros');
  expect(rangeText({ ...numbers, notFinite: 0.02 })).toBe('−0.420…1.30 · 2 % not finite');
  expect(rangeText({ ...numbers, min: NaN, max: NaN, notFinite: 1 })).toBe('not finite');
  expect(rangeText({ ...numbers, min: 2, max: 2 })).toBe('2');
});

describe('at wires', () => {
  const tree = groupTree(denseGraph);
  const values = new GraphValues(
    denseGraph,
    new Map(['dense 1/MatMul', 'dense 1/Relu', 'loss/Mean'].map((id) => [id, [numbers]])),
  );
  const texts = (open: ReadonlySet<string>) => {
    const layout = layOutTree(tree, open);
    const textOf = edgeTexts(denseGraph, layout, values);
    return Object.fromEntries(layout.wires.map((wire) => [`${wire.from} → ${wire.to}`, textOf(wire)]));
  };

  test('between layers: shape and values of the tensor', () => {
    const found = texts(new Set());
    expect(found['layer:dense 1#forward → loss#forward']).toBe('3  −0.420…1.30');
    // Not known: as without values.
    expect(found['input#forward → layer:dense 1#forward']).toBeUndefined();
  });

  test('a tensor that goes several ways is told of once; a number has no shape', () => {
    const found = texts(new Set(tree.groups.keys()));
    const ofMatMul = Object.entries(found).filter(([wire]) => wire.startsWith('dense 1/MatMul →'));
    expect(ofMatMul.length).toBe(2);
    expect(ofMatMul.map(([, text]) => text).sort()).toEqual(['', '3  −0.420…1.30']);
    expect(found['loss/Mean → gradient/dense 1/ReluGrad']).toBe('−0.420…1.30');
  });
});
