/** Values of a graph's tensors: found for the ops that have run, norms of gradients made of them. */
import { describe, expect, test } from 'vitest';
import { GraphValues, inStep, measuredValues, stepValues } from '../../../../src/shared/graph/graph-values.js';
import type { OpGraph } from '../../../../src/shared/graph/op-graph.js';
import { denseGraph } from './graph.js';

const numbers = { min: 0, max: 1, mean: 0, spread: 0, norm: 2, zeros: 0, notFinite: 0 };
const ops = (text: string) => text.split('').map((op) => ({ op }));
const pairs = (ran: string, recorded: string) =>
  inStep(ops(ran), ops(recorded))
    .map(([a, b]) => `${a}${b}`)
    .join(' ');

describe('ops that have run, beside those that were recorded', () => {
  test('go together one by one, as far as the step has come', () => {
    expect(pairs('ABCD', 'ABCDEF')).toBe('00 11 22 33');
    expect(pairs('', 'ABC')).toBe('');
  });

  test('one has ops that the other has not', () => {
    expect(pairs('ABXCDE', 'ABCDE')).toBe('00 11 32 43 54');
    expect(pairs('ABDE', 'ABCDE')).toBe('00 11 23 34');
    expect(pairs('ABXDE', 'ABCDE')).toBe('00 11 33 44');
    // A step under way that ends in the middle of what differs.
    expect(pairs('ABXC', 'ABCDE')).toBe('00 11 32');
  });

  test('nothing in common gives nothing', () => {
    expect(pairs('XYZ', 'ABC')).toBe('');
  });
});

test('values of a step under way: sources by name, ops by their place, nothing for what has not run', () => {
  const values = stepValues(denseGraph, {
    ops: [
      { op: 'MatMul', outputs: [{ values: { ...numbers, norm: 5 } }] },
      { op: 'Relu', outputs: [{}] },
    ],
    sources: { 'input/xs': numbers, 'dense 1/kernel': { ...numbers, norm: 7 } },
  });
  expect(values.of('dense 1/MatMul')![0]!.norm).toBe(5);
  expect(values.of('dense 1/kernel')![0]!.norm).toBe(7);
  // Given back before anybody asked.
  expect(values.of('dense 1/Relu')).toBeUndefined();
  expect(values.of('loss/Mean')).toBeUndefined();
});

test('values that were measured with the recorded step are its own', () => {
  expect(measuredValues(denseGraph)).toBeUndefined();
  const measured: OpGraph = {
    ...denseGraph,
    nodes: denseGraph.nodes.map((node) => ({
      ...node,
      outputs: node.outputs.map((output) => ({ ...output, values: numbers })),
    })),
  };
  expect(measuredValues(measured)!.of('loss/Mean')).toEqual([numbers]);
});

describe('norms of gradients', () => {
  const withNorms = (norms: Readonly<Record<string, number>>) =>
    new GraphValues(
      denseGraph,
      new Map(
        Object.entries(norms).map(([id, norm]) => [
          id,
          [{ ...numbers, norm, notFinite: Number.isNaN(norm) ? 0.5 : 0 }],
        ]),
      ),
    );
  const node = (id: string) => denseGraph.nodes.find((one) => one.id === id)!;

  test('of a layer: what goes from its gradient into its update; of a forward op: what its gradient gives', () => {
    const values = withNorms({ 'gradient/dense 1/ReluGrad': 3 });
    expect(values.layerGradientNorm('dense 1')).toBe(3);
    expect(values.gradientNorm(node('dense 1/Relu'))).toBe(3);
    expect(values.gradientNorm(node('gradient/dense 1/ReluGrad'))).toBe(3);
    expect(values.gradientNorm(node('dense 1/MatMul'))).toBeUndefined();
    expect(values.layerGradientNorm('another')).toBeUndefined();
  });

  test('where a value is not finite it is none; where one is not known, nothing is said', () => {
    expect(withNorms({ 'gradient/dense 1/ReluGrad': NaN }).layerGradientNorm('dense 1')).toBeNaN();
    expect(withNorms({ 'loss/Mean': 1 }).layerGradientNorm('dense 1')).toBeUndefined();
  });
});

test('shares are of all values of several ops', () => {
  const values = new GraphValues(
    denseGraph,
    new Map([
      ['dense 1/MatMul', [{ ...numbers, zeros: 0.5 }]],
      ['loss/Mean', [{ ...numbers, zeros: 1 }]],
    ]),
  );
  // Twelve values half of which are zero, and one that is.
  expect(values.share(denseGraph.nodes, 'zeros')).toBeCloseTo(7 / 13, 10);
  expect(values.share([denseGraph.nodes[0]!], 'zeros')).toBeUndefined();
});
