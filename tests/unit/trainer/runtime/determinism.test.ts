/** Everything random follows from the seed, in this process and in others, and memory stays flat. */
import * as tf from '@tensorflow/tfjs';
import { build } from 'esbuild';
import { execFile } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { generatorFor, reseed, Sfc32, takeOverRandom } from '../../../../src/trainer/runtime/random.js';
import type { Experiment } from '../../../../src/trainer/runtime/experiment.js';
import { eventsOf, MemoryDataset, points, recordingHost, trainHere, workspace } from './support.js';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

function experiment(over: Partial<Experiment> = {}): Experiment {
  return {
    seed: 5,
    epochs: 2,
    data: () => new MemoryDataset({ ...points(30), batchSize: 8, shuffle: true }),
    model: () =>
      tf.sequential({
        layers: [
          tf.layers.dense({ units: 6, activation: 'relu', inputShape: [4] }),
          tf.layers.dropout({ rate: 0.5 }),
          tf.layers.dense({ units: 3, activation: 'softmax' }),
        ],
      }),
    optimizer: () => tf.train.adam(0.01),
    loss: 'categoricalCrossentropy',
    metrics: ['accuracy'],
    ...over,
  };
}

describe('randomness', () => {
  it('is spread evenly and differs by seed, stream and index', () => {
    const random = new Sfc32(1, 2, 3);
    const draws = Array.from({ length: 20_000 }, () => random.next());
    expect(Math.min(...draws)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...draws)).toBeLessThan(1);
    const mean = draws.reduce((sum, value) => sum + value, 0) / draws.length;
    expect(mean).toBeCloseTo(0.5, 2);
    expect(draws.reduce((sum, value) => sum + (value - mean) ** 2, 0) / draws.length).toBeCloseTo(1 / 12, 2);
    const firsts = [0, 1, 2].flatMap((seed) =>
      (['init', 'step', 'data'] as const).flatMap((stream) =>
        [0, 1, 2].map((index) => generatorFor(seed, stream, index).next()),
      ),
    );
    expect(new Set(firsts).size).toBe(27);
    expect(generatorFor(7, 'step', 3).next()).toBe(generatorFor(7, 'step', 3).next());
  });

  it('answers Math.random only as long as somebody holds it', () => {
    const original = Math.random;
    const shuffle = Reflect.get(tf.data.Dataset.prototype, 'shuffle') as unknown;
    const [first, second] = [takeOverRandom(), takeOverRandom()];
    reseed(3, 'step', 1);
    const drawn = [Math.random(), Math.random()];
    first();
    first();
    reseed(3, 'step', 1);
    expect([Math.random(), Math.random()]).toEqual(drawn);
    second();
    expect(Math.random).toBe(original);
    expect(Reflect.get(tf.data.Dataset.prototype, 'shuffle')).toBe(shuffle);
  });

  it('is given back after a run, also after one that failed', async () => {
    const original = Math.random;
    await trainHere(experiment(), { steps: 1 });
    expect(Math.random).toBe(original);
    await expect(trainHere(experiment({ model: () => Promise.reject(new Error('no model')) }))).rejects.toThrow(
      'no model',
    );
    expect(Math.random).toBe(original);
  });

  it('leaves a seeded shuffle of tf.data in the order that tf.data gives it, epoch by epoch', async () => {
    const order = async (dataset: tf.data.Dataset<tf.TensorContainer>): Promise<unknown[]> =>
      (await dataset.toArray()) as unknown[];
    const source = (): tf.data.Dataset<tf.TensorContainer> =>
      tf.data.array([0, 1, 2, 3, 4, 5, 6, 7] as tf.TensorContainer[]);
    const expected = source().shuffle(8, 'seed');
    const epochs = [await order(expected), await order(expected)];
    expect(epochs[0]).not.toEqual(epochs[1]);

    const seen: number[] = [];
    await trainHere(
      experiment({
        data: () =>
          source()
            .shuffle(8, 'seed')
            .map((value) => {
              seen.push(value as number);
              return { xs: [0, 0, 0, value as number], ys: [1, 0, 0] };
            })
            .batch(4),
      }),
    );
    expect([seen.slice(0, 8), seen.slice(8)]).toEqual(epochs);
  });
});

describe('runs', () => {
  it('of one seed are equal at every step, of two seeds at none', async () => {
    const hashes = async (seed: number): Promise<unknown[]> => {
      const { host } = await trainHere(experiment(), { seed, hashEvery: 1 });
      return [
        ...host.steps.map(({ stateHash }) => stateHash),
        ...eventsOf(host, 'epoch').map(({ stateHash }) => stateHash),
      ];
    };
    const [one, again, other] = [await hashes(1), await hashes(1), await hashes(2)];
    expect(again).toEqual(one);
    expect(new Set([...one, ...other]).size).toBe(one.length + other.length);
    expect(one.every((hash) => /^[0-9a-f]{16}$/.test(hash as string))).toBe(true);
  });

  it('hash only the steps that were asked for', async () => {
    const { host } = await trainHere(experiment(), { hashEvery: 3 });
    expect(host.steps.filter(({ stateHash }) => stateHash !== undefined).map(({ step }) => step)).toEqual([3, 6]);
    const none = await trainHere(experiment());
    expect(none.host.steps.every(({ stateHash }) => stateHash === undefined)).toBe(true);
  });

  it('of two processes are equal, top-level draws included', async () => {
    const here = path.dirname(fileURLToPath(import.meta.url));
    const outfile = path.join(workspace(), 'hash-run.mjs');
    await build({
      entryPoints: [path.join(here, '../../../fixtures/hash-run.ts')],
      outfile,
      bundle: true,
      platform: 'node',
      format: 'esm',
      target: 'node20',
      mainFields: ['module', 'main'],
      external: ['sharp', '@node-rs/crc32'],
      banner: {
        js: "import { createRequire as $createRequire } from 'node:module'; const require = $createRequire(import.meta.url);",
      },
      logLevel: 'silent',
    });
    const run = promisify(execFile);
    const [one, other] = await Promise.all([run(process.execPath, [outfile]), run(process.execPath, [outfile])]);
    expect(one.stdout.trim().split('\n')).toHaveLength(9);
    expect(other.stdout).toBe(one.stdout);
  });
});

describe('over many steps', () => {
  it.each([
    ['left alone', false],
    ['kept for looks', true],
  ])('memory stays flat and little time goes into anything but the model: %s', async (_, curious) => {
    const counts: number[] = [];
    const host = recordingHost({
      mayStop: curious,
      afterStep: (step) => void (step.step % 10 === 5 && counts.push(tf.memory().numTensors)),
    });
    host.wantsGradientNorms = curious;
    const before = tf.memory();
    const { xs, ys } = points(100);
    const began = performance.now();
    await trainHere(experiment({ epochs: 60, data: () => new MemoryDataset({ xs, ys, batchSize: 10 }) }), {}, host);
    const wallMs = performance.now() - began;
    tf.dispose([xs, ys]);
    expect(tf.memory()).toEqual(before);
    expect(host.steps).toHaveLength(600);
    expect(new Set(counts.slice(1)).size).toBe(1);
    const late = host.steps.slice(100);
    const median = (of: (step: (typeof late)[number]) => number): number =>
      late.map(of).sort((one, other) => one - other)[late.length >> 1]!;
    const [stepMs, overheadMs, dataWaitMs] = [
      median((step) => step.stepMs),
      median((step) => step.overheadMs),
      median((step) => step.dataWaitMs),
    ];
    console.info(
      `600 steps in ${wallMs.toFixed(0)} ms; a step ${stepMs.toFixed(3)} ms, overhead ${overheadMs.toFixed(3)}, data ${dataWaitMs.toFixed(3)}`,
    );
    // A share rather than a time, for machines that are busy; alone it is below a tenth.
    expect(overheadMs).toBeLessThan(0.4 * stepMs);
  });
});
