/** What a run leaves behind, and what it does where the disk does not let it. */
import * as tf from '@tensorflow/tfjs';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { runFile } from '../../../../src/shared/protocol/run-file.js';
import { PartialWriteError, realDisk, type Disk } from '../../../../src/trainer/runtime/disk.js';
import type { Experiment } from '../../../../src/trainer/runtime/experiment.js';
import { TrainingFailure } from '../../../../src/trainer/runtime/failure.js';
import { fileNameOf } from '../../../../src/trainer/runtime/run-folder.js';
import { decodeSafetensors } from '../../../../src/trainer/runtime/safetensors.js';
import { eventsOf, MemoryDataset, points, recordingHost, trainHere, workspace } from './support.js';
import { scanEvents } from '../../shared/events/scan-events.js';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

function experiment(over: Partial<Experiment> = {}): Experiment {
  return {
    seed: 5,
    epochs: 2,
    data: () => new MemoryDataset({ ...points(30), batchSize: 8, validation: points(9) }),
    model: () => tf.sequential({ layers: [tf.layers.dense({ units: 3, activation: 'softmax', inputShape: [4] })] }),
    optimizer: () => tf.train.adam(0.01),
    loss: 'categoricalCrossentropy',
    metrics: ['accuracy'],
    ...over,
  };
}

type Points = Record<string, { readonly step: number; readonly value: number }[]>;

/** By tag; any damage is a failure. */
function curves(runDir: string, family: string): Points {
  const folder = path.join(runDir, family);
  const names = readdirSync(folder);
  expect(names).toHaveLength(1);
  expect(names[0]).toMatch(/^events\.out\.tfevents\.\d{10}\..+\.\d+\.\d+\.v2$/);
  const { scalars, problems, bytesWaiting } = scanEvents(readFileSync(path.join(folder, names[0]!)));
  expect([problems, bytesWaiting]).toEqual([[], 0]);
  const found: Points = {};
  for (const [tag, step, , value] of scalars) (found[tag] ??= []).push({ step, value });
  return found;
}

async function failureOf(attempt: Promise<unknown>): Promise<TrainingFailure> {
  const error = await attempt.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(TrainingFailure);
  return error as TrainingFailure;
}

const fullDisk = (): Error => Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });

describe('a run’s folder', () => {
  it('holds curves, summary, weights, state and the experiment’s copy', async () => {
    const folder = workspace();
    mkdirSync(path.join(folder, 'lib'));
    writeFileSync(
      path.join(folder, 'tiny.ts'),
      "import { units } from './lib/size.js';\nimport * as tf from '@tensorflow/tfjs';\nexport default { units, tf };\n",
    );
    writeFileSync(path.join(folder, 'lib/size.ts'), "export { units } from './deep';\n");
    writeFileSync(path.join(folder, 'lib/deep.ts'), 'export const units = 3;\n');
    writeFileSync(path.join(folder, 'other.ts'), 'unused\n');
    const { result, host } = await trainHere(experiment({ name: 'Tiny: “one”' }), { workspace: folder });

    expect(path.dirname(result.runDir)).toBe(path.join(folder, 'runs'));
    expect(path.basename(result.runDir)).toMatch(/^\d{4}-\d\d-\d\d_\d\d-\d\d-\d\d-Tiny-one$/);
    expect(readdirSync(result.runDir).sort()).toEqual([
      'experiment',
      'run.json',
      'state.safetensors',
      'train',
      'validation',
      'weights.safetensors',
    ]);

    const train = curves(result.runDir, 'train');
    expect(Object.keys(train).sort()).toEqual(['accuracy', 'epoch_accuracy', 'epoch_loss', 'learning_rate', 'loss']);
    expect(train['loss']!.map(({ step }) => step)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(train['loss']!.map(({ value }) => value)).toEqual(host.steps.map(({ loss }) => Math.fround(loss)));
    expect(train['epoch_loss']!.map(({ step }) => step)).toEqual([4, 8]);
    const validation = curves(result.runDir, 'validation');
    expect(Object.keys(validation).sort()).toEqual(['accuracy', 'loss']);
    expect(validation['loss']!.map(({ step }) => step)).toEqual([4, 8]);
    expect(validation['loss']!.map(({ value }) => value)).toEqual(
      eventsOf(host, 'epoch').map((event) => Math.fround(event.validation!['loss']!)),
    );

    const summary = runFile.parse(JSON.parse(readFileSync(path.join(result.runDir, 'run.json'), 'utf8')));
    expect(summary).toMatchObject({
      name: 'Tiny: “one”',
      experiment: 'tiny.ts',
      status: 'completed',
      seed: 5,
      epochs: 2,
      epoch: 2,
      step: 8,
      backend: 'cpu',
      params: 15,
      stateHash: result.stateHash,
    });
    expect(summary.pid).toBeUndefined();

    const copy = path.join(result.runDir, 'experiment');
    expect(readdirSync(copy, { recursive: true }).map(String).sort()).toEqual([
      'lib',
      'lib/deep.ts',
      'lib/size.ts',
      'tiny.ts',
    ]);
    expect(readFileSync(path.join(copy, 'lib/deep.ts'), 'utf8')).toBe('export const units = 3;\n');

    const weights = decodeSafetensors(readFileSync(path.join(result.runDir, 'weights.safetensors')));
    expect(weights.tensors.map(({ name, shape, dtype }) => ({ name, shape, dtype }))).toEqual([
      { name: 'dense_1/kernel', shape: [4, 3], dtype: 'F32' },
      { name: 'dense_1/bias', shape: [3], dtype: 'F32' },
    ]);
  });

  it('is another one for each run, also within a second, and never one that is taken', async () => {
    const folder = workspace();
    const runs = [
      await trainHere(experiment(), { workspace: folder }),
      await trainHere(experiment(), { workspace: folder }),
    ];
    expect(runs[0]!.result.runDir).not.toBe(runs[1]!.result.runDir);
    expect(runs[0]!.result.stateHash).toBe(runs[1]!.result.stateHash);

    const named = path.join(folder, 'mine');
    const { result } = await trainHere(experiment(), { workspace: folder, runDir: named });
    expect(result.runDir).toBe(named);
    const failure = await failureOf(trainHere(experiment(), { workspace: folder, runDir: named }));
    expect(failure.message).toContain('holds another run already');
  });

  it('is named so that it travels', () => {
    expect(fileNameOf('Straße 7/β')).toBe('Straße-7-β');
    expect(fileNameOf('../../etc')).toBe('etc');
    expect(fileNameOf('…')).toBe('run');
  });

  it('is up to date while the run is looked at', async () => {
    const folder = workspace();
    let seen: Points | undefined;
    let status: unknown;
    const host = recordingHost({
      mayStop: (step) => step === 3,
      afterStep: (step, paused, self) => {
        if (step.step !== 3) return;
        paused.look({ reason: 'step', description: '', breakpointIds: [], epoch: 1, step: 3, stepInEpoch: 3 });
        const { runDir } = eventsOf(self, 'start')[0]!;
        seen = curves(runDir, 'train');
        status = JSON.parse(readFileSync(path.join(runDir, 'run.json'), 'utf8'));
      },
    });
    await trainHere(experiment(), { workspace: folder }, host);
    expect(seen!['loss']).toHaveLength(3);
    expect(status).toMatchObject({ status: 'running', step: 3, epoch: 1, pid: process.pid });
  });

  it('is not made where it cannot be, and training does not start', async () => {
    const folder = workspace();
    writeFileSync(path.join(folder, 'runs'), 'a file');
    const host = recordingHost();
    const failure = await failureOf(trainHere(experiment(), { workspace: folder }, host));
    expect(failure.message).toContain('The run’s folder cannot be made');
    expect(failure.message).toContain('a file stands where the folder should be');
    expect(host.steps).toEqual([]);
    expect(eventsOf(host, 'start')).toEqual([]);
  });

  it.skipIf(process.getuid?.() === 0)(
    'needs the right to write (skipped for root, who may write anywhere)',
    async () => {
      const folder = workspace();
      chmodSync(folder, 0o500);
      try {
        const failure = await failureOf(trainHere(experiment(), { workspace: folder }));
        expect(failure.message).toContain('writing there is not allowed');
      } finally {
        chmodSync(folder, 0o700);
      }
    },
  );

  it('leaves nothing behind where the disk is full from the start', async () => {
    const folder = workspace();
    const disk: Disk = {
      ...realDisk,
      append: () => {
        throw new PartialWriteError(0, fullDisk());
      },
    };
    const failure = await failureOf(trainHere(experiment(), { workspace: folder }, recordingHost(), { disk }));
    expect(failure.message).toContain('the disk is full');
    expect(readdirSync(path.join(folder, 'runs'))).toEqual([]);
  });

  it('waits for a full disk: said once, nothing lost', async () => {
    let full = false;
    let partial = true;
    const disk: Disk = {
      append: (file, bytes) => {
        if (!full) return realDisk.append(file, bytes);
        // A full disk takes what still fits, in the middle of a record.
        if (partial) realDisk.append(file, bytes.subarray(0, 10));
        const written = partial ? 10 : 0;
        partial = false;
        throw new PartialWriteError(written, fullDisk());
      },
      replace: (...given) => {
        if (full) throw fullDisk();
        realDisk.replace(...given);
      },
    };
    const host = recordingHost({
      mayStop: true,
      afterStep: (step, paused) => {
        if (step.step === 2) full = true;
        if (step.step === 6) full = false;
        // Looking flushes.
        paused.look({ reason: 'step', description: '', breakpointIds: [], epoch: 1, step: step.step, stepInEpoch: 1 });
      },
    });
    const { result } = await trainHere(experiment(), {}, host, { disk });
    expect(eventsOf(host, 'notice').map(({ message }) => message)).toEqual([
      expect.stringContaining('the disk is full'),
    ]);
    expect(eventsOf(host, 'notice')[0]!.hint).toContain('Training goes on');
    expect(curves(result.runDir, 'train')['loss']!.map(({ step }) => step)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(existsSync(path.join(result.runDir, 'state.safetensors'))).toBe(true);
  });

  it('fails at the end where the disk stays full', async () => {
    let full = false;
    const disk: Disk = {
      append: (file, bytes) => {
        if (full) throw new PartialWriteError(0, fullDisk());
        realDisk.append(file, bytes);
      },
      replace: (...given) => {
        if (full) throw fullDisk();
        realDisk.replace(...given);
      },
    };
    const host = recordingHost({ afterStep: (step) => void (full = step.step >= 2) });
    const failure = await failureOf(trainHere(experiment(), {}, host, { disk }));
    expect(failure.message).toContain('could not be saved');
    expect(failure.message).toContain('the disk is full');
    expect(failure.runDir).toBe(eventsOf(host, 'start')[0]!.runDir);
    expect(host.steps).toHaveLength(8);
    expect(readdirSync(failure.runDir!).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  it('keeps the last good state where a step fails', async () => {
    const folder = workspace();
    const failing = (at: number): Experiment =>
      experiment({
        data: () =>
          new MemoryDataset({
            ...points(30),
            batchSize: 8,
            onBatch: (index) => void (failures-- === at && fail(index)),
          }),
      });
    let failures = 0;
    const fail = (index: number): never => {
      throw new Error(`batch ${index} cannot be read`);
    };
    failures = 2;
    const host = recordingHost();
    const failure = await failureOf(trainHere(failing(0), { workspace: folder }, host));
    expect(failure.message).toBe('batch 2 cannot be read');
    expect(failure.part).toBe('data');
    expect(host.steps).toHaveLength(2);
    const file = JSON.parse(readFileSync(path.join(failure.runDir!, 'run.json'), 'utf8')) as Record<string, unknown>;
    expect(file).toMatchObject({ status: 'failed', error: 'batch 2 cannot be read', step: 2 });
    expect(curves(failure.runDir!, 'train')['loss']).toHaveLength(2);

    const whole = await trainHere(experiment({ data: () => new MemoryDataset({ ...points(30), batchSize: 8 }) }));
    failures = -1;
    const { result } = await trainHere(failing(99), { workspace: folder, continueFrom: failure.runDir! });
    expect(result.stateHash).toBe(whole.result.stateHash);
  });

  it('does not save a state that a failed step has begun to change', async () => {
    const folder = workspace();
    let calls = 0;
    const own = experiment({
      metrics: undefined,
      trainStep: ({ model, optimizer, batch }) => {
        const loss = optimizer.minimize(
          () => tf.losses.meanSquaredError(batch.ys as tf.Tensor, model.apply(batch.xs as tf.Tensor) as tf.Tensor),
          true,
        )!;
        if (++calls === 6) throw new TypeError('after the update');
        return loss;
      },
    });
    const failure = await failureOf(trainHere(own, { workspace: folder }));
    expect(failure.message).toBe('TypeError: after the update');
    expect(failure.part).toBe('trainStep');
    expect(failure.cause).toBeInstanceOf(TypeError);
    // The end of the first epoch is the last good state.
    const { metadata } = decodeSafetensors(readFileSync(path.join(failure.runDir!, 'state.safetensors')));
    expect(JSON.parse(metadata['backstep']!)).toMatchObject({ cursor: { epochsDone: 1, stepInEpoch: 0, step: 4 } });
  });
});
