/** The ops of a training step, recorded: whole graphs of a zoo of models, each op in its layer and phase. */
import * as tf from '@tensorflow/tfjs';
import { describe, expect, test } from 'vitest';
import type { OpGraph, OpNode } from '../../../../src/shared/graph/op-graph.js';
import { datasets } from '../../../../src/trainer/api.js';
import { faultsOf, file, graphOf, numbers, recording } from './support.js';

const dense = (): tf.LayersModel =>
  tf.sequential({
    layers: [
      tf.layers.dense({ inputShape: [4], units: 5, activation: 'relu', name: 'hidden' }),
      tf.layers.dense({ units: 3, name: 'out' }),
    ],
  });

function ops({ nodes }: OpGraph, where: Partial<OpNode>): string[] {
  return nodes
    .filter((node) => Object.entries(where).every(([key, value]) => node[key as keyof OpNode] === value))
    .map(({ op }) => op);
}

describe('a dense network', () => {
  test('has each op in its phase and layer, with shapes, times and bytes', async () => {
    const graph = await graphOf({ model: dense, metrics: ['mae'] });
    expect(faultsOf(graph)).toEqual([]);
    expect(graph).toMatchObject({ backend: 'cpu', batchSize: 4, batch: 'first' });
    expect(graph.layers.map(({ layer }) => layer)).toEqual(['hidden', 'out']);
    expect(ops(graph, { phase: 'forward', layer: 'hidden', kind: 'op' })).toContain('Relu');
    expect(ops(graph, { phase: 'loss', kind: 'op' })).toContain('Mean');
    expect(ops(graph, { phase: 'metrics', kind: 'op' })).toContain('Abs');
    expect(ops(graph, { phase: 'gradient', layer: 'hidden' })).toContain('ReluGrad');
    const relu = graph.nodes.find(({ op }) => op === 'Relu')!;
    expect(relu.outputs).toEqual([{ shape: [4, 5], dtype: 'float32' }]);
    expect(relu.bytes).toBe(4 * 5 * 4);
    expect(relu.ms).toBeGreaterThanOrEqual(0);
    // Every kernel has its own time; what is no kernel has none.
    expect(graph.nodes.filter(({ kind, ms }) => (kind === 'op') !== (ms !== undefined))).toEqual([]);
  });

  test('knows of which op a gradient is', async () => {
    const { nodes } = await graphOf({ model: dense });
    const gradient = nodes.find(({ op }) => op === 'ReluGrad')!;
    expect(nodes.find(({ id }) => id === gradient.forward)).toMatchObject({ op: 'Relu', layer: 'hidden' });
    // The sum of the gradients of one tensor that went two ways is no single op's.
    const alone = nodes.filter(({ phase, kind, forward }) => phase === 'gradient' && kind === 'op' && !forward);
    expect(alone.map(({ op }) => op)).toEqual(['Add']);
  });

  test('data by the names of the inputs fits as often as the model is built anew', async () => {
    for (let time = 0; time < 2; time++) {
      const { nodes } = await graphOf({
        model: () => {
          const [left, right] = ['left', 'right'].map((name) => tf.input({ shape: [2], name }));
          const both = tf.layers.concatenate().apply([left!, right!]) as tf.SymbolicTensor;
          return tf.model({
            inputs: [left!, right!],
            outputs: tf.layers.dense({ units: 1 }).apply(both) as tf.SymbolicTensor,
          });
        },
        data: () =>
          datasets.tensors({
            xs: { left: tf.ones([4, 2]), right: tf.zeros([4, 2]) },
            ys: tf.ones([4, 1]),
            batchSize: 4,
          }),
      });
      expect(nodes.map(({ id }) => id)).toEqual(expect.arrayContaining(['input/xs/left', 'input/xs/right']));
    }
  });

  test('sums of gradients of a weight that is read at each step of a sequence are of its layer', async () => {
    const { nodes } = await graphOf({
      model: () =>
        tf.sequential({
          layers: [
            tf.layers.simpleRNN({ units: 3, inputShape: [5, 2], name: 'steps' }),
            tf.layers.dense({ units: 3, name: 'out' }),
          ],
        }),
      data: () => numbers([5, 2], [3]),
    });
    const sums = nodes.filter(({ phase, op, forward }) => phase === 'gradient' && op === 'Add' && !forward);
    expect(sums.filter(({ layer }) => layer === 'steps').length).toBeGreaterThan(4);
    // Of the loss itself: what is squared is read twice.
    expect(sums.filter(({ layer }) => layer === undefined).length).toBeLessThan(2);
  });

  test('has weights and slots as variables, updates in the layers whose weights they change', async () => {
    const graph = await graphOf({ model: dense });
    const variables = graph.nodes.filter(({ kind }) => kind === 'variable').map(({ id }) => id);
    expect(variables).toEqual(
      expect.arrayContaining(['hidden/kernel', 'hidden/bias', 'optimizer/hidden/kernel/m', 'optimizer/out/bias/v']),
    );
    expect(variables).toHaveLength(4 * 3 + 2);
    const assigned = graph.nodes.filter(({ kind, layer }) => kind === 'assign' && layer === 'hidden');
    expect(assigned.map(({ id }) => id)).toContain('optimizer/hidden/kernel/Assign');
    // The powers of β are the whole optimizer's.
    const shared = graph.nodes.filter(
      ({ phase, layer, kind }) => phase === 'optimizer' && layer === undefined && kind === 'variable',
    );
    expect(shared.map(({ id }) => id)).toEqual(['optimizer/accBeta1', 'optimizer/accBeta2']);
  });

  test('has aliases as nodes without memory of their own', async () => {
    const { nodes } = await graphOf({
      model: () =>
        tf.sequential({
          layers: [
            tf.layers.reshape({ inputShape: [4], targetShape: [2, 2] }),
            tf.layers.flatten(),
            tf.layers.dense({ units: 3 }),
          ],
        }),
    });
    const reshape = nodes.find(({ op, layer }) => op === 'Reshape' && layer === 'reshape_1')!;
    expect(reshape).toMatchObject({ bytes: 0, outputs: [{ shape: [4, 2, 2], alias: true }] });
  });
});

test('a batch of zeros gives the same ops as the first batch', async () => {
  const shape = ({ nodes }: OpGraph) => nodes.map(({ id, outputs }) => [id, outputs]);
  const zeros = await graphOf({ model: dense }, { batch: 'zeros' });
  expect(zeros.batch).toBe('zeros');
  expect(shape(zeros)).toEqual(shape(await graphOf({ model: dense })));
});

test('kernels of our own on wasm stand in the layers that they are for', async () => {
  const graph = await graphOf({ model: dense }, { backend: 'wasm' });
  expect(faultsOf(graph)).toEqual([]);
  expect(ops(graph, { op: 'ApplyAdam', layer: 'hidden', phase: 'optimizer' })).toHaveLength(2);
  expect(ops(graph, { op: 'ReluGrad', layer: 'hidden', phase: 'gradient' })).toHaveLength(1);
});

const several = (): tf.LayersModel => {
  const left = tf.input({ shape: [4], name: 'left' });
  const right = tf.input({ shape: [2], name: 'right' });
  const both = tf.layers.concatenate({ name: 'both' }).apply([left, right]) as tf.SymbolicTensor;
  const one = tf.layers.dense({ units: 3, name: 'one' }).apply(both) as tf.SymbolicTensor;
  const two = tf.layers.dense({ units: 1, name: 'two' }).apply(both) as tf.SymbolicTensor;
  return tf.model({ inputs: [left, right], outputs: [one, two] });
};

const zoo: Readonly<Record<string, Parameters<typeof graphOf>[0]>> = {
  'convolutions with batch normalization': {
    data: () => numbers([8, 8, 1], [3]),
    model: () =>
      tf.sequential({
        layers: [
          tf.layers.conv2d({ inputShape: [8, 8, 1], filters: 2, kernelSize: 3, activation: 'relu' }),
          tf.layers.batchNormalization(),
          tf.layers.maxPooling2d({ poolSize: 2 }),
          tf.layers.separableConv2d({ filters: 2, kernelSize: 2 }),
          tf.layers.globalAveragePooling2d({ dataFormat: 'channelsLast' }),
          tf.layers.dropout({ rate: 0.5 }),
          tf.layers.dense({ units: 3, kernelRegularizer: 'l1l2' }),
        ],
      }),
    optimizer: () => tf.train.sgd(0.1),
  },
  'a recurrent network': {
    data: () => numbers([5, 2], [3]),
    model: () =>
      tf.sequential({
        layers: [
          tf.layers.bidirectional({
            inputShape: [5, 2],
            layer: tf.layers.lstm({ units: 3, returnSequences: true }) as tf.RNN,
            mergeMode: 'concat',
          }),
          tf.layers.gru({ units: 2 }),
          tf.layers.dense({ units: 3 }),
        ],
      }),
    optimizer: () => tf.train.rmsprop(0.01),
  },
  'a model in a model': {
    model: () =>
      tf.sequential({
        layers: [
          tf.sequential({
            name: 'inner',
            layers: [
              tf.layers.dense({ inputShape: [4], units: 4, name: 'first' }),
              tf.layers.dense({ units: 3, name: 'second' }),
            ],
          }),
          tf.layers.dense({ units: 3, name: 'last' }),
        ],
      }),
    optimizer: () => tf.train.momentum(0.1, 0.9),
  },
  'several inputs and outputs': {
    data: () =>
      datasets.tensors({
        xs: { left: tf.ones([8, 4]), right: tf.ones([8, 2]) },
        ys: { one: tf.ones([8, 3]), two: tf.ones([8, 1]) },
        batchSize: 4,
      }),
    model: several,
    optimizer: () => 'adagrad',
  },
  'a step of its own': {
    model: dense,
    loss: undefined as unknown as string,
    trainStep: ({ model, optimizer, batch }) => {
      const loss = optimizer.minimize(
        () =>
          tf.losses.meanSquaredError(
            batch.ys as tf.Tensor,
            model.apply(batch.xs as tf.Tensor, { training: true }) as tf.Tensor,
          ),
        true,
      );
      return loss!;
    },
  },
};

describe.each(Object.entries(zoo))('%s', (name, parts) => {
  test.each(['first', 'zeros'] as const)('gives a whole graph on the batch: %s', async (batch) => {
    const before = tf.memory().numTensors;
    const graph = await graphOf(parts, { batch });
    expect(faultsOf(graph)).toEqual([]);
    expect(tf.memory().numTensors).toBe(before);
    const labels = new Set(graph.layers.map(({ layer }) => layer));
    expect(graph.nodes.filter(({ layer }) => layer !== undefined && !labels.has(layer))).toEqual([]);
    // Every layer with weights computes, is differentiated and updated.
    for (const { layer, params } of graph.layers) {
      if (params === 0) continue;
      for (const phase of ['forward', 'gradient', 'optimizer'] as const) {
        expect(ops(graph, { layer, phase }).length, `${name}: ${layer}, ${phase}`).toBeGreaterThan(0);
      }
    }
  });
});

test('layers of a model in a model are named by both', async () => {
  const { layers, nodes } = await graphOf(zoo['a model in a model']!);
  expect(layers.map(({ layer }) => layer)).toEqual(['inner/first', 'inner/second', 'last']);
  expect(nodes.some(({ id }) => id === 'inner/first/kernel')).toBe(true);
});

test('what is wrong with the experiment is told instead', async () => {
  const { graph, problems } = await recording({ model: dense, data: () => numbers([5], [3]) });
  expect(graph).toBeUndefined();
  expect(problems[0]).toMatchObject({ severity: 'error', file });
  const failing = await recording({
    model: () => {
      throw new Error('not today');
    },
  });
  expect(failing.problems[0]!.message).toBe('not today');
});
