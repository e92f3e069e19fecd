/** Summaries of small trainings in this process, where the work is done without a thread. */
import { fromBinary } from '@bufbuild/protobuf';
import * as tf from '@tensorflow/tfjs';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { EventSchema } from '../../../../../src/shared/generated/tensorflow/core/util/event_pb.js';
import type { RunFile } from '../../../../../src/shared/protocol/run-file.js';
import type { Experiment } from '../../../../../src/trainer/runtime/experiment.js';
import { eventsOf, MemoryDataset, numbers, points, recordingHost, trainHere, type Examples } from '../support.js';

const layers = tf.layers;

beforeAll(() => tf.setBackend('cpu'));

function classifier(over: Partial<Experiment> = {}, examples: Examples = points(24)): Experiment {
  return {
    name: 'Tiny',
    seed: 3,
    epochs: 2,
    data: () => new MemoryDataset({ ...examples, batchSize: 4, validation: points(9) }),
    model: () =>
      tf.sequential({
        layers: [
          layers.dense({ units: 5, activation: 'relu', inputShape: [4] }),
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

/** Steps by tag, of one of a run's folders. */
function tagsIn(folder: string): Map<string, number[]> {
  const tags = new Map<string, number[]>();
  for (const name of readdirSync(folder).filter((file) => file.includes('tfevents'))) {
    const bytes = readFileSync(path.join(folder, name));
    for (let at = 0; at < bytes.length;) {
      const length = Number(bytes.readBigUInt64LE(at));
      const event = fromBinary(EventSchema, bytes.subarray(at + 12, at + 12 + length));
      at += 12 + length + 4;
      if (event.what.case !== 'summary') continue;
      for (const { tag } of event.what.value.value) {
        const steps = tags.get(tag);
        if (steps) steps.push(Number(event.step));
        else tags.set(tag, [Number(event.step)]);
      }
    }
  }
  return tags;
}

const runFileOf = (runDir: string): RunFile =>
  JSON.parse(readFileSync(path.join(runDir, 'run.json'), 'utf8')) as RunFile;

describe('a training with summaries', () => {
  test('leaves no tensor behind, and ends at the same bits as one without', async () => {
    const examples = points(24);
    const plain = await trainHere(classifier({}, examples), { summaries: 'off' });
    const before = tf.memory().numTensors;
    const { result, host } = await trainHere(classifier({}, examples), { summaries: 'all' });
    // The validation data of the test itself.
    expect(tf.memory().numTensors - before).toBeLessThanOrEqual(2);
    expect(result.stateHash).toBe(plain.result.stateHash);
    expect(host.steps.map(({ loss }) => loss)).toEqual(plain.host.steps.map(({ loss }) => loss));
    expect(eventsOf(host, 'notice')).toEqual([]);
    expect(eventsOf(host, 'end')[0]!.summaries!.bytes).toBeGreaterThan(1000);
    const { mode, sets } = runFileOf(result.runDir).summaries!;
    expect(mode).toBe('all');
    expect(Object.keys(sets)).toEqual(expect.arrayContaining(['activations', 'evaluation', 'weights']));
    expect(sets['weights']!.times).toBeGreaterThan(1);
  });

  test('without them has curves alone, and nothing else in its folder', async () => {
    const { result } = await trainHere(classifier(), { summaries: 'off' });
    const known = ['loss', 'accuracy', 'learning_rate', 'epoch_loss', 'epoch_accuracy'];
    expect([...tagsIn(path.join(result.runDir, 'train')).keys()]).toEqual(known);
    expect(readdirSync(result.runDir).some((name) => name.includes('tfevents'))).toBe(false);
    expect(runFileOf(result.runDir).summaries).toMatchObject({ mode: 'off', costMs: 0, share: 0, bytes: 0, sets: {} });
  });

  test('writes those that the experiment asks for, as far apart as it says', async () => {
    const summaries = {
      budget: 1000,
      atEnd: false,
      everySteps: 5,
      gradients: false,
      activations: false,
      norms: false,
      text: false,
    };
    const { result } = await trainHere(classifier({ summaries, epochs: 4 }), { summaries: undefined });
    const tags = tagsIn(path.join(result.runDir, 'train'));
    const steps = tags.get('weights/dense_1/kernel')!;
    expect(steps.length).toBeGreaterThan(0);
    expect(steps.slice(1).every((step, index) => step - steps[index]! >= 5)).toBe(true);
    const families = new Set([...tags.keys()].map((tag) => tag.split('/')[0]));
    for (const left of ['gradients', 'activations', 'gradient_norm', 'update_norm', 'experiment'])
      expect(families).not.toContain(left);
  });

  test('counts what is not finite beside the histograms', async () => {
    const poisoned = { ...classifier({ epochs: 8 }), optimizer: () => tf.train.sgd(1e30) };
    const { result } = await trainHere(poisoned, { summaries: 'all' });
    const tags = [...tagsIn(path.join(result.runDir, 'train')).keys()];
    expect(tags.some((tag) => tag.startsWith('not_finite/weights/'))).toBe(true);
  });

  test('goes on where a few examples cannot be looked at, and says so once', async () => {
    class Moody extends tf.layers.Layer {
      static readonly className = 'Moody';
      override call(inputs: tf.Tensor | tf.Tensor[], { training }: { training?: boolean }): tf.Tensor {
        if (!training) throw new Error('only in training');
        return Array.isArray(inputs) ? inputs[0]! : inputs;
      }
    }
    const { data } = { data: () => new MemoryDataset({ ...points(24), batchSize: 4 }) };
    const model = () =>
      tf.sequential({
        layers: [
          layers.dense({ units: 5, inputShape: [4] }),
          new Moody({}),
          layers.dense({ units: 3, activation: 'softmax' }),
        ],
      });
    const host = recordingHost();
    const { result } = await trainHere(classifier({ data, model }), { summaries: 'all' }, host);
    expect(result.steps).toBe(12);
    const said = eventsOf(host, 'notice').map(({ message }) => message);
    expect(said).toEqual(['No activations and pictures are written: only in training']);
    expect(tagsIn(path.join(result.runDir, 'train')).has('weights/dense_1/kernel')).toBe(true);
  });

  test('of pictures draws them; a graph and a row of settings are there', async () => {
    const xs = tf.tensor4d(numbers(12 * 64), [12, 8, 8, 1]);
    const experiment = classifier(
      {
        epochs: 1,
        data: () => new MemoryDataset({ xs, ys: points(12).ys, batchSize: 4 }),
        model: () =>
          tf.sequential({
            layers: [
              layers.conv2d({ filters: 2, kernelSize: 3, inputShape: [8, 8, 1] }),
              layers.flatten(),
              layers.dense({ units: 3, activation: 'softmax' }),
            ],
          }),
      },
      points(12),
    );
    const { result } = await trainHere(experiment, { summaries: 'all' });
    const tags = tagsIn(path.join(result.runDir, 'train'));
    for (const tag of [
      'inputs',
      'predictions',
      'filters/conv2d_1',
      'feature_maps/conv2d_1',
      'keras',
      'experiment/source',
    ])
      expect([...tags.keys()]).toContain(tag);
    expect([...tagsIn(result.runDir).keys()]).toEqual(['_hparams_/session_start_info', '_hparams_/session_end_info']);
  });

  test('that fails has its end among the hyper-parameters, and what was written before', async () => {
    const trainStep: Experiment['trainStep'] = () => {
      throw new Error('mine');
    };
    const folders: string[] = [];
    const host = recordingHost();
    const failing = trainHere(classifier({ trainStep }), { summaries: 'all' }, host);
    await expect(failing).rejects.toThrow('mine');
    folders.push(eventsOf(host, 'start')[0]!.runDir);
    expect([...tagsIn(folders[0]!).keys()]).toEqual(['_hparams_/session_start_info', '_hparams_/session_end_info']);
  });
});
