/** What a step shows: each illness with a model that has it, and its healthy twin; at a stop, and armed. */
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Finding } from '../../../../src/shared/protocol/diagnosis.js';
import type { Experiment } from '../../../../src/trainer/runtime/experiment.js';
import { MemoryDataset, points, trainHere, type MemoryOptions } from '../runtime/support.js';
import { diagnose, namesOf } from './support.js';

const { layers } = tf;

beforeAll(async () => {
  await tf.setBackend('cpu');
});

function experiment(over: Partial<Experiment> = {}, data: Partial<MemoryOptions> = {}): Experiment {
  return {
    seed: 1,
    data: () => new MemoryDataset({ ...points(48), batchSize: 16, shuffle: true, ...data }),
    model: () =>
      tf.sequential({
        layers: [
          layers.dense({ units: 8, activation: 'relu', inputShape: [4], name: 'first' }),
          layers.dense({ units: 8, activation: 'relu', name: 'second' }),
          layers.dense({ units: 3, activation: 'softmax', name: 'scores' }),
        ],
      }),
    optimizer: () => tf.train.adam(0.01),
    loss: 'categoricalCrossentropy',
    ...over,
  };
}

const withLayers = (...all: tf.layers.Layer[]): Partial<Experiment> => ({
  model: () => tf.sequential({ layers: all }),
});
const scores = (): tf.layers.Layer => layers.dense({ units: 3, activation: 'softmax', name: 'scores' });
type Initializer = ReturnType<typeof tf.initializers.constant>;
const constant = (value: number): Initializer => tf.initializers.constant({ value });
const of = (findings: readonly Finding[], rule: string): Finding | undefined =>
  findings.find((one) => one.rule === rule);

it('says nothing at any stop of a healthy training', async () => {
  for (const stopAfter of [1, 2, 40]) {
    const { told, explained } = await diagnose(experiment(), { steps: stopAfter });
    expect(namesOf([...told, ...explained])).toEqual([]);
  }
});

describe('not finite', () => {
  it('names the layer whose weights were blown up, its share, and the rate', async () => {
    const { told } = await diagnose(experiment({ optimizer: () => tf.train.sgd(1e38) }), { steps: 8 });
    const found = of(told, 'notFinite')!;
    expect(found).toMatchObject({ severity: 'error', file: '/tiny.ts' });
    expect(found.title).toMatch(/^Layer (first|second) is the first to give NaN or infinity: \S+ % of its outputs\.$/);
    expect(found.explanation).toMatch(/learning rate/);
    expect(found.advice[0]).toMatch(/smaller learning rate: it is 1e38/);
  });

  it('names the layer that grew, where outputs are finite and the loss is not', async () => {
    const { told } = await diagnose(
      experiment({
        loss: 'meanSquaredError',
        optimizer: () => tf.train.sgd(1e6),
        ...withLayers(
          layers.dense({ units: 8, activation: 'relu', inputShape: [4], name: 'first' }),
          layers.dense({ units: 3, name: 'last' }),
        ),
      }),
      { steps: 6 },
    );
    const found = of(told, 'notFinite')!;
    expect(found.title).toMatch(/^The loss of step \d is ∞: layer (first|last) gives numbers up to \S+\.$/);
    expect(found.line).toBe(100 + found.layer!.length);
  });

  it('names op and layer of a person’s own computation', async () => {
    class LogLayer extends layers.Layer {
      static className = 'LogLayer';
      override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
        return tf.log(tf.sub(Array.isArray(inputs) ? inputs[0]! : inputs, 10));
      }
    }
    const { told } = await diagnose(
      experiment(
        withLayers(
          layers.dense({ units: 8, activation: 'sigmoid', inputShape: [4], name: 'first' }),
          new LogLayer({ name: 'logarithm' }),
          scores(),
        ),
      ),
      { steps: 1 },
    );
    const found = of(told, 'notFinite')!;
    expect(found).toMatchObject({ layer: 'logarithm', op: 'Log' });
    expect(found.explanation).toMatch(/What it gets from first is finite.*its op Log/);
    expect(found.advice[0]).toMatch(/logarithm away from 0/);
  });

  it('names the op of a loss that fails on finite outputs', async () => {
    const loss = (truth: tf.Tensor, predicted: tf.Tensor): tf.Tensor =>
      tf.mean(tf.neg(tf.sum(tf.mul(truth, tf.log(tf.sub(predicted, predicted))), -1)));
    const { told } = await diagnose(experiment({ loss }), { steps: 1 });
    const found = of(told, 'notFinite')!;
    expect(found.title).toMatch(/The loss of step 1 is/);
    expect(found).toMatchObject({ op: 'Log', line: 'loss'.length });
    expect(found.explanation).toMatch(/All layers gave finite numbers/);
  });

  it('names the first gradient on the way back', async () => {
    const { explained } = await diagnose(
      experiment({
        trainStep: ({ model, optimizer, batch }) => {
          const loss = optimizer.minimize(() => {
            const output = model.predict(batch.xs as tf.Tensor) as tf.Tensor;
            // The root of 0 has an endless slope.
            return tf.sqrt(tf.sum(tf.square(tf.sub(output, output)))).add(tf.mean(output)) as tf.Scalar;
          }, true)!;
          return loss;
        },
      }),
      { steps: 1 },
    );
    expect(of(explained, 'notFinite')).toMatchObject({ layer: 'scores', severity: 'error' });
    expect(of(explained, 'notFinite')!.title).toMatch(/gradient of layer scores is not finite/);
  });

  it('blames the data where the data has them', async () => {
    const xs = points(48).xs.dataSync().slice();
    xs[4 * 40] = Infinity;
    const { told } = await diagnose(experiment({}, { shuffle: false, xs: tf.tensor2d(xs, [48, 4]) }), { steps: 3 });
    const found = of(told, 'notFinite')!;
    expect(found.title).toMatch(/The data holds NaN or infinite values: 1 of the 64 inputs/);
    expect(found.line).toBe('data'.length);
    // Of the first batch it has been said before anything was computed with it.
    xs[0] = Infinity;
    const again = await diagnose(experiment({}, { shuffle: false, xs: tf.tensor2d(xs, [48, 4]) }), { steps: 3 });
    expect(again.told.map(({ rule }) => rule).filter((rule) => /^notFinite/.test(rule))).toEqual(['notFiniteData']);
  });
});

describe('units that do not work', () => {
  const dead = (): Experiment =>
    experiment(
      withLayers(
        layers.dense({ units: 8, activation: 'relu', inputShape: [4], name: 'first', biasInitializer: constant(-50) }),
        scores(),
      ),
    );

  it('a dead ReLU layer, with its units', async () => {
    const { explained } = await diagnose(dead());
    const found = of(explained, 'deadRelu')!;
    expect(found).toMatchObject({ layer: 'first', severity: 'warning', op: 'Relu' });
    expect(found.title).toBe('Layer first is dead: 100 % of its outputs are zero.');
    expect(found.explanation).toContain('8 of its 8 units gave zero for every example');
    expect(of(explained, 'unchangedWeights')?.layer).toBe('first');
    expect(of(explained, 'sameOutput')).toBeDefined();
  });

  it('stops once where it is armed, at its threshold', async () => {
    expect((await diagnose(dead(), { steps: 4, armed: { rule: 'deadRelu' } })).hits).toEqual([1]);
    const twin = await diagnose(experiment(), { steps: 4, armed: { rule: 'deadRelu' } });
    expect(twin.hits).toEqual([]);
    expect((await diagnose(experiment(), { steps: 1, armed: { rule: 'deadRelu', threshold: 0 } })).hits).toEqual([]);
  });

  it('sparse outputs of units that all wake up are not dead', async () => {
    const xs = tf.tidy(() => tf.eye(48).sub(0.5) as tf.Tensor2D);
    const { explained } = await diagnose(
      experiment(
        withLayers(
          layers.dense({
            units: 48,
            activation: 'relu',
            inputShape: [48],
            kernelInitializer: 'identity',
            name: 'first',
          }),
          scores(),
        ),
        { xs, batchSize: 48 },
      ),
      { steps: 1 },
    );
    expect(of(explained, 'deadRelu')).toBeUndefined();
  });

  it.each(['sigmoid', 'tanh'] as const)('a saturated %s layer', async (activation) => {
    const saturated = (kernelInitializer: Initializer | 'glorotUniform'): Experiment =>
      experiment(
        withLayers(layers.dense({ units: 8, activation, inputShape: [4], name: 'first', kernelInitializer }), scores()),
      );
    const { explained } = await diagnose(saturated(tf.initializers.randomNormal({ stddev: 500, seed: 3 })));
    expect(of(explained, 'saturatedActivation')).toMatchObject({ layer: 'first', severity: 'warning' });
    expect(of((await diagnose(saturated('glorotUniform'))).explained, 'saturatedActivation')).toBeUndefined();
  });
});

describe('gradients', () => {
  const deep = (activation: 'sigmoid' | 'relu'): Experiment =>
    experiment(
      withLayers(
        layers.dense({ units: 8, activation, inputShape: [4], name: 'first' }),
        ...Array.from({ length: 8 }, () => layers.dense({ units: 8, activation })),
        scores(),
      ),
    );

  it('that vanish in a deep stack of sigmoids, and not with relu', async () => {
    const { explained } = await diagnose(deep('sigmoid'));
    const found = of(explained, 'vanishingGradient')!;
    expect(found).toMatchObject({ layer: 'first', severity: 'warning' });
    expect(found.explanation).toMatch(/there are 9 of them/);
    expect(of((await diagnose(deep('relu'))).explained, 'vanishingGradient')).toBeUndefined();
  });

  it('that vanish are told at an end of an epoch, though training is short and nobody looks', async () => {
    const { told } = await diagnose(deep('sigmoid'), { epochs: 8 });
    expect(told.filter(({ rule }) => rule === 'vanishingGradient')).toMatchObject([{ layer: 'first' }]);
    expect(of((await diagnose(deep('relu'), { epochs: 8 })).told, 'vanishingGradient')).toBeUndefined();
  });

  it('that explode', async () => {
    const huge = (): Experiment =>
      experiment(
        {
          loss: 'meanSquaredError',
          optimizer: () => tf.train.sgd(1e-12),
          ...withLayers(layers.dense({ units: 3, inputShape: [4], name: 'first' })),
        },
        { ys: points(48).ys.mul(1e6) },
      );
    const { explained } = await diagnose(huge());
    expect(of(explained, 'explodingGradient')).toMatchObject({ layer: 'first', severity: 'warning' });
    expect((await diagnose(huge(), { armed: { rule: 'explodingGradient', threshold: 1e9 } })).hits).toEqual([]);
    expect((await diagnose(huge(), { armed: { rule: 'explodingGradient' } })).hits).toEqual([1]);
  });

  it('that do not come at all: a layer whose output is not used', async () => {
    const { explained } = await diagnose(
      experiment({
        model: () => {
          const input = tf.input({ shape: [4] });
          const used = layers.dense({ units: 3, activation: 'softmax', name: 'used' }).apply(input);
          const unused = layers.dense({ units: 3, name: 'unused' }).apply(input) as tf.SymbolicTensor;
          class Drop extends layers.Layer {
            static className = 'Drop';
            override call(inputs: tf.Tensor[]): tf.Tensor {
              return inputs[0]!.clone();
            }
            override computeOutputShape(shapes: tf.Shape[]): tf.Shape {
              return shapes[0]!;
            }
          }
          const output = new Drop({ name: 'drop' }).apply([used as tf.SymbolicTensor, unused]);
          return tf.model({ inputs: input, outputs: output as tf.SymbolicTensor });
        },
      }),
    );
    expect(of(explained, 'unchangedWeights')).toMatchObject({ layer: 'unused', severity: 'warning' });
  });

  it('and updates far too large for the weights', async () => {
    const { explained } = await diagnose(experiment({ optimizer: () => tf.train.adam(0.4) }), { steps: 1 });
    expect(of(explained, 'updateRatio')?.title).toMatch(/An update moves the weights of \w+ by/);
    const slow = await diagnose(experiment({ optimizer: () => tf.train.sgd(1e-6) }), { steps: 1 });
    expect(of(slow.explained, 'updateRatio')).toMatchObject({ severity: 'info' });
  });
});

it('a layer whose output is all zero', async () => {
  const { explained } = await diagnose(
    experiment(
      withLayers(
        layers.dense({ units: 8, activation: 'tanh', inputShape: [4], name: 'first', kernelInitializer: 'zeros' }),
        scores(),
      ),
    ),
    { steps: 1 },
  );
  expect(of(explained, 'allZero')).toMatchObject({ layer: 'first', severity: 'warning' });
});

it('changes nothing: the run ends with the same hash, and no tensor is left', async () => {
  const make = (): Experiment => experiment({ optimizer: () => tf.train.sgd(1e38) });
  const plain = await trainHere(make(), { epochs: 1000, steps: 6 });
  const { numTensors } = tf.memory();
  const { stateHash } = await diagnose(make(), { steps: 6, stopAfter: 3, armed: { rule: 'notFinite' } });
  expect(stateHash).toBe(plain.result.stateHash);
  // Two are the test's own examples.
  expect(tf.memory().numTensors).toBe(numTensors + 2);
});
