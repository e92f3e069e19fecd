/** What shows only as training goes on: losses that do not fall, rise, part from validation; classes in the batches. */
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import type { StepEvent, TrainingEvent } from '../../../../src/shared/protocol/training.js';
import { Course } from '../../../../src/trainer/diagnosis/course.js';
import type { ExperimentFacts } from '../../../../src/trainer/diagnosis/facts.js';
import { findingsOf } from '../../../../src/trainer/diagnosis/find.js';
import { RunDiagnosis } from '../../../../src/trainer/diagnosis/run-diagnosis.js';
import type { Experiment } from '../../../../src/trainer/runtime/experiment.js';
import { MemoryDataset, numbers, points, type MemoryOptions } from '../runtime/support.js';
import { diagnose, namesOf } from './support.js';

const { layers } = tf;

beforeAll(async () => {
  await tf.setBackend('cpu');
});

const facts: ExperimentFacts = {
  layers: [],
  outputs: ['scores'],
  losses: ['categoricalCrossentropy'],
  lossTakes: 'as named',
  hasOwnStep: false,
  optimizer: 'Adam',
  learningRate: 0.01,
  batchSize: 32,
  stepsPerEpoch: undefined,
  classNames: undefined,
  continued: false,
  validatesOnTraining: false,
  misfits: [],
};
const places = { placeOfLayer: () => undefined, placeOfPart: () => undefined };

/** Rules that found something, with the step at which they first did. */
function course(losses: readonly number[], over: Partial<ExperimentFacts> = {}): Record<string, number> {
  const experiment = { ...facts, ...over };
  const seen = new Course(experiment.batchSize);
  const first: Record<string, number> = {};
  losses.forEach((loss, index) => {
    seen.addStep({ kind: 'step', step: index + 1, loss, learningRate: 0.01 } as StepEvent);
    for (const rule of ['lossDoesNotFall', 'lossDiverges'])
      if (findingsOf({ experiment, course: seen }, places, [{ rule }]).length > 0) first[rule] ??= index + 1;
  });
  return first;
}

const noisy = (count: number, mean: (step: number) => number, noise: number, seed = 5): number[] =>
  numbers(count, seed).map((value, step) => mean(step) + noise * (value - 0.5));

describe('the loss', () => {
  it('that does not fall beyond its noise', () => {
    expect(course(noisy(400, () => 1.1, 0.3))).toEqual({ lossDoesNotFall: 200 });
    expect(course(Array.from({ length: 300 }, () => 0.693))).toEqual({ lossDoesNotFall: 200 });
  });

  it.each([
    ['that falls all the while', noisy(1200, (step) => 1.1 * Math.exp(-step / 300), 0.3)],
    ['that fell within a few steps, and stays', noisy(1200, (step) => 0.2 + 2 * Math.exp(-step / 2), 0.2)],
    ['that falls slowly', noisy(600, (step) => 4.2 - step / 1000, 0.1)],
    ['that is about zero from its beginning', noisy(300, () => 1e-7, 1e-7)],
    ['with a spike', noisy(600, (step) => (step === 400 ? 30 : Math.exp(-step / 80) + 0.01), 0.01)],
    ['of single examples', numbers(900, 9).map((value, step) => (0.2 + Math.exp(-step / 200)) * (8 * value ** 4))],
  ])('%s is left alone', (_what, losses) => {
    expect(course(losses, losses.length === 900 ? { batchSize: 1 } : {})).toEqual({});
  });

  it('that diverges is told at once', () => {
    expect(course([1.1, 3, 12, 40, 200, 900, 4000]).lossDiverges).toBeLessThanOrEqual(6);
    expect(course([...noisy(100, (step) => Math.exp(-step / 30), 0.01), 2, 5, 20, 60, 100]).lossDiverges).toBeDefined();
  });

  it('of a run that is continued, or below zero, is nothing to compare', () => {
    expect(
      course(
        noisy(300, () => 0.1, 0.3),
        { continued: true },
      ),
    ).toEqual({});
    expect(course(noisy(300, (step) => -1 - step, 0.3))).toEqual({});
  });
});

describe('epochs', () => {
  const epochs = (all: readonly (readonly [loss: number, validation: number])[]): string[] => {
    const seen = new Course();
    all.forEach(([loss, validation], index) =>
      seen.addEpoch({ epoch: index + 1, loss, validation: { loss: validation } } as unknown as Extract<
        TrainingEvent,
        { kind: 'epoch' }
      >),
    );
    return findingsOf({ experiment: facts, course: seen }, places, [{ rule: 'overfitting' }]).map(({ title }) => title);
  };

  it('whose validation loss rises while training’s falls', () => {
    const [title] = epochs([
      [1, 0.9],
      [0.6, 0.5],
      [0.3, 0.7],
      [0.1, 0.8],
      [0.05, 1],
    ]);
    expect(title).toBe('The model overfits: the validation loss was lowest after epoch 2 (0.5) and is 1 now.');
  });

  it('is told as a remark first, and once more when it is grave', () => {
    const diagnosis = new RunDiagnosis(places);
    const model = tf.sequential({ layers: [layers.dense({ units: 1, inputShape: [1] })] });
    diagnosis.begins({ model, optimizer: tf.train.sgd(0.1) });
    const told = [0.9, 0.5, 0.7, 0.75, 0.8, 0.85, 1.2, 1.4, 1.6].map((validation, index) =>
      diagnosis
        .afterEpoch({
          ...({ epoch: index + 1, loss: 1 / (index + 1) } as Extract<TrainingEvent, { kind: 'epoch' }>),
          validation: { loss: validation },
        })
        .map(({ severity }) => severity)
        .join(),
    );
    expect(told).toEqual(['', '', '', '', 'info', '', 'warning', '', '']);
  });

  it('is a remark while the answers stay right', () => {
    const told = (last: number, accuracy: number): readonly string[] => {
      const seen = new Course();
      [0.9, 0.5, 0.6, 0.65, last].forEach((validation, index) =>
        seen.addEpoch({
          ...({ epoch: index + 1, loss: 1 / (index + 1) } as Extract<TrainingEvent, { kind: 'epoch' }>),
          validation: { loss: validation, accuracy: index < 4 ? 0.9 : accuracy },
        }),
      );
      const found = findingsOf({ experiment: facts, course: seen }, places, [{ rule: 'overfitting', threshold: 0.1 }]);
      return found.map(({ severity }) => severity);
    };
    expect(told(0.7, 0.9)).toEqual(['info']);
    expect(told(0.7, 0.8)).toEqual(['warning']);
    // A few answers that grow surer of what is wrong double the loss of a small set.
    expect(told(1.2, 0.9)).toEqual(['info']);
    expect(told(2.1, 0.9)).toEqual(['warning']);
  });

  it.each([
    [
      'both falling',
      [
        [1, 1],
        [0.8, 0.8],
        [0.6, 0.7],
        [0.5, 0.6],
        [0.4, 0.5],
      ],
    ],
    [
      'one bad epoch',
      [
        [1, 0.9],
        [0.6, 0.5],
        [0.3, 0.51],
        [0.2, 0.5],
        [0.1, 1],
      ],
    ],
    [
      'both rising',
      [
        [0.5, 0.5],
        [0.6, 0.7],
        [0.7, 0.8],
        [0.8, 0.9],
        [0.9, 1],
      ],
    ],
    [
      'a small rise',
      [
        [1, 1],
        [0.5, 0.5],
        [0.4, 0.52],
        [0.3, 0.54],
        [0.2, 0.55],
      ],
    ],
  ] as const)('with %s are left alone', (_what, all) => {
    expect(epochs(all)).toEqual([]);
  });
});

describe('in real trainings', () => {
  function experiment(over: Partial<Experiment> = {}, data: Partial<MemoryOptions> = {}): Experiment {
    return {
      seed: 1,
      data: () => new MemoryDataset({ ...points(240), batchSize: 16, shuffle: true, ...data }),
      model: () =>
        tf.sequential({
          layers: [
            layers.dense({ units: 8, activation: 'relu', inputShape: [4] }),
            layers.dense({ units: 3, activation: 'softmax' }),
          ],
        }),
      optimizer: () => tf.train.adam(0.01),
      loss: 'categoricalCrossentropy',
      ...over,
    };
  }
  const oneHot = (classOf: (index: number) => number): tf.Tensor2D =>
    tf.oneHot(
      tf.tensor1d(
        Array.from({ length: 240 }, (_, index) => classOf(index)),
        'int32',
      ),
      3,
    ) as tf.Tensor2D;

  it('labels that have nothing to do with the inputs', async () => {
    const random = numbers(240, 77).map((value) => Math.floor(value * 3));
    const { told } = await diagnose(
      experiment({ optimizer: () => tf.train.sgd(1e-6) }, { ys: oneHot((index) => random[index]!) }),
      { steps: 200 },
    );
    expect(told.find(({ rule }) => rule === 'lossDoesNotFall')).toMatchObject({ severity: 'warning', step: 200 });
  });

  it('batches in the order of their classes, and shuffled', async () => {
    const sorted = { ys: oneHot((index) => Math.floor(index / 80)) };
    const { told } = await diagnose(experiment({}, { ...sorted, shuffle: false }), { steps: 15 });
    expect(told.find(({ rule }) => rule === 'unshuffledClasses')).toMatchObject({
      title: expect.stringMatching(/batches hold examples of one class alone/) as string,
      line: 'data'.length,
    });
    expect(namesOf((await diagnose(experiment({}, sorted), { steps: 15 })).told)).toEqual([]);
  });

  it('a class that hardly ever comes up', async () => {
    const rare = { ys: oneHot((index) => (index % 40 === 0 ? 1 : index % 80 === 1 ? 2 : 0)) };
    const { told } = await diagnose(experiment({}, rare), { steps: 15 });
    const found = told.find(({ rule }) => rule === 'classImbalance')!;
    expect(found.severity).toBe('warning');
    expect(found.title).toMatch(/^Examples of class 0 come up \d+ times as often as those of class 2\.$/);
  });
});
