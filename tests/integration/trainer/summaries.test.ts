/**
 * What a training writes beside its curves, read by TensorBoard's own code: every kind, by the parsers of its
 * plug-ins. Needs BACKSTEP_TEST_PYTHON with TensorBoard and TensorFlow; on native TensorFlow where one is there.
 */
import { execFile } from 'node:child_process';
import { readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { command } from '../cli/command.js';
import { builtBundles, workspace, type Workspace } from './built.js';
import { nativeEnvironment } from './native-environment.js';

const python = process.env['BACKSTEP_TEST_PYTHON'];
if (!python) console.log('Summaries are not read by TensorBoard: BACKSTEP_TEST_PYTHON names no Python with it.');

/** Bright squares in one of three places of a picture of 12×12. */
const experiment = `import { datasets, defineExperiment, tf } from 'backstep';

const pictures = (count: number) => {
  const values = new Float32Array(count * 144);
  const labels = new Float32Array(count * 3);
  for (let example = 0; example < count; example++) {
    const kind = example % 3;
    labels[example * 3 + kind] = 1;
    for (let pixel = 0; pixel < 144; pixel++) {
      const column = Math.floor((pixel % 12) / 4);
      values[example * 144 + pixel] = (column === kind ? 0.6 : 0.2) + 0.2 * Math.abs(Math.sin(pixel * (example + 1)));
    }
  }
  return { xs: tf.tensor4d(values, [count, 12, 12, 1]), ys: tf.tensor2d(labels, [count, 3]) };
};

export default defineExperiment({
  name: 'Squares | places',
  seed: 5,
  data: () => ({
    train: datasets.tensors({ ...pictures(48), batchSize: 8 }),
    validation: datasets.tensors({ ...pictures(30), batchSize: 8 }),
  }),
  model: ({ filters = '4' }) =>
    tf.sequential({
      layers: [
        tf.layers.conv2d({ inputShape: [12, 12, 1], filters: Number(filters), kernelSize: 3, activation: 'relu' }),
        tf.layers.flatten(),
        tf.layers.dropout({ rate: 0.2 }),
        tf.layers.dense({ units: 3, activation: 'softmax' }),
      ],
    }),
  optimizer: () => tf.train.adam(0.01),
  loss: 'categoricalCrossentropy',
  metrics: ['accuracy'],
  epochs: 3,
});
`;

interface Read {
  readonly plugins: Readonly<Record<string, string[]>>;
  readonly steps: Readonly<Record<string, number[]>>;
  // Each plug-in's values are their own; expectations say which.
  readonly values: Readonly<Record<string, never>>;
}

let files: Workspace;
beforeAll(async () => {
  files = workspace({ 'experiment.ts': experiment });
  await builtBundles();
}, 120_000);
afterAll(() => files.remove());

const environments: NodeJS.ProcessEnv[] = [{ BACKSTEP_ENGINE: 'none' }, ...nativeEnvironment()];

const isNative = (environment: NodeJS.ProcessEnv): boolean => environment['BACKSTEP_ENGINE'] !== 'none';

/** The end that a run tells, with its folder. */
async function runsWith(environment: NodeJS.ProcessEnv, mode: string, ...more: string[]): Promise<RunEnd> {
  Object.assign(process.env, environment);
  const backend = isNative(environment) ? 'tensorflow' : 'wasm';
  const runDir = path.join(files.folder, 'runs', `${backend}-${mode}`);
  const asked = [
    '--json',
    '--run-dir',
    runDir,
    '--backend',
    backend,
    '--summaries',
    mode,
    '--set',
    'filters=6',
    ...more,
  ];
  const ended = await command(['run', files.file('experiment.ts'), ...asked], { cwd: files.folder, home: files.home });
  expect(ended.code, ended.stderr).toBe(0);
  return JSON.parse(ended.stdout.trim().split('\n').at(-1)!) as RunEnd;
}

interface RunEnd {
  readonly stateHash: string;
  readonly runDir: string;
  readonly summaries?: { readonly share: number; readonly bytes: number };
}

test.each(environments)(
  'a run ends at the same bits, whatever is written: %o',
  async (environment) => {
    const ends = [];
    for (const mode of ['off', 'default', 'all']) ends.push(await runsWith(environment, mode, '--epochs', '2'));
    expect(new Set(ends.map(({ stateHash }) => stateHash)).size).toBe(1);
    const [off, usual, all] = ends.map(({ summaries }) => summaries);
    expect(off).toBeUndefined();
    expect(all!.bytes).toBeGreaterThan(usual!.bytes);
    expect(readdirSync(ends[0]!.runDir).filter((name) => name.includes('tfevents'))).toEqual([]);
    for (const { runDir } of ends) rmSync(runDir, { recursive: true });
  },
  120_000,
);

describe.skipIf(!python).each(environments)('on %o', (environment) => {
  let train: Read;
  let validation: Read;
  let whole: Read;

  beforeAll(async () => {
    const { runDir } = await runsWith(environment, 'all');
    const folders = [path.join(runDir, 'train'), path.join(runDir, 'validation'), runDir];
    const script = path.resolve('tests/fixtures/read-summaries.py');
    const { stdout } = await promisify(execFile)(python!, [script, ...folders], { maxBuffer: 2 ** 26 });
    const found = JSON.parse(stdout) as Record<string, Read>;
    [train, validation, whole] = folders.map((folder) => found[folder]!) as [Read, Read, Read];
  }, 180_000);

  test('scalars: curves, norms by layer and over all, memory', () => {
    const scalars = train.plugins['scalars']!;
    for (const tag of ['loss', 'accuracy', 'learning_rate', 'epoch_loss', 'memory/process_bytes'])
      expect(scalars).toContain(tag);
    for (const what of ['gradient_norm', 'update_norm', 'weight_norm']) {
      const norms = [what, `${what}/conv2d_1`, `${what}/dense_1`].map((tag) => Number(train.values[tag]));
      expect(
        norms.every((norm) => norm > 0),
        `${what}: ${norms.join()}`,
      ).toBe(true);
      expect(norms[0]).toBeCloseTo(Math.hypot(norms[1]!, norms[2]!), 4);
    }
    expect(train.steps['loss']).toHaveLength(18);
    expect(validation.plugins['scalars']).toEqual(expect.arrayContaining(['loss', 'accuracy']));
  });

  test('histograms of weights, gradients and activations', () => {
    expect([...train.plugins['histograms']!].sort()).toEqual(
      [
        ...['conv2d_1/kernel', 'conv2d_1/bias', 'dense_1/kernel', 'dense_1/bias'].flatMap((weight) => [
          `weights/${weight}`,
          `gradients/${weight}`,
        ]),
        'activations/conv2d_1',
        'activations/dense_1',
      ].sort(),
    );
    expect(train.values['weights/dense_1/kernel']).toMatchObject({ count: 600 * 3 });
    expect(train.values['gradients/conv2d_1/kernel']).toMatchObject({ count: 54 });
    expect(train.values['activations/conv2d_1']).toMatchObject({ count: 8 * 600, from: 0 });
    expect(train.steps['weights/dense_1/kernel']!.length).toBeGreaterThan(1);
    for (const steps of Object.values(train.steps)) expect([...steps].sort((a, b) => a - b)).toEqual(steps);
  });

  test('pictures that can be decoded, of the size that they say', () => {
    const pictures = { ...train.values, ...validation.values } as Readonly<
      Record<string, { readonly width: number; readonly height: number; readonly images: number[][] }>
    >;
    expect([...train.plugins['images']!].sort()).toEqual([
      'feature_maps/conv2d_1',
      'filters/conv2d_1',
      'inputs',
      'predictions',
    ]);
    for (const tag of [...train.plugins['images']!, 'confusion_matrix']) {
      const { width, height, images } = pictures[tag]!;
      expect(images, tag).toEqual([[height, width, 3]]);
    }
  });

  test('confusion matrix and precision-recall curves of the validation data', () => {
    const matrix = validation.values['confusion_matrix/counts'] as unknown as {
      readonly values: number[][];
      readonly content: string;
    };
    expect(matrix.values.map((row) => row.reduce((sum, count) => sum + count, 0))).toEqual([10, 10, 10]);
    expect(JSON.parse(matrix.content)).toEqual({ classNames: ['0', '1', '2'] });
    expect(validation.plugins['pr_curves']).toEqual(['pr_curve/0', 'pr_curve/1', 'pr_curve/2']);
    const { thresholds, shape, curve } = validation.values['pr_curve/0'] as unknown as {
      readonly thresholds: number;
      readonly shape: number[];
      readonly curve: number[][];
    };
    expect([thresholds, shape]).toEqual([201, [6, 201]]);
    // Everything counts as positive at the threshold of zero.
    expect(curve.map((row) => row[0])).toEqual([10, 20, 0, 0, expect.closeTo(1 / 3, 5), 1]);
  });

  test('text, hyper-parameters and graphs', () => {
    expect(train.values['experiment/source']).toContain('```ts\nimport { datasets, defineExperiment, tf }');
    expect(train.values['experiment/settings']).toContain('| name | Squares \\| places |');
    expect(whole.values['_hparams_/session_start_info']).toMatchObject({
      hparams: { seed: 5, epochs: 3, batch_size: 8, optimizer: 'Adam', learning_rate: 0.01, filters: 6 },
    });
    expect(whole.values['_hparams_/session_end_info']).toMatchObject({ status: 1 });
    expect(train.values['keras']).toEqual([
      [expect.stringContaining('conv2d_1'), []],
      [expect.stringContaining('flatten_1'), [expect.stringContaining('conv2d_1')]],
      [expect.stringContaining('dropout_1'), [expect.stringContaining('flatten_1')]],
      [expect.stringContaining('dense_1'), [expect.stringContaining('dropout_1')]],
    ]);
    expect(train.values['__run_graph__']).toBeGreaterThan(3);
  });
});
