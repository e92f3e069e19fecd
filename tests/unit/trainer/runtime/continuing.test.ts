/** A run that is stopped in mid-epoch and continued ends in the state that an uninterrupted one ends in. */
import * as tf from '@tensorflow/tfjs';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Experiment } from '../../../../src/trainer/runtime/experiment.js';
import { TrainingFailure } from '../../../../src/trainer/runtime/failure.js';
import { eventsOf, MemoryDataset, points, recordingHost, trainHere, workspace, type RecordingHost } from './support.js';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

const { layers } = tf;

function experiment(over: Partial<Experiment> = {}): Experiment {
  return {
    seed: 5,
    epochs: 3,
    data: () => new MemoryDataset({ ...points(30), batchSize: 8, shuffle: true, validation: points(9) }),
    model: () =>
      tf.sequential({
        layers: [
          layers.dense({ units: 6, activation: 'relu', inputShape: [4] }),
          layers.batchNormalization(),
          layers.dropout({ rate: 0.3 }),
          layers.dense({ units: 3, activation: 'softmax' }),
        ],
      }),
    optimizer: () => tf.train.adam(0.01),
    loss: 'categoricalCrossentropy',
    metrics: ['accuracy'],
    ...over,
  };
}

/** Stops after a step, then continues in a new run of the same workspace. */
async function inTwoParts(
  wanted: Experiment,
  stopAfter: number,
  atEpochEnd = false,
): Promise<{ readonly first: RecordingHost; readonly second: RecordingHost; readonly stateHash: string }> {
  const folder = workspace();
  const first = recordingHost({
    afterStep: (step, _, host) => {
      if (!atEpochEnd && step.step === stopAfter) host.stopRequested = true;
    },
    afterEpoch: (epoch, _, host) => {
      if (atEpochEnd && epoch === stopAfter) host.stopRequested = true;
    },
  });
  const stopped = await trainHere(wanted, { workspace: folder }, first);
  expect(stopped.result.reason).toBe('stopped');
  const second = recordingHost();
  const { result } = await trainHere(wanted, { workspace: folder, continueFrom: stopped.result.runDir }, second);
  expect(result.reason).toBe('completed');
  return { first, second, stateHash: result.stateHash };
}

const numbersOf = (host: RecordingHost): unknown =>
  host.steps.map(({ step, epoch, loss, metrics, examples }) => ({ step, epoch, loss, metrics, examples }));
const epochsOf = (host: RecordingHost): unknown =>
  eventsOf(host, 'epoch').map(({ epoch, step, loss, metrics, validation, stateHash }) => ({
    epoch,
    step,
    loss,
    metrics,
    validation,
    stateHash,
  }));

describe('continuing', () => {
  it.each([1, 2, 4, 6, 8, 11])('after step %i is as if it had never been stopped', async (step) => {
    const whole = await trainHere(experiment());
    const parts = await inTwoParts(experiment(), step);
    expect(parts.stateHash).toBe(whole.result.stateHash);
    expect([...(numbersOf(parts.first) as unknown[]), ...(numbersOf(parts.second) as unknown[])]).toEqual(
      numbersOf(whole.host),
    );
    expect([...(epochsOf(parts.first) as unknown[]), ...(epochsOf(parts.second) as unknown[])]).toEqual(
      epochsOf(whole.host),
    );
    expect(eventsOf(parts.second, 'notice')).toEqual([]);
    expect(eventsOf(parts.second, 'start')[0]).toMatchObject({ startStep: step });
  });

  it('at the end of an epoch', async () => {
    const whole = await trainHere(experiment());
    const parts = await inTwoParts(experiment(), 2, true);
    expect(parts.stateHash).toBe(whole.result.stateHash);
    expect(eventsOf(parts.second, 'epoch')).toHaveLength(1);
  });

  it.each([
    ['sgd', () => tf.train.sgd(0.1)],
    ['momentum', () => tf.train.momentum(0.1, 0.9)],
    ['nesterov', () => tf.train.momentum(0.1, 0.9, true)],
    ['adagrad', () => tf.train.adagrad(0.1)],
    ['adadelta', () => tf.train.adadelta(0.1)],
    ['adam', () => tf.train.adam(0.01)],
    ['adamax with decay', () => tf.train.adamax(0.01, 0.9, 0.999, undefined, 0.01)],
    ['rmsprop', () => tf.train.rmsprop(0.01, 0.9, 0.5)],
    ['rmsprop, centered', () => tf.train.rmsprop(0.01, 0.9, 0.5, undefined, true)],
  ])('with %s, its learning rate changed on the way', async (_, optimizer) => {
    const wanted = experiment({ optimizer, epochs: 2 });
    const change = () =>
      recordingHost({ afterStep: ({ step }, paused) => void (step === 2 && paused.setLearningRate(0.02)) });
    const whole = await trainHere(wanted, { hashEvery: 1 }, change());
    const folder = workspace();
    const part = await trainHere(wanted, { workspace: folder, steps: 5 }, change());
    expect(part.result.reason).toBe('completed');
    const rest = await trainHere(wanted, { workspace: folder, continueFrom: part.result.runDir, hashEvery: 1 });
    expect(rest.result.stateHash).toBe(whole.result.stateHash);
    expect(rest.host.steps[0]!.learningRate).toBe(0.02);
    const tail = whole.host.steps.slice(5).map(({ stateHash }) => stateHash);
    expect(rest.host.steps.map(({ stateHash }) => stateHash)).toEqual(tail);
    expect(new Set(tail).size).toBe(tail.length);
  });

  it('an optimizer of the person’s own, with a counter', async () => {
    class Decaying extends tf.SGDOptimizer {
      updates = 0;
      override applyGradients(gradients: Parameters<tf.Optimizer['applyGradients']>[0]): void {
        this.updates++;
        this.setLearningRate(0.1 / this.updates);
        super.applyGradients(gradients);
      }
    }
    const wanted = experiment({ optimizer: () => new Decaying(0.1), epochs: 2 });
    const whole = await trainHere(wanted);
    expect((await inTwoParts(wanted, 3)).stateHash).toBe(whole.result.stateHash);
  });

  it('a tf.data pipeline that shuffles without a seed and draws in its callbacks', async () => {
    const { xs, ys } = points(30);
    const [rows, targets] = [xs.arraySync(), ys.arraySync()];
    const wanted = experiment({
      data: () =>
        tf.data
          .zip<tf.TensorContainer>({
            xs: tf.data.array(rows as unknown as tf.TensorContainer[]),
            ys: tf.data.array(targets as unknown as tf.TensorContainer[]),
          })
          .shuffle(30)
          .map((example) => {
            const { xs: row, ys: target } = example as unknown as { xs: number[]; ys: number[] };
            return { xs: row.map((value) => value + 0.1 * Math.random()), ys: target };
          })
          .batch(8)
          .prefetch(2),
    });
    const whole = await trainHere(wanted);
    const again = await trainHere(wanted);
    expect(again.result.stateHash).toBe(whole.result.stateHash);
    expect(numbersOf(again.host)).toEqual(numbersOf(whole.host));
    for (const step of [3, 6]) expect((await inTwoParts(wanted, step)).stateHash).toBe(whole.result.stateHash);
    const other = await trainHere(wanted, { seed: 6 });
    expect(other.result.stateHash).not.toBe(whole.result.stateHash);
  });

  it('a step of the person’s own that awaits', async () => {
    const wanted = experiment({
      metrics: undefined,
      trainStep: async ({ model, optimizer, batch }) => {
        await Promise.resolve();
        const predict = (): tf.Scalar =>
          tf.losses.softmaxCrossEntropy(
            batch.ys as tf.Tensor,
            model.apply(batch.xs as tf.Tensor, { training: true }) as tf.Tensor,
          ) as tf.Scalar;
        const loss = optimizer.minimize(predict, true)!;
        await new Promise((resolve) => setTimeout(resolve, 1));
        return { loss, size: batch.size };
      },
    });
    const whole = await trainHere(wanted);
    expect(whole.host.steps[0]!.metrics).toEqual({ size: 8 });
    expect((await inTwoParts(wanted, 5)).stateHash).toBe(whole.result.stateHash);
  });

  it('keeps the settings and the seed of the run', async () => {
    const folder = workspace();
    const seen: unknown[] = [];
    const wanted = experiment({
      optimizer: (settings) => {
        seen.push({ ...settings });
        return tf.train.adam(0.01);
      },
    });
    const first = await trainHere(wanted, { workspace: folder, steps: 3, seed: 77, settings: { units: '8' } });
    const second = await trainHere(wanted, {
      workspace: folder,
      continueFrom: first.result.runDir,
      settings: { extra: '1' },
    });
    expect(seen).toEqual([{ units: 8 }, { units: 8, extra: 1 }]);
    expect(eventsOf(second.host, 'start')[0]!.seed).toBe(77);
    const file = JSON.parse(readFileSync(path.join(second.result.runDir, 'run.json'), 'utf8')) as Record<
      string,
      unknown
    >;
    expect(file).toMatchObject({
      status: 'completed',
      continuedFrom: first.result.runDir,
      seed: 77,
      settings: { units: '8', extra: '1' },
    });
  });

  it('says what could not be carried over, and carries the rest', async () => {
    const folder = workspace();
    const first = await trainHere(experiment(), { workspace: folder, steps: 3 });
    const wider = experiment({
      optimizer: () => tf.train.adam(0.5),
      model: () =>
        tf.sequential({
          layers: [
            layers.dense({ units: 6, activation: 'relu', inputShape: [4] }),
            layers.dense({ units: 5, activation: 'relu' }),
            layers.dense({ units: 3, activation: 'softmax' }),
          ],
        }),
    });
    const second = await trainHere(wider, { workspace: folder, continueFrom: first.result.runDir });
    const notice = eventsOf(second.host, 'notice')[0]!;
    expect(notice.severity).toBe('warning');
    expect(notice.message).toContain('dense_2/kernel was 6×3, is 6×5 now, and starts afresh');
    expect(notice.message).toContain('dense_3/kernel is new');
    expect(notice.message).toContain('more');
    expect(second.host.steps[0]!.learningRate).toBe(0.5);

    const otherOptimizer = await trainHere(experiment({ optimizer: () => tf.train.sgd(0.1) }), {
      workspace: folder,
      continueFrom: first.result.runDir,
    });
    expect(eventsOf(otherOptimizer.host, 'notice')[0]!.message).toContain('the optimizer was Adam, is SGD now');
  });

  it('refuses what cannot be continued, in words', async () => {
    const folder = workspace();
    const failure = async (continueFrom: string, over = {}): Promise<TrainingFailure> => {
      const attempt = trainHere(experiment(), { workspace: folder, continueFrom, ...over });
      await expect(attempt).rejects.toBeInstanceOf(TrainingFailure);
      return attempt.then(
        () => expect.fail('it was accepted'),
        (error: TrainingFailure) => error,
      );
    };
    expect((await failure(path.join(folder, 'runs', 'nothing'))).message).toContain(
      'There is no saved state to continue from',
    );

    const whole = await trainHere(experiment(), { workspace: folder });
    expect((await failure(whole.result.runDir)).message).toBe(
      'The run to continue from has trained all of its 3 epochs.',
    );
    expect((await failure(whole.result.runDir, { epochs: 5, steps: 4 })).message).toContain(
      'has made 12 steps already',
    );
    const more = await trainHere(experiment(), { workspace: folder, continueFrom: whole.result.runDir, epochs: 4 });
    expect(more.result.steps).toBe(16);

    const damaged = path.join(folder, 'damaged');
    const bytes = readFileSync(path.join(whole.result.runDir, 'state.safetensors'));
    for (const [name, content] of [
      ['cut', bytes.subarray(0, bytes.length - 100)],
      ['foreign', Buffer.from('this is a text file and no tensors')],
    ] as const) {
      const run = path.join(damaged, name);
      mkdirSync(run, { recursive: true });
      writeFileSync(path.join(run, 'state.safetensors'), content);
      expect((await failure(run)).message).toContain('cannot be continued from');
    }
    expect(existsSync(path.join(folder, 'runs'))).toBe(true);
  });
});
