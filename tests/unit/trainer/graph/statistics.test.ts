/** Values of a recorded step, measured: the numbers that TensorFlow.js itself computes, and nothing else changed. */
import * as tf from '@tensorflow/tfjs';
import { describe, expect, test } from 'vitest';
import type { ValueNumbers } from '../../../../src/shared/graph/op-statistics.js';
import type { OpGraph } from '../../../../src/shared/graph/op-graph.js';
import { datasets } from '../../../../src/trainer/api.js';
import { chooseBackend } from '../../../../src/trainer/runtime/backend/backend.js';
import { faultsOf, graphOf } from './support.js';

const rows = Array.from({ length: 8 }, (_, row) => [Math.sin(row), row % 3 ? row : 0, -row, 0.25]);
const data = () =>
  datasets.tensors({ xs: tf.tensor2d(rows), ys: tf.tensor2d(rows.map(([x]) => [x!, 1, 0])), batchSize: 8 });
const kernel = Array.from({ length: 4 }, (_, row) => [row - 1.5, 0, 0.5 * row]);
const model = (): tf.LayersModel =>
  tf.sequential({
    layers: [
      tf.layers.dense({
        inputShape: [4],
        units: 3,
        name: 'only',
        activation: 'relu',
        weights: [tf.tensor2d(kernel), tf.tensor1d([0.1, 0, -0.2])],
      }),
    ],
  });
// A rate of zero: the second step, which is recorded, has the weights that are written here.
const parts = { data, model, optimizer: () => tf.train.sgd(1e-30) };

function valuesOf(graph: OpGraph, id: string): ValueNumbers | undefined {
  return graph.nodes.find((node) => node.id === id)!.outputs[0]!.values;
}

/** By TensorFlow.js. */
function numbersOf(tensor: tf.Tensor): ValueNumbers {
  const one = (value: tf.Tensor): number => value.dataSync()[0]!;
  const mean = tf.mean(tensor);
  return {
    min: one(tf.min(tensor)),
    max: one(tf.max(tensor)),
    mean: one(mean),
    spread: one(tf.sqrt(tf.mean(tf.square(tf.sub(tensor, mean))))),
    norm: one(tf.norm(tensor)),
    zeros: one(tf.mean(tf.cast(tf.equal(tensor, 0), 'float32'))),
    notFinite: 0,
  };
}

function expectNear(found: ValueNumbers | undefined, wanted: ValueNumbers): void {
  for (const [name, number] of Object.entries(wanted)) {
    expect(found?.[name as keyof ValueNumbers], name).toBeCloseTo(number, 4);
  }
}

describe.each(['cpu', 'wasm'] as const)('on %s', (backend) => {
  test('are those of the outputs, forward and backward', async () => {
    await chooseBackend(backend);
    const before = tf.memory().numTensors;
    const graph = await graphOf(parts, { backend, withStatistics: true });
    expect(faultsOf(graph)).toEqual([]);
    expect(tf.memory().numTensors).toBe(before);
    tf.tidy(() => {
      const xs = tf.tensor2d(rows);
      // The data is shuffled: what does not depend on the order is compared.
      expectNear(valuesOf(graph, 'input/xs'), numbersOf(xs));
      expectNear(valuesOf(graph, 'only/kernel'), numbersOf(tf.tensor2d(kernel)));
      const product = tf.matMul(xs, tf.tensor2d(kernel));
      expectNear(valuesOf(graph, 'only/BatchMatMul'), numbersOf(product));
      const output = tf.relu(tf.add(product, tf.tensor1d([0.1, 0, -0.2])));
      expectNear(valuesOf(graph, 'only/Relu'), numbersOf(output));
      const ys = tf.tensor2d(rows.map(([x]) => [x!, 1, 0]));
      const gradient = tf.grad((bias: tf.Tensor) => tf.losses.meanSquaredError(ys, tf.relu(tf.add(product, bias))))(
        tf.tensor1d([0.1, 0, -0.2]),
      );
      const sum = graph.nodes.find(
        ({ phase, layer, outputs }) => phase === 'gradient' && layer === 'only' && outputs[0]?.shape.join() === '3',
      )!;
      expectNear(sum.outputs[0]!.values, numbersOf(gradient));
    });
  });

  test('are there for every output that has numbers, and for none where nobody asks', async () => {
    const graph = await graphOf(parts, { backend, withStatistics: true });
    for (const { id, outputs } of graph.nodes) {
      for (const { shape, values } of outputs) if (!shape.includes(0)) expect(values, id).toBeDefined();
    }
    const plain = await graphOf(parts, { backend });
    expect(plain.nodes.some(({ outputs }) => outputs.some(({ values }) => values))).toBe(false);
    expect(plain.nodes.map(({ id }) => id)).toEqual(graph.nodes.map(({ id }) => id));
  });
});

test('not-finite values and zeros are shares of all', async () => {
  const graph = await graphOf(
    { ...parts, metrics: [(_labels: tf.Tensor, predicted: tf.Tensor) => tf.mean(tf.log(predicted))] },
    { withStatistics: true },
  );
  const relu = valuesOf(graph, 'only/Relu')!;
  const log = graph.nodes.find(({ op }) => op === 'Log')!.outputs[0]!.values!;
  expect(relu.zeros).toBeGreaterThan(0);
  // The logarithm of zero is not finite, that of all else is.
  expect(log.notFinite).toBeCloseTo(relu.zeros, 6);
});

describe('what ran an op', () => {
  test('is the backend, or JavaScript where the backend has no kernel for it', async () => {
    const onCpu = await graphOf(parts);
    expect(new Set(onCpu.nodes.flatMap(({ device }) => device ?? []))).toEqual(new Set(['JavaScript']));
    const sorted = await graphOf(
      {
        ...parts,
        loss: (labels: tf.Tensor, predicted: tf.Tensor) =>
          tf.mean(tf.add(tf.square(tf.sub(labels, predicted)), tf.mean(tf.einsum('ij,ij->i', labels, labels)))),
      },
      { backend: 'wasm' },
    );
    const device = (op: string) => sorted.nodes.find((node) => node.op === op)?.device;
    expect(device('BatchMatMul')).toBe('wasm');
    expect(device('Einsum')).toBe('JavaScript');
    expect(sorted.nodes.filter(({ kind, device: on }) => (kind === 'op') !== (on !== undefined))).toEqual([]);
  });
});
