/** What is told before the first step: each illness with a model that has it, and its healthy twin. */
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { finding } from '../../../../src/shared/protocol/diagnosis.js';
import type { Experiment } from '../../../../src/trainer/runtime/experiment.js';
import { MemoryDataset, numbers, points, type MemoryOptions } from '../runtime/support.js';
import { diagnose, namesOf } from './support.js';

const { layers } = tf;

beforeAll(async () => {
  await tf.setBackend('cpu');
});

const healthyLayers = (): tf.layers.Layer[] => [
  layers.dense({ units: 8, activation: 'relu', inputShape: [4] }),
  layers.dense({ units: 3, activation: 'softmax' }),
];

function experiment(over: Partial<Experiment> = {}, data: Partial<MemoryOptions> = {}): Experiment {
  return {
    seed: 1,
    data: () => new MemoryDataset({ ...points(48), batchSize: 16, shuffle: true, ...data }),
    model: () => tf.sequential({ layers: healthyLayers() }),
    optimizer: () => tf.train.adam(0.01),
    loss: 'categoricalCrossentropy',
    ...over,
  };
}

const withLayers = (...all: tf.layers.Layer[]): Partial<Experiment> => ({
  model: () => tf.sequential({ layers: all }),
});
const regression = (targets: (index: number) => number, over: Partial<Experiment> = {}): Experiment =>
  experiment(
    {
      loss: 'meanSquaredError',
      ...withLayers(
        layers.dense({ units: 8, activation: 'relu', inputShape: [4] }),
        layers.dense({ units: 1, name: 'amount' }),
      ),
      ...over,
    },
    { ...points(48), ys: tf.tensor2d(Array.from({ length: 48 }, (_, index) => [targets(index)])) },
  );
const binary = (over: Partial<Experiment> = {}, yes = 1, no = 0): Experiment =>
  experiment(
    {
      loss: 'binaryCrossentropy',
      ...withLayers(
        layers.dense({ units: 8, activation: 'relu', inputShape: [4] }),
        layers.dense({ units: 1, activation: 'sigmoid' }),
      ),
      ...over,
    },
    { ...points(48), ys: tf.tensor2d(Array.from({ length: 48 }, (_, index) => [index % 2 === 0 ? yes : no])) },
  );

it('says nothing of healthy trainings', async () => {
  for (const healthy of [
    experiment(),
    binary(),
    regression((index) => index / 48),
    experiment({ optimizer: () => tf.train.sgd(0.1) }),
    experiment(
      withLayers(
        layers.dense({ units: 8, inputShape: [4] }),
        layers.batchNormalization(),
        layers.activation({ activation: 'relu' }),
        layers.dropout({ rate: 0.5 }),
        layers.dense({ units: 3, activation: 'softmax' }),
      ),
    ),
  ]) {
    const { told, explained } = await diagnose(healthy);
    expect(namesOf(told)).toEqual([]);
    expect(namesOf(explained)).toEqual([]);
  }
});

describe('tells at the start', () => {
  const ill: readonly (readonly [what: string, rule: string, words: RegExp, make: () => Experiment])[] = [
    [
      'a loss for probabilities over something else, in the words of the checks',
      'lossActivation',
      /expects probabilities, but layer dense_2 ends in activation 'linear'/,
      () => experiment(withLayers(healthyLayers()[0]!, layers.dense({ units: 3 }))),
    ],
    [
      'a squared error over softmax',
      'lossActivation',
      /meanSquaredError over the softmax of dense_2/,
      () => experiment({ loss: 'meanSquaredError' }),
    ],
    [
      'a binary loss over softmax',
      'lossActivation',
      /each of the 3 values of dense_2 as a question of its own/,
      () => experiment({ loss: 'binaryCrossentropy' }),
    ],
    [
      'a loss for numbers where there are classes',
      'lossActivation',
      /the data has 3 classes/,
      () =>
        experiment(
          { loss: 'meanAbsoluteError', ...withLayers(healthyLayers()[0]!, layers.dense({ units: 3 })) },
          { info: { classNames: ['rock', 'paper', 'scissors'] } },
        ),
    ],
    [
      'softmax before a loss from scores',
      'softmaxTwice',
      /The loss takes softmax itself, but dense_2 has applied it already/,
      () => experiment({ loss: (truth, predicted) => tf.losses.softmaxCrossEntropy(truth, predicted) }),
    ],
    [
      'softmax before the library’s own loss from scores',
      'softmaxTwice',
      /The loss takes softmax itself/,
      () => experiment({ loss: tf.losses.softmaxCrossEntropy }),
    ],
    [
      'two softmaxes in a row',
      'softmaxTwice',
      /by dense_2 and again by softmax_1/,
      () => experiment(withLayers(...healthyLayers(), layers.softmax())),
    ],
    [
      'nothing nonlinear between dense layers, past dropout',
      'missingNonlinearity',
      /Between dense_1 and dense_2/,
      () =>
        experiment(
          withLayers(
            layers.dense({ units: 8, inputShape: [4] }),
            layers.dropout({ rate: 0.2 }),
            layers.dense({ units: 3, activation: 'softmax' }),
          ),
        ),
    ],
    [
      'dropout behind the last layer',
      'dropoutAtOutput',
      /drops 50 % of the model’s own answers/,
      () => experiment(withLayers(...healthyLayers(), layers.dropout({ rate: 0.5 }))),
    ],
    [
      'dropout of nearly everything',
      'dropoutAtOutput',
      /drops 95 % of its input/,
      () => experiment(withLayers(healthyLayers()[0]!, layers.dropout({ rate: 0.95 }), healthyLayers()[1]!)),
    ],
    [
      'batch normalisation of one',
      'batchNormOfOne',
      /batches of a single example/,
      () =>
        experiment(withLayers(healthyLayers()[0]!, layers.batchNormalization(), healthyLayers()[1]!), { batchSize: 1 }),
    ],
    [
      'a model of which nothing is trained',
      'nothingToTrain',
      /all are frozen/,
      () =>
        experiment(
          withLayers(
            layers.dense({ units: 8, activation: 'relu', inputShape: [4], trainable: false }),
            layers.dense({ units: 3, activation: 'softmax', trainable: false }),
          ),
        ),
    ],
    [
      'weights that begin at zero',
      'poorInitialisation',
      /All weights of dense_1\/kernel begin as 0 \(kernelInitializer: 'Zeros'\)/,
      () =>
        experiment(
          withLayers(
            layers.dense({ units: 8, activation: 'relu', inputShape: [4], kernelInitializer: 'zeros' }),
            layers.dense({ units: 3, activation: 'softmax' }),
          ),
        ),
    ],
    [
      'weights that begin far too large',
      'poorInitialisation',
      /begin far too large/,
      () =>
        experiment(
          withLayers(
            layers.dense({
              units: 8,
              activation: 'relu',
              inputShape: [4],
              kernelInitializer: tf.initializers.randomNormal({ stddev: 50 }),
            }),
            layers.dense({ units: 3, activation: 'softmax' }),
          ),
        ),
    ],
    [
      'a very high learning rate',
      'learningRate',
      /very high: 2\./,
      () => experiment({ optimizer: () => tf.train.adam(2) }),
    ],
    [
      'a very low learning rate',
      'learningRate',
      /very low: 1e−9/,
      () => experiment({ optimizer: () => tf.train.adam(1e-9) }),
    ],
    [
      'images from 0 to 255',
      'unnormalisedInput',
      /from \d+ to 25\d/,
      () =>
        experiment(
          withLayers(
            layers.flatten({ inputShape: [4, 4, 1] }),
            layers.dense({ units: 8, activation: 'relu' }),
            layers.dense({ units: 3, activation: 'softmax' }),
          ),
          {
            xs: tf
              .tensor(numbers(48 * 16), [48, 4, 4, 1])
              .mul(255)
              .floor(),
          },
        ),
    ],
    [
      'a column on another scale',
      'unnormalisedInput',
      /column 2 has mean/,
      () => experiment({}, { xs: points(48).xs.mul(tf.tensor1d([1, 1000, 1, 1])) }),
    ],
    [
      'inputs next to nothing',
      'unnormalisedInput',
      /next to nothing/,
      () => experiment({}, { xs: points(48).xs.div(60_000) }),
    ],
    [
      'values that are no numbers in the data',
      'notFiniteData',
      /NaN or infinite values: 1 of the 64 inputs/,
      () =>
        experiment(
          {},
          {
            shuffle: false,
            xs: tf.tidy(() => {
              const values = points(48).xs.dataSync().slice();
              values[5] = NaN;
              return tf.tensor2d(values, [48, 4]);
            }),
          },
        ),
    ],
    [
      'class numbers that count from 1',
      'labelsFitLoss',
      /from 1 to 3, but the model tells 3 classes apart/,
      () =>
        experiment(
          { loss: 'sparseCategoricalCrossentropy' },
          { ys: tf.tensor2d(Array.from({ length: 48 }, (_, index) => [1 + (index % 3)])) },
        ),
    ],
    [
      'rows of several classes',
      'labelsFitLoss',
      /rows do not sum to 1/,
      () => experiment({}, { ys: tf.ones([48, 3]) }),
    ],
    ['labels of −1 and 1', 'labelsFitLoss', /from −1 to 1; binaryCrossentropy needs 0 to 1/, () => binary({}, 1, -1)],
    [
      'targets that the activation cannot reach',
      'unreachableTargets',
      /go from −\S+ to \S+, but amount ends in sigmoid, which gives 0 to 1/,
      () =>
        regression(
          (index) => index - 24,
          withLayers(layers.dense({ units: 1, activation: 'sigmoid', inputShape: [4], name: 'amount' })),
        ),
    ],
    [
      'validation on the training data',
      'validationIdentical',
      /The validation data is the training data/,
      () => {
        const data = new MemoryDataset({ ...points(48), batchSize: 16 });
        return experiment({ data: () => ({ train: data, validation: data }) });
      },
    ],
  ];
  it.each(ill)('%s', async (_what, rule, words, make) => {
    const { told } = await diagnose(make(), { steps: 2, mayFail: rule === 'nothingToTrain' });
    const found = told.find((one) => one.rule === rule);
    expect(found, `told: ${told.map(({ title }) => title).join(' | ')}`).toBeDefined();
    expect(found!.title).toMatch(words);
    expect(found!.advice.length).toBeGreaterThan(0);
    expect(found!.line).toBeDefined();
    finding.parse(found);
    expect(told.filter((one) => one.rule === rule && one.layer === found!.layer)).toHaveLength(1);
  });

  it('large targets, without alarm', async () => {
    const { told } = await diagnose(
      regression((index) => 100_000 * index),
      { steps: 1 },
    );
    expect(told.find(({ rule }) => rule === 'largeTargets')).toMatchObject({ severity: 'info' });
  });
});

describe('leaves alone', () => {
  it('a narrow layer without activation, which is a code', async () => {
    const { told } = await diagnose(
      experiment(
        withLayers(
          layers.dense({ units: 16, activation: 'relu', inputShape: [4] }),
          layers.dense({ units: 2 }),
          layers.dense({ units: 16, activation: 'relu' }),
          layers.dense({ units: 3, activation: 'softmax' }),
        ),
      ),
    );
    expect(namesOf(told)).toEqual([]);
  });

  it('a single layer that begins at zero', async () => {
    const { told } = await diagnose(
      experiment(
        withLayers(layers.dense({ units: 3, activation: 'softmax', inputShape: [4], kernelInitializer: 'zeros' })),
      ),
    );
    expect(namesOf(told)).toEqual([]);
  });

  it('raw numbers that a first layer is made for', async () => {
    const xs = tf.tensor2d(
      numbers(48 * 4).map((value) => Math.floor(value * 500)),
      [48, 4],
    );
    const { told } = await diagnose(
      experiment(
        withLayers(
          layers.embedding({ inputDim: 500, outputDim: 4, inputLength: 4 }),
          layers.flatten(),
          layers.dense({ units: 3, activation: 'softmax' }),
        ),
        { xs },
      ),
    );
    expect(namesOf(told)).toEqual([]);
  });
});
