/** What the loop says, in which order, when it ends, and what it waits for. */
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { trainingEvent } from '../../../../src/shared/protocol/training.js';
import type { Experiment } from '../../../../src/trainer/runtime/experiment.js';
import { eventsOf, MemoryDataset, points, recordingHost, trainHere, type MemoryOptions } from './support.js';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

function experiment(over: Partial<Experiment> = {}, data: Partial<MemoryOptions> = {}): Experiment {
  return {
    epochs: 2,
    data: () => new MemoryDataset({ ...points(20), batchSize: 8, validation: points(9), ...data }),
    model: () => tf.sequential({ layers: [tf.layers.dense({ units: 3, activation: 'softmax', inputShape: [4] })] }),
    optimizer: () => tf.train.sgd(0.1),
    loss: 'categoricalCrossentropy',
    metrics: ['accuracy'],
    ...over,
  };
}

describe('events', () => {
  it('are those of the protocol, in order', async () => {
    const { host, result } = await trainHere(experiment({ name: 'Tiny' }));
    for (const event of host.events) trainingEvent.parse(event);
    const told = host.events.filter(({ kind }) => kind !== 'activity' && kind !== 'memory').map(({ kind }) => kind);
    expect(told).toEqual(['start', 'step', 'step', 'step', 'epoch', 'step', 'step', 'step', 'epoch', 'end']);
    expect(eventsOf(host, 'memory').length).toBeGreaterThanOrEqual(1);
    expect(new Set(eventsOf(host, 'activity').map(({ activity }) => activity))).toEqual(
      new Set(['loading', 'model', 'data', 'training', 'validating', 'saving']),
    );
    expect(eventsOf(host, 'start')[0]).toMatchObject({
      name: 'Tiny',
      backend: 'cpu',
      speed: 'eager',
      epochs: 2,
      stepsPerEpoch: 3,
      batchSize: 8,
      params: 15,
      trainableParams: 15,
      metricNames: ['accuracy'],
      startEpoch: 0,
      startStep: 0,
      learningRate: 0.1,
      layers: [{ layer: 'dense_1', type: 'Dense', outputShape: [3], inputShape: [4], params: 15, trainable: true }],
    });
    expect(host.steps.map(({ epoch, step, stepInEpoch, examples }) => [epoch, step, stepInEpoch, examples])).toEqual([
      [1, 1, 1, 8],
      [1, 2, 2, 8],
      [1, 3, 3, 4],
      [2, 4, 1, 8],
      [2, 5, 2, 8],
      [2, 6, 3, 4],
    ]);
    expect(eventsOf(host, 'epoch').map(({ epoch, step }) => [epoch, step])).toEqual([
      [1, 3],
      [2, 6],
    ]);
    expect(eventsOf(host, 'end')[0]).toEqual({ kind: 'end', ...result });
    expect(result).toMatchObject({ reason: 'completed', epoch: 2, steps: 6 });
    expect(eventsOf(host, 'epoch')[1]!.stateHash).toBe(result.stateHash);
    for (const { stepMs, dataWaitMs, overheadMs } of host.steps) {
      expect(Math.min(stepMs, dataWaitMs, overheadMs)).toBeGreaterThanOrEqual(0);
      expect(dataWaitMs + overheadMs).toBeLessThanOrEqual(stepMs);
    }
  });

  it('name metrics as they were written', async () => {
    const bias = (yTrue: tf.Tensor, yPred: tf.Tensor): tf.Scalar => tf.mean(tf.sub(yTrue, yPred));
    const { host } = await trainHere(experiment({ metrics: ['acc', 'accuracy', 'ce', 'mse', bias] }), { steps: 1 });
    expect(Object.keys(host.steps[0]!.metrics)).toEqual(['acc', 'accuracy', 'ce', 'mse', 'bias']);
    const one = await trainHere(experiment({ metrics: 'accuracy' as never }), { steps: 1 });
    expect(Object.keys(one.host.steps[0]!.metrics)).toEqual(['accuracy']);
  });
});

describe('the end', () => {
  it('comes after the steps that were asked for, the epoch’s end with its last step', async () => {
    const middle = await trainHere(experiment(), { steps: 4 });
    expect(middle.result).toMatchObject({ reason: 'completed', steps: 4, epoch: 2 });
    expect(eventsOf(middle.host, 'epoch')).toHaveLength(1);
    const whole = await trainHere(experiment(), { steps: 3 });
    expect(whole.result).toMatchObject({ reason: 'completed', steps: 3, epoch: 1 });
    expect(eventsOf(whole.host, 'epoch')).toHaveLength(1);
    const more = await trainHere(experiment(), { steps: 100, epochs: 1 });
    expect(more.result).toMatchObject({ reason: 'completed', steps: 3 });
  });

  it('comes on request: before the first step, after a step, in validation, after an epoch', async () => {
    const early = recordingHost();
    early.stopRequested = true;
    expect((await trainHere(experiment(), {}, early)).result).toMatchObject({ reason: 'stopped', steps: 0 });

    const afterStep = recordingHost({
      afterStep: (step, _, host) => void (step.step === 2 && (host.stopRequested = true)),
    });
    expect((await trainHere(experiment(), {}, afterStep)).result).toMatchObject({
      reason: 'stopped',
      steps: 2,
      epoch: 1,
    });

    const inValidation = recordingHost();
    const emit = inValidation.emit.bind(inValidation);
    inValidation.emit = (event) => {
      if (event.kind === 'activity' && event.activity === 'validating') inValidation.stopRequested = true;
      emit(event);
    };
    expect((await trainHere(experiment(), {}, inValidation)).result).toMatchObject({ reason: 'stopped', steps: 3 });
    expect(eventsOf(inValidation, 'epoch')).toEqual([]);

    const afterEpoch = recordingHost({ afterEpoch: (_, __, host) => void (host.stopRequested = true) });
    expect((await trainHere(experiment(), {}, afterEpoch)).result).toMatchObject({
      reason: 'stopped',
      steps: 3,
      epoch: 1,
    });
    expect(eventsOf(afterEpoch, 'epoch')).toHaveLength(1);
  });
});

describe('the loop', () => {
  it('asks for the next batch before the step, and no further', async () => {
    const asked: number[] = [];
    const seen: number[] = [];
    const host = recordingHost({ afterStep: () => void seen.push(asked.length) });
    await trainHere(experiment({ epochs: 1 }, { onBatch: (index) => void asked.push(index) }), {}, host);
    expect(asked).toEqual([0, 1, 2]);
    expect(seen).toEqual([2, 3, 3]);
  });

  it('tells which step may be the last of its epoch', async () => {
    const last: boolean[] = [];
    const host = recordingHost();
    host.mayStopAfter = ({ lastInEpoch }) => {
      last.push(lastInEpoch);
      return false;
    };
    await trainHere(experiment(), {}, host);
    expect(last).toEqual([false, false, true, false, false, true]);
  });

  it('lets timers and messages have their turn', async () => {
    let ticks = 0;
    const timer = setInterval(() => ticks++, 1);
    try {
      await trainHere(experiment({ epochs: 60 }));
    } finally {
      clearInterval(timer);
    }
    expect(ticks).toBeGreaterThan(2);
  });

  it('leaves what a person looks at out of the times', async () => {
    const host = recordingHost({
      afterStep: (step) => {
        if (step.step !== 2) return;
        const until = performance.now() + 400;
        while (performance.now() < until);
      },
    });
    await trainHere(experiment(), { steps: 4 }, host);
    expect(Math.max(...host.steps.map(({ stepMs }) => stepMs))).toBeLessThan(400);
    expect(eventsOf(host, 'epoch')[0]!.epochMs).toBeGreaterThan(0);
  });

  it('says that there is nothing to validate by, and that class weights go unused, with a step of one’s own', async () => {
    const own = experiment({
      loss: undefined as never,
      metrics: undefined,
      classWeight: { 0: 1 },
      trainStep: ({ model, optimizer, batch }) =>
        optimizer.minimize(
          () => tf.losses.meanSquaredError(batch.ys as tf.Tensor, model.apply(batch.xs as tf.Tensor) as tf.Tensor),
          true,
        )!,
    });
    const { host } = await trainHere(own);
    expect(eventsOf(host, 'notice').map(({ message }) => message)).toEqual([
      'There is no validation, as the experiment names no loss to validate by.',
      'classWeight is not used, as the experiment has a trainStep of its own.',
    ]);
    expect(eventsOf(host, 'epoch')[0]!.validation).toBeUndefined();
  });

  it('says what is wrong with a step of one’s own', async () => {
    const failing = (trainStep: unknown): Promise<unknown> => trainHere(experiment({ trainStep: trainStep as never }));
    await expect(failing(() => undefined)).rejects.toThrow('trainStep gave back no loss.');
    await expect(failing(() => tf.zeros([8]))).rejects.toThrow(
      'trainStep gave back loss as a tensor of shape 8; it must be a single number.',
    );
    await expect(failing(() => ({ loss: tf.scalar(1), note: 'text' }))).rejects.toThrow(
      'trainStep gave back note as a string',
    );
    await expect(failing(() => Promise.reject(new TypeError('in vain')))).rejects.toMatchObject({
      message: 'TypeError: in vain',
      part: 'trainStep',
    });
  });
});
