/** What is refused before anything runs, in which words, and where the person is sent. */
import * as tf from '@tensorflow/tfjs';
import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { checkExperiment, type CheckedParts } from '../../../../src/trainer/runtime/checks.js';
import type { DataOutline } from '../../../../src/trainer/runtime/data/batch-stream.js';
import type { Experiment } from '../../../../src/trainer/runtime/experiment.js';
import { TrainingFailure } from '../../../../src/trainer/runtime/failure.js';
import { outlineOfModel } from '../../../../src/trainer/runtime/model-outline.js';
import { eventsOf, MemoryDataset, points, recordingHost, trainHere, workspace } from './support.js';

// The table of cases builds models.
await tf.setBackend('cpu');

const { layers } = tf;

function images(classNames: string[], over: Partial<DataOutline> = {}): DataOutline {
  return {
    info: {
      name: 'rps',
      source: 'folder',
      description: '',
      classNames,
      trainExamples: 100,
      skipped: [],
      skippedCount: 0,
    },
    inputShape: [150, 150, 3],
    targetShape: [classNames.length],
    ...over,
  };
}

const classifier = (
  units: number,
  activation: 'softmax' | 'sigmoid' | 'linear' = 'softmax',
  inputShape = [150, 150, 3],
): CheckedParts['model'] =>
  outlineOfModel(
    tf.sequential({
      layers: [
        ...(inputShape.length > 1 ? [layers.flatten({ inputShape, name: 'flat' })] : []),
        layers.dense({ units, activation, name: 'last', inputShape }),
      ],
    }),
  );

const rps = ['paper', 'rock', 'scissors'];

function found(over: Partial<CheckedParts>): string[] {
  const parts = {
    model: classifier(3),
    loss: 'categoricalCrossentropy',
    data: images(rps),
    learningRate: 0.001,
    ...over,
  };
  return checkExperiment(parts).map(
    ({ severity, part, message, hint, layer }) => `${severity} ${part}${layer ? ` ${layer}` : ''}: ${message} ${hint}`,
  );
}

describe('checks before a run', () => {
  it('find nothing where all fits', () => {
    expect(found({ metrics: ['accuracy', 'mse', tf.metrics.meanAbsoluteError] })).toEqual([]);
    expect(
      found({ loss: 'sparseCategoricalCrossentropy', data: images(rps, { targetShape: [], sparseTargets: true }) }),
    ).toEqual([]);
    expect(
      found({
        model: classifier(1, 'sigmoid'),
        loss: 'binaryCrossentropy',
        data: images(['cat', 'dog'], { targetShape: [1], sparseTargets: true }),
      }),
    ).toEqual([]);
    const regression = images([], { inputShape: [4], targetShape: [1] });
    const info = { ...regression.info, classNames: undefined };
    expect(
      found({ model: classifier(1, 'linear', [4]), loss: 'meanSquaredError', data: { ...regression, info } }),
    ).toEqual([]);
    expect(found({ data: undefined })).toEqual([]);
    expect(found({ loss: (a, b) => tf.losses.meanSquaredError(a, b) })).toEqual([]);
    expect(
      found({
        model: classifier(3, 'softmax', [4]),
        data: images(rps, { inputShape: undefined, targetShape: undefined }),
      }),
    ).toEqual([]);
  });

  it.each<[string, Partial<CheckedParts>, string]>([
    [
      'units',
      { model: classifier(10) },
      'error model last: The model ends in 10 values, but the data has 3 classes (paper, rock, scissors). Set units: 3 on layer last.',
    ],
    [
      'units, sparse',
      {
        model: classifier(10),
        loss: 'sparseCategoricalCrossentropy',
        data: images(rps, { targetShape: [], sparseTargets: true }),
      },
      'error model last: The model ends in 10 values, but the data has 3 classes (paper, rock, scissors). Set units: 3 on layer last.',
    ],
    [
      'class numbers for one-hot',
      { data: images(rps, { targetShape: [], sparseTargets: true }) },
      "error loss: The data gives class numbers, but categoricalCrossentropy needs one value for each class (one-hot). Use loss: 'sparseCategoricalCrossentropy'.",
    ],
    [
      'one-hot for class numbers',
      { loss: 'sparseCategoricalCrossentropy' },
      "error loss: The data gives one value for each class (one-hot), but sparseCategoricalCrossentropy needs class numbers. Use loss: 'categoricalCrossentropy'.",
    ],
    [
      'one unit',
      { model: classifier(1) },
      'error loss last: The model ends in 1 value, but categoricalCrossentropy needs one for each class. Set units: 3 on layer last.',
    ],
    [
      'input size',
      { data: images(rps, { inputShape: [64, 64, 3] }) },
      'error model flat: The model takes examples of shape 150×150×3, but the data gives 64×64×3. Give layer flat inputShape: [64, 64, 3], or give the data imageSize: [150, 150].',
    ],
    [
      'rank of input',
      {
        model: outlineOfModel(
          tf.sequential({
            layers: [layers.dense({ units: 3, activation: 'softmax', inputShape: [784], name: 'only' })],
          }),
        ),
        data: images(rps, { inputShape: [28, 28, 1] }),
      },
      'error model only: The model takes examples of shape 784, but the data gives 28×28×1. Begin the model with tf.layers.flatten({ inputShape: [28, 28, 1] }).',
    ],
    [
      'missing channel',
      { model: classifier(3, 'softmax', [28, 28, 1]), data: images(rps, { inputShape: [28, 28] }) },
      'error model flat: The model takes examples of shape 28×28×1, but the data gives 28×28. Begin the model with tf.layers.reshape({ targetShape: [28, 28, 1], inputShape: [28, 28] }).',
    ],
    [
      'misspelt loss',
      { loss: 'categoricalCrossEntropi' },
      "error loss: There is no loss 'categoricalCrossEntropi'. Did you mean 'categoricalCrossentropy'?",
    ],
    [
      'loss in Python',
      { loss: 'sparse_categorical_crossentropy' },
      "error loss: There is no loss 'sparse_categorical_crossentropy'. Did you mean 'sparseCategoricalCrossentropy'?",
    ],
    ['abbreviated loss', { loss: 'mse' }, "error loss: There is no loss 'mse'. Did you mean 'meanSquaredError'?"],
    [
      'no loss',
      { loss: undefined as never },
      "error loss: The experiment has no loss. For classes write loss: 'categoricalCrossentropy', for numbers loss: 'meanSquaredError'.",
    ],
    [
      'two losses',
      { loss: ['meanSquaredError', 'meanSquaredError'] },
      'error loss: There are 2 losses for 1 output. Give one loss for each output of the model, in order.',
    ],
    ['metric', { metrics: ['accuraccy'] }, "error metrics: There is no metric 'accuraccy'. Did you mean 'accuracy'?"],
    [
      'learning rate',
      { learningRate: NaN },
      'error optimizer: The learning rate is NaN; it must be a number above 0. Give the optimizer one, for example tf.train.adam(0.001).',
    ],
    [
      'no examples',
      { data: { ...images(rps), info: { ...images(rps).info, trainExamples: 0, path: '/data/rps' } } },
      'error data: There are no examples to train on in /data/rps. Name a folder or file that has some, or check what the data leaves out.',
    ],
    [
      'linear scores',
      { model: classifier(3, 'linear') },
      "warning model last: categoricalCrossentropy expects probabilities, but layer last ends in activation 'linear'. Give it activation: 'softmax'.",
    ],
    [
      'regression shape',
      { model: classifier(2, 'linear'), loss: 'meanSquaredError', data: images([], { targetShape: [] }) },
      "error model last: The model ends in shape 2, but the data's targets have 1. Set units: 1 on layer last.",
    ],
    [
      'softmax over one',
      { model: classifier(1), loss: 'meanSquaredError', data: images([], { targetShape: [1] }) },
      "warning model last: Softmax over 1 value is always 1: layer last can learn nothing. Use activation: 'sigmoid' for two classes, or one unit a class.",
    ],
    [
      'many classes, binary loss',
      { model: classifier(1, 'sigmoid'), loss: 'binaryCrossentropy' },
      "error loss last: The data has 3 classes (paper, rock, scissors), but binaryCrossentropy over 1 value tells two apart. Set units: 3 on layer last. With activation: 'softmax' and loss: 'categoricalCrossentropy'.",
    ],
  ])('%s', (_, over, expected) => {
    expect(found(over)).toEqual([expected]);
  });

  it('leave the loss of a person’s own step to them', () => {
    expect(found({ loss: undefined as never, hasOwnStep: true })).toEqual([]);
  });

  it('leave it to a person’s own step what the model is fed, unless validation feeds it the data', () => {
    const generator = { model: classifier(3, 'linear', [16]), hasOwnStep: true };
    expect(found({ ...generator, loss: undefined as never })).toEqual([]);
    expect(found(generator)).toEqual([
      expect.stringContaining('The model takes examples of shape 16, but the data gives 150×150×3.'),
    ]);
  });

  it('say the same of what the library itself would accept or refuse', () => {
    // An oracle: whatever passes here must not be refused by the library for its shapes.
    for (const units of [1, 2, 3]) {
      for (const loss of [
        'categoricalCrossentropy',
        'sparseCategoricalCrossentropy',
        'binaryCrossentropy',
        'meanSquaredError',
      ]) {
        for (const target of [[], [1], [2], [3]]) {
          const model = tf.sequential({ layers: [layers.dense({ units, activation: 'softmax', inputShape: [4] })] });
          model.compile({ optimizer: 'sgd', loss });
          const ys = tf.zeros([2, ...target]);
          let refused = false;
          try {
            tf.tidy(() => model.evaluate(tf.zeros([2, 4]), ys));
          } catch {
            // Which error it is does not matter here: only that there is one.
            refused = true;
          }
          const info = { name: '', source: 'memory' as const, description: '', skipped: [], skippedCount: 0 };
          const data: DataOutline = { info, inputShape: [4], targetShape: target };
          const errors = checkExperiment({ model: outlineOfModel(model), loss, data }).filter(
            ({ severity }) => severity === 'error',
          );
          if (refused) expect(errors, `${loss}, ${units} units, targets [${target.join()}]`).not.toEqual([]);
        }
      }
    }
  });
});

describe('a run that cannot start', () => {
  const experiment = (over: Partial<Experiment> = {}): Experiment => ({
    data: () => new MemoryDataset({ ...points(12), batchSize: 4 }),
    model: () => tf.sequential({ layers: [layers.dense({ units: 3, activation: 'softmax', inputShape: [4] })] }),
    optimizer: () => tf.train.sgd(0.1),
    loss: 'categoricalCrossentropy',
    ...over,
  });

  it.each<[string, Partial<Experiment>, string, string | undefined]>([
    [
      'a model that is none',
      { model: () => ({}) as never },
      'model() did not return a model that can be trained.',
      'model',
    ],
    ['no model', { model: (() => undefined) as never }, 'model() returned nothing.', 'model'],
    [
      'a model without input',
      { model: () => tf.sequential({ layers: [] }) },
      'The model has no layer that says what its input is.',
      'model',
    ],
    [
      'an exception in model()',
      { model: () => Promise.reject(new RangeError('too wide')) },
      'RangeError: too wide',
      'model',
    ],
    [
      'something thrown that is no error',
      { model: () => Promise.reject('wide' as unknown as Error) },
      'The code threw "wide"',
      'model',
    ],
    [
      'an optimizer that is none',
      { optimizer: () => 3 as never },
      'optimizer() did not return an optimizer.',
      'optimizer',
    ],
    ['an unknown optimizer', { optimizer: () => 'adamw' }, "There is no optimizer 'adamw'.", 'optimizer'],
    [
      'a learning rate that is none',
      { optimizer: () => tf.train.adam(NaN) },
      'The learning rate is NaN; it must be a number above 0.',
      'optimizer',
    ],
    ['data that is none', { data: () => [1, 2] as never }, 'data() did not return a dataset.', 'data'],
    ['no data', { data: (() => undefined) as never }, 'data() returned nothing.', 'data'],
    [
      'validation that is none',
      { data: () => ({ train: new MemoryDataset({ ...points(4), batchSize: 4 }), validation: 3 as never }) },
      'What data() gives as `validation` is not a dataset.',
      'data',
    ],
    ['an empty dataset', { data: () => tf.data.array([]) as never }, 'The data gives no batches.', 'data'],
    [
      'a dataset without batches',
      { data: () => tf.data.array([{ xs: 1, ys: 1 }]) as never },
      'The dataset gives { xs, ys }, but they are not tensors.',
      'data',
    ],
    [
      'a dataset of something else',
      { data: () => tf.data.array([[1, 2]]).batch(2) as never },
      'The dataset does not give { xs, ys } batches.',
      'data',
    ],
    [
      'a dataset without end',
      {
        data: () =>
          tf.data
            .array([{ xs: [1], ys: [1] }])
            .repeat()
            .batch(2) as never,
      },
      'The data never ends, so that an epoch never would.',
      'data',
    ],
    [
      'targets of another shape',
      {
        loss: 'meanSquaredError',
        model: () => tf.sequential({ layers: [layers.dense({ units: 2, inputShape: [4] })] }),
      },
      "The model ends in shape 2, but the data's targets have 3.",
      'model',
    ],
  ])('because of %s, says so and leaves nothing behind', async (_, over, message, part) => {
    const folder = workspace();
    const host = recordingHost();
    const before = tf.memory().numTensors;
    const failure = await trainHere(experiment(over), { workspace: folder }, host).then(
      () => expect.fail('it started'),
      (error: unknown) => error as TrainingFailure,
    );
    expect(failure).toBeInstanceOf(TrainingFailure);
    expect(failure.message).toBe(message);
    expect(failure.part).toBe(part);
    expect(failure.runDir).toBeUndefined();
    expect(eventsOf(host, 'start')).toEqual([]);
    expect(readdirSync(folder)).toEqual(['tiny.ts']);
    // Points are made by the data function, which is the test's own affair.
    expect(tf.memory().numTensors - before).toBeLessThanOrEqual(5);
  });

  it('because it is no experiment', async () => {
    const { train } = await import('../../../../src/trainer/runtime/train.js');
    const { testEnvironment } = await import('./support.js');
    const attempt = train(
      { experiment: '/nowhere/tiny.ts', backend: 'cpu', settings: {}, hashEvery: 0, eager: false },
      { data: 1 } as never,
      recordingHost(),
      testEnvironment(),
    );
    await expect(attempt).rejects.toThrow('The default export is not an experiment.');
  });

  it('starts with warnings where it can', async () => {
    const host = recordingHost();
    await trainHere(
      experiment({
        model: () => tf.sequential({ layers: [layers.dense({ units: 3, activation: 'sigmoid', inputShape: [4] })] }),
      }),
      {},
      host,
    );
    expect(eventsOf(host, 'notice').map(({ severity, message }) => `${severity} ${message}`)).toEqual([
      "warning categoricalCrossentropy expects probabilities, but layer dense_1 ends in activation 'sigmoid'.",
    ]);
  });
});
