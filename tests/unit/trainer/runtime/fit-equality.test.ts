/** The engine's loop and `model.fit` end in the same bits and tell the same numbers. */
import * as tf from '@tensorflow/tfjs';
import { beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { reseed, takeOverRandom } from '../../../../src/trainer/runtime/random.js';
import { asExperiment, type Experiment } from '../../../../src/trainer/runtime/experiment.js';
import { bits, eventsOf, MemoryDataset, numbers, recordingHost, trainHere, type Examples } from './support.js';

const SEED = 11;
const BATCH = 8;
const COUNT = 22;
const EPOCHS = 3;

beforeAll(async () => {
  await tf.setBackend('cpu');
});
beforeEach(() => onTestFinished(takeOverRandom()));

interface Course {
  readonly weights: string[];
  readonly steps: Record<string, number>[];
  readonly epochs: Record<string, number>[];
}

interface Setting {
  readonly model: () => tf.LayersModel;
  readonly optimizer: () => tf.Optimizer;
  readonly loss: Experiment['loss'];
  readonly metrics?: Experiment['metrics'];
  readonly train: Examples;
  readonly validation?: Examples;
  readonly classWeight?: Record<number, number>;
}

/** The library's own loop, on draws that begin anew with each step, as the engine's do. */
async function byFit(setting: Setting): Promise<Course> {
  reseed(SEED, 'init', 0);
  const model = setting.model();
  model.compile({ optimizer: setting.optimizer(), loss: setting.loss!, metrics: setting.metrics });
  const steps: Record<string, number>[] = [];
  const epochs: Record<string, number>[] = [];
  const plain = (logs: tf.Logs = {}): Record<string, number> =>
    Object.fromEntries(
      Object.entries(logs)
        .filter(([name]) => name !== 'batch' && name !== 'size')
        .map(([name, value]) => [name, typeof value === 'number' ? value : (value as tf.Scalar).dataSync()[0]!]),
    );
  let step = 0;
  await model.fit(setting.train.xs, setting.train.ys, {
    batchSize: BATCH,
    epochs: EPOCHS,
    shuffle: false,
    verbose: 0,
    yieldEvery: 'never',
    classWeight: setting.classWeight,
    validationData: setting.validation && [setting.validation.xs, setting.validation.ys as tf.Tensor],
    callbacks: {
      onBatchBegin: () => reseed(SEED, 'step', step++),
      onBatchEnd: (_, logs) => void steps.push(plain(logs)),
      onEpochEnd: (_, logs) => void epochs.push(plain(logs)),
    },
  });
  return { weights: bits(model), steps, epochs };
}

/** The engine, asked for everything that could disturb it. */
async function byEngine(setting: Setting, curious: boolean): Promise<Course> {
  let model: tf.LayersModel | undefined;
  const host = recordingHost({
    mayStop: curious,
    afterStep: (step, paused, self) => {
      if (curious)
        paused.look({ reason: 'step', description: '', breakpointIds: [], epoch: 1, step: step.step, stepInEpoch: 1 });
      // The last step's weights; the engine gives the model back at its end.
      self.wantsGradientNorms = curious;
      weights = bits(model!);
    },
  });
  let weights: string[] = [];
  await trainHere(
    asExperiment({
      seed: SEED,
      epochs: EPOCHS,
      data: () => new MemoryDataset({ ...setting.train, batchSize: BATCH, validation: setting.validation }),
      model: () => (model = setting.model()),
      optimizer: setting.optimizer,
      loss: setting.loss,
      metrics: setting.metrics,
      classWeight: setting.classWeight,
    }),
    {},
    host,
  );
  return {
    weights,
    steps: host.steps.map(({ loss, metrics }) => ({ loss, ...metrics })),
    epochs: eventsOf(host, 'epoch').map(({ loss, metrics, validation }) => ({
      loss,
      ...metrics,
      ...Object.fromEntries(Object.entries(validation ?? {}).map(([name, value]) => [`val_${name}`, value])),
    })),
  };
}

const { layers } = tf;

function images(count: number, seed: number): { readonly xs: tf.Tensor4D; readonly ys: tf.Tensor2D } {
  const classes = Array.from({ length: count }, (_, index) =>
    Array.from({ length: 3 }, (__, column) => (index % 3 === column ? 1 : 0)),
  );
  return { xs: tf.tensor4d(numbers(count * 8 * 8 * 2, seed), [count, 8, 8, 2]), ys: tf.tensor2d(classes) };
}

const convolutional = (): tf.LayersModel =>
  tf.sequential({
    layers: [
      layers.conv2d({
        filters: 3,
        kernelSize: 3,
        activation: 'relu',
        inputShape: [8, 8, 2],
        kernelRegularizer: 'l1l2',
      }),
      layers.batchNormalization(),
      layers.dropout({ rate: 0.4 }),
      layers.flatten(),
      layers.dense({ units: 6, activation: 'relu', kernelConstraint: tf.constraints.maxNorm({ maxValue: 1 }) }),
      layers.dense({ units: 3, activation: 'softmax' }),
    ],
  });

function twoOutputs(): tf.LayersModel {
  const input = tf.input({ shape: [8, 8, 2] });
  const flat = layers.flatten().apply(input) as tf.SymbolicTensor;
  const hidden = layers
    .dense({ units: 8, activation: 'relu', kernelRegularizer: tf.regularizers.l2({ l2: 0.01 }) })
    .apply(flat);
  const dropped = layers.dropout({ rate: 0.3 }).apply(hidden);
  const noisy = layers.gaussianNoise({ stddev: 0.2 }).apply(flat);
  const classes = layers.dense({ units: 3, activation: 'softmax', name: 'kind' }).apply(dropped);
  const amount = layers.dense({ units: 1, name: 'amount' }).apply(noisy);
  return tf.model({ inputs: input, outputs: [classes, amount] as tf.SymbolicTensor[] });
}

const named = (logs: Record<string, number>, names: Record<string, string>): Record<string, number> =>
  Object.fromEntries(Object.entries(logs).map(([name, value]) => [names[name] ?? name, value]));

describe('the loop equals model.fit to the bit', () => {
  const accuracy = { acc: 'accuracy', val_acc: 'val_accuracy' };

  it.each([
    ['left alone', false],
    ['looked at after every step', true],
  ])(
    'convolution, batch norm, dropout, regularizer, constraint, validation, a short last batch: %s',
    async (_, curious) => {
      const setting: Setting = {
        model: convolutional,
        optimizer: () => tf.train.adam(0.01),
        loss: 'categoricalCrossentropy',
        metrics: ['accuracy', 'mse'],
        train: images(COUNT, 3),
        validation: images(13, 5),
      };
      const fit = await byFit(setting);
      const engine = await byEngine(setting, curious);
      expect(engine.steps).toHaveLength(EPOCHS * Math.ceil(COUNT / BATCH));
      expect(engine.steps).toEqual(fit.steps.map((logs) => named(logs, accuracy)));
      expect(engine.epochs).toEqual(fit.epochs.map((logs) => named(logs, accuracy)));
      expect(engine.weights).toEqual(fit.weights);
      expect(new Set(engine.steps.map(({ loss }) => loss)).size).toBeGreaterThan(5);
    },
  );

  it('class weights', async () => {
    const setting: Setting = {
      model: convolutional,
      optimizer: () => tf.train.momentum(0.01, 0.9),
      loss: 'categoricalCrossentropy',
      metrics: ['accuracy'],
      train: images(COUNT, 3),
      classWeight: { 0: 1, 1: 2, 2: 0.5 },
    };
    const fit = await byFit(setting);
    const engine = await byEngine(setting, true);
    expect(engine.steps).toEqual(fit.steps.map((logs) => named(logs, accuracy)));
    expect(engine.weights).toEqual(fit.weights);
    const { weights } = await byEngine({ ...setting, classWeight: undefined }, false);
    expect(weights).not.toEqual(fit.weights);
  });

  it('two outputs with a loss each', async () => {
    const train = images(COUNT, 3);
    const setting: Setting = {
      model: twoOutputs,
      optimizer: () => tf.train.rmsprop(0.01, 0.9, 0.1, undefined, true),
      loss: ['categoricalCrossentropy', 'meanSquaredError'],
      metrics: ['mse'],
      train: { xs: train.xs, ys: [train.ys, tf.tensor2d(numbers(COUNT, 9), [COUNT, 1])] },
    };
    const fit = await byFit(setting);
    const engine = await byEngine(setting, true);
    expect(Object.keys(engine.steps[0]!)).toEqual(['loss', 'kind_loss', 'amount_loss', 'kind_mse', 'amount_mse']);
    expect(engine.steps).toEqual(fit.steps);
    expect(engine.epochs).toEqual(fit.epochs);
    expect(engine.weights).toEqual(fit.weights);
  });

  it('validates two outputs with the loss over both', async () => {
    const train = images(COUNT, 3);
    const both = { xs: train.xs, ys: [train.ys, tf.tensor2d(numbers(COUNT, 9), [COUNT, 1])] };
    const engine = await byEngine(
      {
        model: twoOutputs,
        optimizer: () => tf.train.sgd(0.01),
        loss: ['categoricalCrossentropy', 'meanSquaredError'],
        metrics: ['mse'],
        train: both,
        validation: both,
      },
      false,
    );
    const [first] = engine.epochs;
    expect(first!['val_loss']).toBeCloseTo(first!['val_kind_loss']! + first!['val_amount_loss']!, 5);
    expect(first!['val_amount_mse']).toBeCloseTo(first!['val_amount_loss']!, 5);
  });

  it('sparse targets and targets of rank 1', async () => {
    const setting: Setting = {
      model: () => tf.sequential({ layers: [layers.dense({ units: 3, activation: 'softmax', inputShape: [4] })] }),
      optimizer: () => tf.train.adagrad(0.1),
      loss: 'sparseCategoricalCrossentropy',
      metrics: ['accuracy'],
      train: {
        xs: tf.tensor2d(numbers(COUNT * 4), [COUNT, 4]),
        ys: tf.tensor1d(Array.from({ length: COUNT }, (_, index) => index % 3)),
      },
    };
    const fit = await byFit(setting);
    const engine = await byEngine(setting, true);
    expect(engine.steps).toEqual(fit.steps.map((logs) => named(logs, accuracy)));
    expect(engine.weights).toEqual(fit.weights);
  });
});
