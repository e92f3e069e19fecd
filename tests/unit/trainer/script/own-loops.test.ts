/** Loops as people write them: which of what they do is a step, of how many examples, with which loss and weights. */
import * as tf from '@tensorflow/tfjs';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { StepEvent, TrainingEvent } from '../../../../src/shared/protocol/training.js';
import type { TrainingHost } from '../../../../src/trainer/runtime/training-host.js';
import { followTensorFlow, type TrainingFollower } from '../../../../src/trainer/script/follow-tensorflow.js';
import { ScriptEnded, ScriptTraining } from '../../../../src/trainer/script/script-training.js';

const folder = mkdtempSync(path.join(tmpdir(), 'backstep-loops-'));
let runs = 0;
let events: TrainingEvent[] = [];
let training: ScriptTraining;
let stopsAfter = Infinity;
/** Steps in which it was told that the script updates its weights itself. */
let byHand: number[] = [];

const steps = (): StepEvent[] => events.filter((event) => event.kind === 'step');
const losses = (): number[] => steps().map(({ loss }) => loss);

beforeAll(async () => {
  await tf.setBackend('cpu');
  // The process is followed once; each test has a training of its own.
  followTensorFlow(
    new Proxy({} as TrainingFollower, {
      get: (_, name: keyof TrainingFollower) => {
        const value: unknown = Reflect.get(training, name);
        return typeof value === 'function' ? (value.bind(training) as unknown) : value;
      },
    }),
  );
});
beforeEach(() => {
  events = [];
  byHand = [];
  stopsAfter = Infinity;
  const host: TrainingHost = {
    emit: (event) => void events.push(event),
    mayStopAfter: () => true,
    updatesByHand: () => void byHand.push(steps().length + 1),
    wantsGradientNorms: true,
    afterStep: () => undefined,
    afterEpoch: () => undefined,
    get stopRequested() {
      return steps().length >= stopsAfter;
    },
  };
  const file = path.join(folder, 'loop.ts');
  training = new ScriptTraining({
    options: {
      experiment: file,
      runDir: path.join(folder, `run-${++runs}`),
      backend: 'cpu',
      settings: {},
      hashEvery: 1,
      eager: false,
      summaries: 'off',
    } as unknown as ConstructorParameters<typeof ScriptTraining>[0]['options'],
    seed: 1,
    backend: { backend: 'cpu', device: 'CPU', precision: 'float32', speed: 'eager' } as never,
    host,
    beat: () => undefined,
    stopped: () => undefined,
  });
});
afterEach(async () => {
  training.end({ status: 'completed' });
  await training.close();
});
afterAll(() => rmSync(folder, { recursive: true }));

const xs = tf.linspace(-1, 1, 8);
const ys = tf.tidy(() => xs.mul(3).add(1));
const line = (w: tf.Tensor, b: tf.Tensor): tf.Scalar => tf.tidy(() => xs.mul(w).add(b).sub(ys).square().mean());
const pair = (): [w: tf.Variable, b: tf.Variable] => [tf.variable(tf.scalar(0)), tf.variable(tf.scalar(0))];
const descend = (variable: tf.Variable, gradient: tf.Tensor, rate = 0.1): void =>
  tf.tidy(() => variable.assign(variable.sub(gradient.mul(rate))));
const dense = (): tf.Sequential =>
  tf.sequential({
    layers: [
      tf.layers.dense({ inputShape: [2], units: 3, activation: 'relu' }),
      tf.layers.batchNormalization({}),
      tf.layers.dense({ units: 1 }),
    ],
  });
const weightsOf = (model: tf.LayersModel): tf.Variable[] =>
  model.trainableWeights.map((weight) => weight.read() as tf.Variable);

describe('updates made by hand', () => {
  it('with tf.valueAndGrads: a step once all that have a gradient are assigned', () => {
    const [w, b] = pair();
    const gradients = tf.valueAndGrads(line as (...args: tf.Tensor[]) => tf.Tensor);
    const seen: number[] = [];
    for (let round = 0; round < 4; round++) {
      const { value, grads } = gradients([w, b]);
      descend(w, grads[0]!);
      seen.push(steps().length);
      descend(b, grads[1]!);
      expect(losses()[round]).toBe(value.dataSync()[0]);
    }
    expect(seen).toEqual([0, 1, 2, 3]);
    expect(losses()).toHaveLength(4);
    expect(losses()[3]).toBeLessThan(losses()[0]!);
    expect(new Set(steps().map(({ stateHash }) => stateHash)).size).toBe(4);
    expect(steps()[0]!.gradNorm).toBeCloseTo(Math.hypot(2 * 3 * (3 / 7), 2), 4);
    expect(byHand).toEqual([1, 2, 3, 4]);
  });

  it('of some variables only: the next gradient ends the first step, later ones end by themselves', () => {
    const [w, b] = pair();
    for (let round = 0; round < 3; round++) {
      const { value, grads } = tf.variableGrads(() => line(w, b), [w, b]);
      descend(w, grads[w.name]!);
      expect(steps()).toHaveLength(round === 0 ? 0 : round + 1);
      value.dispose();
    }
    expect(steps().map(({ step }) => step)).toEqual([1, 2, 3]);
  });

  it('with momentum, gradients gathered in variables, and a look at the loss between', async () => {
    const [w] = pair();
    const velocity = tf.variable(tf.scalar(0));
    const gathered = tf.variable(tf.scalar(0));
    for (let round = 0; round < 3; round++) {
      gathered.assign(tf.scalar(0));
      for (let part = 0; part < 2; part++) {
        const { grads } = tf.variableGrads(() => line(w, tf.scalar(part)));
        gathered.assign(gathered.add(grads[w.name]!));
      }
      velocity.assign(velocity.mul(0.9).add(gathered.div(2)));
      descend(w, velocity);
      await tf.nextFrame();
      line(w, tf.scalar(0)).dispose();
    }
    expect(losses()).toHaveLength(3);
    // The mean over the parts that an update is made of.
    expect(losses()[0]).toBeCloseTo(
      (line(tf.scalar(0), tf.scalar(0)).dataSync()[0]! + line(tf.scalar(0), tf.scalar(1)).dataSync()[0]!) / 2,
      5,
    );
  });

  it('in tf.tidy, on a model whose normalization moves on by itself', () => {
    const model = dense();
    const x = tf.ones([4, 2]);
    for (let round = 0; round < 3; round++) {
      tf.tidy(() => {
        const { grads } = tf.variableGrads(
          () => (model.apply(x, { training: true }) as tf.Tensor).square().mean().asScalar(),
          weightsOf(model),
        );
        for (const weight of weightsOf(model)) weight.assign(weight.sub(grads[weight.name]!.mul(0.01)));
      });
    }
    expect(steps().map(({ examples }) => examples)).toEqual([4, 4, 4]);
    const start = events.findLast((event) => event.kind === 'start')!;
    expect(start.layers.map(({ layer }) => layer)).toEqual(['dense_1', 'batch_normalization_1', 'dense_2']);
  });

  it('the last one is a step also where nothing comes after it', () => {
    const [w, b] = pair();
    const { grads } = tf.variableGrads(() => line(w, b), [w, b]);
    descend(b, grads[b.name]!);
    expect(steps()).toHaveLength(0);
    expect(training.hasTrained).toBe(true);
    training.end({ status: 'completed' });
    expect(steps()).toHaveLength(1);
    expect(events.at(-1)).toMatchObject({ kind: 'end', steps: 1 });
  });

  it('and ends where it was asked to', () => {
    const [w, b] = pair();
    stopsAfter = 2;
    expect(() => {
      for (;;) {
        const { grads } = tf.variableGrads(() => line(w, b), [w, b]);
        descend(w, grads[w.name]!);
        descend(b, grads[b.name]!);
      }
    }).toThrow(ScriptEnded);
    expect(steps()).toHaveLength(2);
    expect(events.at(-1)).toMatchObject({ kind: 'end', reason: 'stopped' });
  });
});

describe('updates made by optimizers', () => {
  it('of gradients gathered over several parts: one step, the mean loss, all examples', () => {
    const model = dense();
    const optimizer = tf.train.adam(0.01);
    const loss = (x: tf.Tensor) => (): tf.Scalar => (model.apply(x, { training: true }) as tf.Tensor).square().mean();
    for (let round = 0; round < 2; round++) {
      const parts = [tf.ones([4, 2]), tf.ones([6, 2])].map((x) => tf.variableGrads(loss(x), weightsOf(model)));
      const sums = Object.fromEntries(
        Object.keys(parts[0]!.grads).map((name) => [name, parts[0]!.grads[name]!.add(parts[1]!.grads[name]!)]),
      );
      optimizer.applyGradients(sums);
    }
    expect(steps().map(({ examples }) => examples)).toEqual([10, 10]);
    expect(losses().every((loss) => Number.isFinite(loss))).toBe(true);
    expect(byHand).toEqual([]);
  });

  it('two in turns, after both have had their gradients: each step has its own loss', () => {
    const [w, b] = pair();
    const [one, other] = [tf.train.sgd(0.1), tf.train.sgd(0.1)];
    for (let round = 0; round < 2; round++) {
      const ofW = tf.variableGrads(() => w.sub(1).square().asScalar(), [w]);
      const ofB = tf.variableGrads(() => b.sub(3).square().asScalar(), [b]);
      one.applyGradients(ofW.grads);
      other.applyGradients(ofB.grads);
    }
    expect(losses().slice(0, 2)).toEqual([1, 9]);
    expect(steps()).toHaveLength(4);
  });

  it('with clipped, decayed and copied weights beside: no steps of their own', () => {
    const [w, b] = pair();
    const target = tf.variable(tf.scalar(0));
    const optimizer = tf.train.sgd(0.1);
    for (let round = 0; round < 3; round++) {
      optimizer.minimize(() => line(w, b), false, [w, b]);
      w.assign(w.clipByValue(-0.5, 0.5));
      target.assign(w as tf.Scalar);
    }
    for (let round = 0; round < 3; round++) {
      const { grads } = optimizer.computeGradients(() => line(w, b), [w, b]);
      w.assign(w.mul(0.99));
      b.assign(b.mul(0.99));
      optimizer.applyGradients(grads);
    }
    expect(steps()).toHaveLength(6);
    expect(steps().every(({ learningRate }) => learningRate === 0.1)).toBe(true);
  });

  it('with a look at what an input makes of the output between: no step, nor part of one', () => {
    const model = dense();
    const optimizer = tf.train.sgd(0.01);
    const saliency = tf.grad((x: tf.Tensor) => (model.apply(x) as tf.Tensor).sum());
    for (let round = 0; round < 2; round++) {
      saliency(tf.ones([7, 2]));
      optimizer.minimize(() => (model.apply(tf.ones([4, 2]), { training: true }) as tf.Tensor).square().mean());
    }
    saliency(tf.ones([7, 2]));
    expect(steps().map(({ examples }) => examples)).toEqual([4, 4]);
  });

  it('of gradients that come of no loss: said once, and no sign that anything is wrong', () => {
    const [w] = pair();
    const optimizer = tf.train.sgd(0.1);
    for (let round = 0; round < 2; round++) optimizer.applyGradients({ [w.name]: tf.scalar(1) });
    expect(steps().map(({ loss, withoutLoss }) => [loss, withoutLoss])).toEqual([
      [NaN, true],
      [NaN, true],
    ]);
    expect(events.filter(({ kind }) => kind === 'notice')).toHaveLength(1);
  });
});

describe('fit', () => {
  const data = (rows: number): [tf.Tensor, tf.Tensor] => [tf.ones([rows, 2]), tf.ones([rows, 1])];
  const compiled = (): tf.Sequential => {
    const model = dense();
    model.compile({ optimizer: tf.train.sgd(0.01), loss: 'meanSquaredError' });
    return model;
  };
  const places = (): [number, number][] => steps().map(({ epoch, stepInEpoch }) => [epoch, stepInEpoch]);

  it('within a callback of another: each counts the steps of its own epochs', async () => {
    const [outer, inner] = [compiled(), compiled()];
    await outer.fit(...data(8), {
      batchSize: 4,
      epochs: 2,
      callbacks: {
        onBatchEnd: async (batch) => {
          if (batch === 0) await inner.fit(...data(6), { batchSize: 2, epochs: 1 });
        },
      },
    });
    expect(places().slice(0, 5)).toEqual([
      [1, 1],
      [1, 1],
      [1, 2],
      [1, 3],
      [2, 2],
    ]);
    expect(events.filter(({ kind }) => kind === 'epoch')).toHaveLength(4);
    expect(training.fitsUnderWay).toBe(0);
  });

  it('of two models side by side', async () => {
    const [one, other] = [compiled(), compiled()];
    await Promise.all([
      one.fit(...data(8), { batchSize: 4, epochs: 2 }),
      other.fit(...data(6), { batchSize: 2, epochs: 2 }),
    ]);
    expect(steps()).toHaveLength(10);
    expect(events.filter(({ kind }) => kind === 'epoch')).toHaveLength(4);
    expect(Math.max(...places().map(([, step]) => step))).toBe(3);
  });

  it('on batches of an async generator, one by one', async () => {
    const model = compiled();
    async function* batches() {
      for (let batch = 0; batch < 3; batch++) {
        await tf.nextFrame();
        yield data(batch + 1);
      }
    }
    for await (const [x, y] of batches()) await model.trainOnBatch(x, y);
    expect(steps().map(({ examples }) => examples)).toEqual([1, 2, 3]);
  });

  it('after a loop by hand that left a weight alone: its update ends before', async () => {
    const [w, b] = pair();
    const { grads } = tf.variableGrads(() => line(w, b), [w, b]);
    descend(w, grads[w.name]!);
    await compiled().fit(...data(4), { batchSize: 4 });
    expect(steps()).toHaveLength(2);
    expect(steps()[1]!.examples).toBe(4);
  });
});

it('a script sees the tensors that are its own alone', () => {
  const [w, b] = pair();
  const counts: number[] = [];
  for (let round = 0; round < 3; round++) {
    tf.tidy(() => {
      const { grads } = tf.variableGrads(() => line(w, b), [w, b]);
      descend(w, grads[w.name]!);
      descend(b, grads[b.name]!);
    });
    counts.push(tf.memory().numTensors);
  }
  expect(new Set(counts).size).toBe(1);
});
