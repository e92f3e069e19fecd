import { expect, test } from 'vitest';
import { DataType } from '../../../../../src/shared/generated/tensorflow/core/framework/types_pb.js';
import { Graph } from '../../../../../src/trainer/runtime/compiled/graph.js';
import { threadsFor, withSessionThreads } from '../../../../../src/trainer/runtime/compiled/session-threads.js';

type Shape = readonly number[];

function graphOf(op: string, inputs: readonly Shape[], result: Shape): Graph {
  const graph = new Graph();
  const float = (shape: Shape) => ({ dtype: DataType.DT_FLOAT, shape });
  graph.add(op, 'node', {
    inputs: inputs.map((shape, i) => graph.placeholder(`input_${i}`, float(shape))),
    outputs: [float(result)],
  });
  return graph;
}

test.each<[string, Graph]>([
  [
    'a dense layer of 784 to 128 on 50 examples',
    graphOf(
      'MatMul',
      [
        [50, 784],
        [784, 128],
      ],
      [50, 128],
    ),
  ],
  [
    'its weights’ gradient',
    graphOf(
      'MatMul',
      [
        [50, 784],
        [50, 128],
      ],
      [784, 128],
    ),
  ],
  ['a sum of a hundred thousand numbers', graphOf('AddV2', [[784, 128]], [784, 128])],
  [
    'many small matrices',
    graphOf(
      'BatchMatMulV2',
      [
        [64, 8, 8],
        [64, 8, 8],
      ],
      [64, 8, 8],
    ),
  ],
])('%s is not worth sharing between two cores', (_, graph) => {
  expect(threadsFor(graph, 2)).toBe('one');
});

test.each<[string, Graph]>([
  [
    'a dense layer of a thousand to a thousand',
    graphOf(
      'MatMul',
      [
        [64, 1024],
        [1024, 1024],
      ],
      [64, 1024],
    ),
  ],
  [
    'a convolution of photographs',
    graphOf(
      'Conv2D',
      [
        [32, 150, 150, 3],
        [3, 3, 3, 64],
      ],
      [32, 148, 148, 64],
    ),
  ],
  [
    'its filter’s gradient',
    graphOf('Conv2DBackpropFilter', [[32, 150, 150, 3], [4], [32, 148, 148, 64]], [3, 3, 3, 64]),
  ],
  ['a gradient of images', graphOf('Conv2DBackpropInput', [[4], [3, 3, 64, 64], [32, 72, 72, 64]], [32, 74, 74, 64])],
  ['a table of ten million numbers that is updated', graphOf('ResourceApplyAdam', [[100_000, 100]], [])],
])('%s is', (_, graph) => {
  expect(threadsFor(graph, 2)).toBe('as usual');
});

test('more cores share what two do not; one has nothing to share with', () => {
  const graph = graphOf(
    'MatMul',
    [
      [50, 784],
      [784, 160],
    ],
    [50, 160],
  );
  expect(threadsFor(graph, 1)).toBe('one');
  expect(threadsFor(graph, 2)).toBe('one');
  expect(threadsFor(graph, 16)).toBe('as usual');
});

test('the setting stands while a session is made, and is gone afterwards, also where that fails', () => {
  const setting = (): string | undefined => process.env['BACKSTEP_SESSION_CONFIG'];
  expect(withSessionThreads('one', setting)).toBe('100128ffffffffffffffffff01');
  expect(withSessionThreads('as usual', setting)).toBeUndefined();
  expect(() =>
    withSessionThreads('one', () => {
      throw new Error('no session');
    }),
  ).toThrow('no session');
  expect(setting()).toBeUndefined();
});
