/** What a person sees of a step, and that seeing it changes nothing. */
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { stepLook, type StepLook } from '../../../../src/shared/protocol/training.js';
import { lookAtBatch, type BatchFacts } from '../../../../src/trainer/runtime/look-batch.js';
import type { Experiment } from '../../../../src/trainer/runtime/experiment.js';
import { statisticsOf } from '../../../../src/trainer/tensors/sum-up.js';
import { eventsOf, MemoryDataset, numbers, points, recordingHost, trainHere } from './support.js';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

const { layers } = tf;
const at = (step: number): StepLook['at'] => ({
  reason: 'step',
  description: `step ${step}`,
  breakpointIds: [],
  epoch: 1,
  step,
  stepInEpoch: step,
});

function images(over: Partial<Experiment> = {}): Experiment {
  const count = 10;
  const xs = tf.tensor4d(numbers(count * 12 * 10 * 3), [count, 12, 10, 3]);
  const ys = tf.tensor2d(
    Array.from({ length: count }, (_, index) => [Number(index % 2 === 0), Number(index % 2 === 1)]),
  );
  return {
    seed: 3,
    epochs: 2,
    data: () => new MemoryDataset({ xs, ys, batchSize: 4, info: { classNames: ['paper', 'rock'] } }),
    model: () =>
      tf.sequential({
        layers: [
          layers.conv2d({ filters: 2, kernelSize: 3, activation: 'relu', inputShape: [12, 10, 3] }),
          layers.batchNormalization(),
          layers.flatten(),
          layers.dropout({ rate: 0.5 }),
          layers.dense({ units: 2, activation: 'softmax', name: 'scores' }),
        ],
      }),
    optimizer: () => tf.train.sgd(0.05),
    loss: 'categoricalCrossentropy',
    metrics: ['accuracy'],
    ...over,
  };
}

describe('looking at a step', () => {
  it('shows batch, predictions, layers, gradients and weights of this very step', async () => {
    let look: StepLook | undefined;
    let weights: number[] = [];
    let before: number[] = [];
    let model: tf.LayersModel;
    const kernel = (): number[] => Array.from(model.getLayer('scores').getWeights()[0]!.dataSync());
    const host = recordingHost({
      mayStop: (step) => step === 2,
      afterStep: (step, paused) => {
        if (step.step === 1) before = kernel();
        if (step.step !== 2) return;
        look = paused.look(at(2));
        weights = kernel();
        expect(paused.gradNorm('scores')).toBe(look.layers.at(-1)!.gradNorm);
        expect(paused.gradNorm('nothing')).toBeUndefined();
        expect(paused.stateHash()).toBe(look.stateHash);
      },
    });
    await trainHere(images({ model: async () => (model = await images().model({})) }), {}, host);
    stepLook.parse(look);
    const seen = look!;
    expect(seen).toMatchObject({
      loss: host.steps[1]!.loss,
      metrics: host.steps[1]!.metrics,
      learningRate: 0.05,
      at: at(2),
    });
    expect(seen.batch.names).toEqual(['example 4', 'example 5', 'example 6', 'example 7']);
    expect(seen.batch.trueLabels).toEqual(['paper', 'rock', 'paper', 'rock']);
    const right = seen.batch.predictedLabels!.filter((label, index) => label === seen.batch.trueLabels![index]).length;
    expect(right / 4).toBe(seen.metrics['accuracy']);
    // The loss of this forward pass follows from the very predictions that are shown.
    const loss = seen.batch.confidence!.map(
      (value, index) =>
        -Math.log(seen.batch.predictedLabels![index] === seen.batch.trueLabels![index] ? value : 1 - value),
    );
    expect(loss.reduce((sum, value) => sum + value, 0) / 4).toBeCloseTo(seen.loss, 4);

    expect(seen.batch.images).toMatchObject({ count: 4, width: 10, height: 12 });
    const pixels = Buffer.from(seen.batch.images!.rgba, 'base64');
    expect(pixels.length).toBe(4 * 12 * 10 * 4);
    const value = numbers(10 * 12 * 10 * 3)[4 * 12 * 10 * 3 + 1]!;
    expect(Math.abs(pixels[1]! - value * 255)).toBeLessThanOrEqual(1);
    expect(pixels[3]).toBe(255);

    expect(seen.layers.map(({ layer, type, outputShape }) => ({ layer, type, outputShape }))).toEqual([
      { layer: 'conv2d_1', type: 'Conv2D', outputShape: [10, 8, 2] },
      { layer: 'batch_normalization_1', type: 'BatchNormalization', outputShape: [10, 8, 2] },
      { layer: 'flatten_1', type: 'Flatten', outputShape: [160] },
      { layer: 'dropout_1', type: 'Dropout', outputShape: [160] },
      { layer: 'scores', type: 'Dense', outputShape: [2] },
    ]);
    expect(Math.abs(seen.layers[1]!.output!.mean)).toBeLessThan(0.1);
    expect(seen.layers[1]!.output!.spread).toBeCloseTo(1, 1);
    expect(seen.layers[3]!.output!.zeros).toBeGreaterThan(0.3);
    expect(seen.layers[2]!.gradNorm).toBeUndefined();
    expect(seen.layers[2]!.weightNorm).toBeUndefined();
    const norms = seen.layers.flatMap(({ gradNorm }) => gradNorm ?? []);
    expect(Math.hypot(...norms)).toBeCloseTo(seen.gradNorm!, 6);
    // Plain gradient descent: the update is the gradient times the learning rate; the bias has a share of the norm.
    const update = Math.hypot(...weights.map((weight, index) => (weight - before[index]!) / 0.05));
    expect(update).toBeGreaterThan(0);
    expect(update).toBeLessThanOrEqual(seen.layers[4]!.gradNorm! * 1.001);
    expect(seen.layers[4]!.weightNorm).toBeGreaterThanOrEqual(Math.hypot(...weights) * 0.999);
  });

  it('leaves the run and the memory as they are', async () => {
    const quiet = await trainHere(images(), { hashEvery: 1 });
    const counts: number[] = [];
    const curious = recordingHost({
      mayStop: (step) => step % 2 === 0,
      afterStep: (step, paused) => {
        const before = tf.memory();
        if (step.step % 2 === 0) paused.look(at(step.step));
        paused.stateHash();
        Math.random();
        expect(tf.memory()).toEqual(before);
        if (step.step % 2 === 1) counts.push(before.numTensors);
      },
      afterEpoch: (epoch, paused) => void paused.look({ ...at(3 * epoch), reason: 'epochEnd' }),
    });
    curious.wantsGradientNorms = true;
    const looked = await trainHere(images(), { hashEvery: 1 }, curious);
    expect(looked.result.stateHash).toBe(quiet.result.stateHash);
    expect(curious.steps.map(({ stateHash, loss }) => ({ stateHash, loss }))).toEqual(
      quiet.host.steps.map(({ stateHash, loss }) => ({ stateHash, loss })),
    );
    expect(curious.steps.every(({ gradNorm }) => gradNorm! > 0)).toBe(true);
    // Steps 1 and 5 are in the middle of their epochs, 3 is the last of one, with no batch prepared after it.
    expect(counts[2]).toBe(counts[0]);
  });

  it('gives gradient norms at every step where they are wanted, for conditions', async () => {
    const seen: (number | undefined)[] = [];
    const host = recordingHost({ afterStep: (_, paused) => void seen.push(paused.gradNorm('scores')) });
    host.wantsGradientNorms = true;
    await trainHere(images(), { steps: 3 }, host);
    expect(seen.every((value) => value! > 0)).toBe(true);
    const without = recordingHost({ afterStep: (_, paused) => void seen.push(paused.gradNorm()) });
    await trainHere(images(), { steps: 1 }, without);
    expect(seen.at(-1)).toBeUndefined();
    expect(without.steps[0]!.gradNorm).toBeUndefined();
  });

  it('refuses a learning rate that is none', async () => {
    const host = recordingHost({
      afterStep: ({ step }, paused) => {
        for (const value of [NaN, 0, -1, Infinity]) expect(() => paused.setLearningRate(value)).toThrow(RangeError);
        const before = tf.memory().numTensors;
        const hash = paused.stateHash();
        paused.setLearningRate(0.5 * step);
        expect(paused.learningRate).toBe(0.5 * step);
        expect(paused.stateHash()).not.toBe(hash);
        expect(tf.memory().numTensors).toBe(before);
      },
    });
    await trainHere(images(), { steps: 2 }, host);
    expect(host.steps.map(({ learningRate }) => learningRate)).toEqual([0.05, 0.5]);
  });

  it('finds what is not finite', async () => {
    const looks: StepLook[] = [];
    const host = recordingHost({
      mayStop: true,
      afterStep: (step, paused) => void looks.push(paused.look(at(step.step))),
    });
    const { result } = await trainHere(images({ optimizer: () => tf.train.sgd(1e30) }), { steps: 3 }, host);
    expect(host.steps.at(-1)!.loss).toBeNaN();
    expect(looks.at(-1)!.layers[0]!.output!.notFinite).toBeGreaterThan(0);
    expect(result.reason).toBe('completed');
  });

  it('works in a step of the person’s own and through models inside models', async () => {
    let look: StepLook | undefined;
    const host = recordingHost({
      mayStop: true,
      afterStep: (step, paused) => void (look = paused.look(at(step.step))),
    });
    const own: Experiment = {
      data: () => new MemoryDataset({ ...points(12), batchSize: 6, featureNames: ['a', 'b', 'c', 'd'] }),
      model: () => {
        const inner = tf.sequential({
          name: 'inner',
          layers: [
            layers.dense({ units: 5, activation: 'relu', inputShape: [4] }),
            layers.dense({ units: 3, activation: 'softmax' }),
          ],
        });
        const input = tf.input({ shape: [4] });
        return tf.model({ inputs: input, outputs: inner.apply(input) as tf.SymbolicTensor });
      },
      optimizer: () => tf.train.adam(0.01),
      loss: 'categoricalCrossentropy',
      trainStep: ({ model, optimizer, batch }) => {
        const forward = (): tf.Scalar =>
          tf.losses.softmaxCrossEntropy(
            batch.ys as tf.Tensor,
            model.apply(batch.xs as tf.Tensor, { training: true }) as tf.Tensor,
          );
        const { value, grads } = optimizer.computeGradients(forward);
        optimizer.applyGradients(grads);
        return { loss: value, constant: 1 };
      },
    };
    const before = tf.memory().numTensors;
    await trainHere(own, { epochs: 2 }, host);
    // The points themselves are the test's own.
    expect(tf.memory().numTensors).toBe(before + 2);
    expect(look!.layers.map(({ layer }) => layer)).toEqual(['input_1', 'inner/dense_1', 'inner/dense_2']);
    expect(look!.layers[2]!.gradNorm).toBeGreaterThan(0);
    expect(look!.layers[1]!.output!.zeros).toBeGreaterThan(0);
    expect(look!.batch.predictedLabels).toHaveLength(6);
    expect(look!.batch.rows!.columns).toEqual(['a', 'b', 'c', 'd']);
    expect(look!.metrics).toEqual({ constant: 1 });
    expect(eventsOf(host, 'epoch')[0]!.metrics).toEqual({ constant: 1 });
  });
});

describe('a batch to look at', () => {
  const facts = (over: Partial<BatchFacts>): BatchFacts => ({
    size: 2,
    inputs: undefined,
    targets: undefined,
    predictions: undefined,
    areClasses: true,
    ...over,
  });
  const first = (shape: number[], data: number[]): number[] => {
    const { images: found } = lookAtBatch(facts({ inputs: { shape, data } }));
    return [...Buffer.from(found!.rgba, 'base64').subarray(0, 8)];
  };

  it('takes pixels in the ranges that they come in', () => {
    expect(first([1, 1, 2, 1], [0, 1])).toEqual([0, 0, 0, 255, 255, 255, 255, 255]);
    expect(first([1, 1, 2, 1], [-1, 1])).toEqual([0, 0, 0, 255, 255, 255, 255, 255]);
    expect(first([1, 1, 2, 1], [51, 255])).toEqual([51, 51, 51, 255, 255, 255, 255, 255]);
    expect(first([1, 1, 2, 1], [-30, 30])).toEqual([0, 0, 0, 255, 255, 255, 255, 255]);
    expect(first([1, 1, 2, 4], [0, 0.2, 0.4, 0.6, 1, 1, 1, 0])).toEqual([0, 51, 102, 153, 255, 255, 255, 0]);
  });

  it('shrinks large images by averaging', () => {
    const data = Array.from({ length: 192 * 96 }, (_, index) => (Math.floor(index / 1) % 2 === 0 ? 0 : 1));
    const { images: found } = lookAtBatch(facts({ size: 1, inputs: { shape: [1, 96, 192, 1], data } }));
    expect(found).toMatchObject({ width: 96, height: 48 });
    expect([...Buffer.from(found!.rgba, 'base64').subarray(0, 3)]).toEqual([128, 128, 128]);
  });

  it('shows flat square images as images, and columns with names as rows', () => {
    const inputs = { shape: [2, 784], data: new Float32Array(1568) };
    expect(lookAtBatch(facts({ inputs })).images).toMatchObject({ width: 28, height: 28, count: 2 });
    const named = lookAtBatch(facts({ inputs, featureNames: Array.from({ length: 784 }, (_, index) => `f${index}`) }));
    expect(named.images).toBeUndefined();
    expect(named.rows!.columns).toHaveLength(32);
    expect(lookAtBatch(facts({ inputs: { shape: [2, 3], data: [1, 2, 3, 4, 5, 6] } })).rows).toEqual({
      columns: ['x1', 'x2', 'x3'],
      values: [
        [1, 2, 3],
        [4, 5, 6],
      ],
    });
  });

  it('names classes of one-hot, sparse and single-unit targets, and shows quantities', () => {
    const classNames = ['no', 'yes'];
    const sparse = lookAtBatch(
      facts({
        targets: { shape: [2, 1], data: [1, 0] },
        predictions: { shape: [2, 2], data: [0.3, 0.7, 0.9, 0.1] },
        classNames,
      }),
    );
    expect(sparse).toMatchObject({ trueLabels: ['yes', 'no'], predictedLabels: ['yes', 'no'], confidence: [0.7, 0.9] });
    const single = lookAtBatch(
      facts({ targets: { shape: [2], data: [1, 0] }, predictions: { shape: [2, 1], data: [0.8, 0.25] }, classNames }),
    );
    expect(single).toMatchObject({
      trueLabels: ['yes', 'no'],
      predictedLabels: ['yes', 'no'],
      confidence: [0.8, 0.75],
    });
    const amounts = lookAtBatch(
      facts({
        areClasses: false,
        targets: { shape: [2, 1], data: [3.14159, NaN] },
        predictions: { shape: [2, 1], data: [2.5, 1e6] },
      }),
    );
    expect(amounts).toMatchObject({ trueLabels: ['3.142', 'NaN'], predictedLabels: ['2.5', '1000000'] });
    expect(amounts.confidence).toBeUndefined();
  });
});

describe('statistics of a tensor', () => {
  it('leave out what is not finite, and count it', () => {
    expect(statisticsOf(Float32Array.of(0, 2, -2, NaN, 0, Infinity, 4, -4))).toEqual({
      min: -4,
      max: 4,
      mean: 0,
      spread: Math.sqrt(40 / 6),
      zeros: 0.25,
      notFinite: 0.25,
    });
    expect(statisticsOf(Float32Array.of(NaN))).toEqual({
      min: NaN,
      max: NaN,
      mean: NaN,
      spread: NaN,
      zeros: 0,
      notFinite: 1,
    });
    expect(statisticsOf(new Float32Array(0)).zeros).toBe(0);
  });

  it('are the same in the quick way and in the careful one', () => {
    const values = numbers(1001).map((value, index) =>
      index % 7 === 0 ? 0 : (value - 0.5) * 10 ** ((index % 40) - 20),
    );
    const quick = statisticsOf(Float32Array.from([...values, -0]));
    const careful = statisticsOf(Float32Array.from([...values, -0, NaN]));
    expect(quick.notFinite).toBe(0);
    expect(careful.notFinite).toBe(1 / 1003);
    for (const name of ['min', 'max', 'mean', 'spread'] as const)
      expect(quick[name] / careful[name]).toBeCloseTo(1, 12);
    expect(quick.zeros * 1002).toBeCloseTo(careful.zeros * 1003, 9);
    expect(quick.min).toBe(Math.fround(Math.min(...values)));
    expect(quick.max).toBe(Math.fround(Math.max(...values)));
    expect(statisticsOf(Float32Array.of(-3, -2))).toMatchObject({ min: -3, max: -2 });
    expect(statisticsOf(Int32Array.of(5, -7, 0))).toMatchObject({ min: -7, max: 5, zeros: 1 / 3 });
  });

  it('keep a small spread around a large mean', () => {
    const { mean, spread } = statisticsOf(Float32Array.of(1e6, 1e6 + 1, 1e6 + 2, 1e6 + 3));
    expect(mean).toBe(1e6 + 1.5);
    expect(spread).toBeCloseTo(Math.sqrt(1.25), 6);
  });
});
