import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { RunReader } from '../../../../src/server/runs/run-reader.js';
import { Runs } from '../../../../src/server/runs/runs.js';
import { encodeFileVersion, encodeScalars } from '../../../../src/shared/events/event-writer.js';

const logs = path.resolve(process.env['BACKSTEP_TEST_DATA'] ?? '../shared/data', 'tensorboard-logs');

let root: string;
beforeEach(() => void (root = mkdtempSync(path.join(tmpdir(), 'backstep-runs-'))));
afterEach(() => rmSync(root, { recursive: true, force: true }));

const EVENTS = 'events.out.tfevents.1000.host.1.v2';

function write(relative: string, data: string | Uint8Array): string {
  const file = path.join(root, relative);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, data);
  return file;
}

const steps = (...list: (readonly [step: number, loss: number])[]) =>
  Buffer.concat([
    encodeFileVersion(1000),
    ...list.map(([step, loss]) => encodeScalars(step, 1000 + step, [['loss', loss]])),
  ]);

const runJson = (fields: Record<string, unknown> = {}) =>
  JSON.stringify({
    formatVersion: 1,
    name: 'one',
    experiment: 'experiment.ts',
    status: 'completed',
    createdAt: 5,
    updatedAt: Date.now(),
    seed: 7,
    epochs: 2,
    epoch: 2,
    step: 3,
    wallMs: 9,
    backend: 'cpu',
    device: 'x',
    params: 10,
    versions: {},
    later: 'kept',
    ...fields,
  });

describe('the list', () => {
  test('has our runs with what their files say, newest first', async () => {
    write('runs/a/run.json', runJson());
    write('runs/a/state.safetensors', '');
    write(`runs/a/train/${EVENTS}`, steps([1, 0.5], [2, 0.25]));
    write(`runs/a/validation/${EVENTS}`, steps([2, 0.75]));
    write('runs/a/experiment/experiment.ts', '');
    write('runs/b/run.json', runJson({ name: 'two', createdAt: 6, status: 'failed' }));
    write('sub/runs/c/run.json', runJson({ createdAt: 1 }));
    const runs = await new RunReader().list(root);
    expect(runs.map(({ id, name, status }) => [id, name, status])).toEqual([
      ['b', 'two', 'failed'],
      ['a', 'one', 'completed'],
      ['sub/runs/c', 'one', 'completed'],
    ]);
    expect(runs[1]).toEqual({
      id: 'a',
      path: path.join(root, 'runs/a'),
      name: 'one',
      experiment: 'experiment.ts',
      status: 'completed',
      createdAt: 5,
      epochs: 2,
      epoch: 2,
      step: 3,
      wallMs: 9,
      backend: 'cpu',
      params: 10,
      seed: 7,
      continuedFrom: undefined,
      last: { 'train/loss': 0.25, 'validation/loss': 0.75 },
      canContinue: true,
      warning: undefined,
    });
  });

  test('calls a run whose process is gone interrupted', async () => {
    write('runs/alive/run.json', runJson({ status: 'running', pid: process.pid }));
    write('runs/dead/run.json', runJson({ status: 'running', pid: 2 ** 22 + 1 }));
    write('runs/gone/run.json', runJson({ status: 'running' }));
    write('runs/before-boot/run.json', runJson({ status: 'running', pid: process.pid, updatedAt: 1 }));
    const status = Object.fromEntries((await new RunReader().list(root)).map((run) => [run.id, run.status]));
    expect(status).toEqual({
      alive: 'running',
      dead: 'interrupted',
      gone: 'interrupted',
      'before-boot': 'interrupted',
    });
  });

  test('shows what is left of a damaged run, and says what is wrong', async () => {
    write('runs/json/run.json', '{"name": "half');
    write(`runs/json/train/${EVENTS}`, steps([1, 0.5]));
    write('runs/fields/run.json', runJson({ seed: 'seven', status: 'sleeping' }));
    const damaged = steps([1, 0.5], [2, 0.25], [3, 0.125]);
    damaged[damaged.length - 60]! ^= 1;
    write('runs/record/run.json', runJson());
    write(`runs/record/train/${EVENTS}`, damaged);
    const runs = Object.fromEntries((await new RunReader().list(root)).map((run) => [run.id, run]));
    expect(runs['json']).toMatchObject({ name: 'json', last: { 'train/loss': 0.5 }, status: 'interrupted' });
    expect(runs['json']!.warning).toMatch(/run\.json cannot be read/);
    expect(runs['fields']).toMatchObject({
      name: 'one',
      seed: undefined,
      status: 'interrupted',
      warning: expect.stringMatching(/status, seed/) as string,
    });
    expect(runs['record']!.warning).toMatch(/^train\/events/);
    expect(Object.keys(runs['record']!.last)).toEqual(['train/loss']);
  });

  test('has folders that TensorBoard would open, of whatever program', async () => {
    write(`logs/adam/train/${EVENTS}`, steps([1, 0.5]));
    write(`logs/adam/validation/${EVENTS}`, steps([1, 0.75]));
    write(`logs/torch/${EVENTS}`, steps([4, 1]));
    write(`node_modules/x/${EVENTS}`, steps([1, 1]));
    const runs = await new RunReader().list(root);
    expect(runs.map(({ id, last, step, createdAt, status }) => ({ id, last, step, createdAt, status }))).toEqual([
      { id: 'logs/torch', last: { loss: 1 }, step: 4, createdAt: 1_004_000, status: 'completed' },
      {
        id: 'logs/adam',
        last: { 'train/loss': 0.5, 'validation/loss': 0.75 },
        step: 1,
        createdAt: 1_001_000,
        status: 'completed',
      },
    ]);
  });

  test.skipIf(!existsSync(logs))(
    `has runs by real Keras${existsSync(logs) ? '' : ` (skipped: no ${logs})`}`,
    async () => {
      const history = JSON.parse(readFileSync(path.join(logs, 'fit-history.json'), 'utf8')) as Record<
        string,
        Record<string, number[]>
      >;
      const runs = await new RunReader().list(logs);
      expect(runs.map(({ id }) => id).sort()).toEqual(['graph_def', 'run0_adam', 'run1_sgd']);
      const adam = runs.find(({ id }) => id === 'run0_adam')!;
      expect(adam.warning).toBeUndefined();
      expect(adam.last['train/epoch_loss']).toBeCloseTo(history['run0_adam']!['loss']!.at(-1)!, 6);
      expect(adam.last['validation/epoch_accuracy']).toBeCloseTo(history['run0_adam']!['val_accuracy']!.at(-1)!, 6);
    },
  );
});

describe('the ends of the curves', () => {
  test('grow with the file; a record that is half there waits', async () => {
    const reader = new RunReader();
    const run = async () => (await reader.list(root))[0]!;
    const whole = steps([1, 0.5], [2, 0.25], [3, 0.125]);
    const cut = whole.length - 10;
    const file = write(`run/train/${EVENTS}`, whole.subarray(0, cut));
    expect(await run()).toMatchObject({ last: { 'train/loss': 0.25 }, step: 2, warning: undefined });
    appendFileSync(file, whole.subarray(cut));
    expect(await run()).toMatchObject({ last: { 'train/loss': 0.125 }, step: 3 });
  });

  test('of a file that was replaced are read anew; of one that is gone, forgotten', async () => {
    const reader = new RunReader();
    const file = write(`run/${EVENTS}`, steps([1, 1], [2, 2]));
    expect((await reader.list(root))[0]!.last).toEqual({ loss: 2 });
    rmSync(file);
    write(`run/${EVENTS}`, steps([1, 5]));
    expect((await reader.list(root))[0]!.last).toEqual({ loss: 5 });
    rmSync(file);
    expect(await reader.list(root)).toEqual([]);
  });

  test('are those of the last of several files', async () => {
    write(`run/train/events.out.tfevents.1.h.1`, steps([1, 1], [2, 2], [3, 3]));
    write(`run/train/events.out.tfevents.2.h.1`, steps([2, 20], [3, 30], [4, 40]));
    expect((await new RunReader().list(root))[0]).toMatchObject({ last: { 'train/loss': 40 }, step: 4 });
  });
});

describe('renaming and deleting', () => {
  const runs = () => new Runs(new RunReader(), () => undefined);

  test('changes the name in run.json, and nothing else there', async () => {
    write('runs/a/run.json', runJson());
    await runs().rename(root, 'a', '  Better name ');
    expect(JSON.parse(readFileSync(path.join(root, 'runs/a/run.json'), 'utf8'))).toMatchObject({
      name: 'Better name',
      later: 'kept',
      seed: 7,
    });
    await expect(runs().rename(root, 'a', ' ')).rejects.toMatchObject({ tag: 'invalid-params' });
    await expect(runs().rename(root, 'none', 'x')).rejects.toMatchObject({ tag: 'not-found' });
  });

  test('renames the folder of another program’s run', async () => {
    write(`logs/one/${EVENTS}`, steps([1, 1]));
    write(`logs/two/${EVENTS}`, steps([1, 1]));
    await expect(runs().rename(root, 'logs/one', 'two')).rejects.toMatchObject({ tag: 'exists' });
    await expect(runs().rename(root, 'logs/one', '../two')).rejects.toMatchObject({ tag: 'invalid-params' });
    await runs().rename(root, 'logs/one', 'three');
    expect((await runs().list(root)).map(({ id }) => id).sort()).toEqual(['logs/three', 'logs/two']);
  });

  test('moves to the trash', async () => {
    write('runs/a/run.json', runJson());
    await runs().delete(root, 'a');
    expect(await runs().list(root)).toEqual([]);
    await expect(runs().delete(root, 'a')).rejects.toMatchObject({ tag: 'not-found' });
    await expect(runs().delete(root, '../x')).rejects.toMatchObject({ tag: 'not-found' });
    expect(existsSync(path.join(root, '.backstep/trash'))).toBe(true);
  });

  test('takes back from the trash, and from nowhere else, over nothing', async () => {
    write('runs/a/run.json', runJson());
    write('runs/b/run.json', runJson());
    const trashed = await runs().delete(root, 'a');
    await expect(runs().takeBack(root, { ...trashed, from: 'runs/b' })).rejects.toMatchObject({ tag: 'exists' });
    await expect(runs().takeBack(root, { ...trashed, trashed: 'runs/b' })).rejects.toMatchObject({
      tag: 'invalid-params',
    });
    await expect(runs().takeBack(root, { ...trashed, from: '../a' })).rejects.toMatchObject({
      tag: 'outside-workspace',
    });
    await runs().takeBack(root, trashed);
    expect((await runs().list(root)).map(({ id }) => id).sort()).toEqual(['a', 'b']);
    await expect(runs().takeBack(root, trashed)).rejects.toMatchObject({ tag: 'not-found' });
  });
});
