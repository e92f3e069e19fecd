/** The bundles under test, built once where they are out of date, and small experiments to run in them. */
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { build } from '../../../scripts/build.mjs';

export const trainerEntry = path.resolve(process.env['TRAINER_UNDER_TEST'] ?? 'dist/trainer/main.js');
export const cliEntry = path.resolve(process.env['CLI_UNDER_TEST'] ?? 'dist/cli/main.js');

export async function builtBundles(): Promise<void> {
  if (process.env['TRAINER_UNDER_TEST']) return;
  await build({ only: ['trainer', 'cli', 'engine'] });
}

/** A folder of files; `home` is a Backstep folder of its own, so that nothing of the person's is touched. */
export interface Workspace {
  readonly folder: string;
  readonly home: string;
  file(name: string): string;
  write(name: string, text: string): string;
  /** Once whatever a test has left behind writes to it no longer. */
  remove(): Promise<void>;
}

export function workspace(files: Readonly<Record<string, string>> = {}): Workspace {
  const root = mkdtempSync(path.join(tmpdir(), 'backstep-test-'));
  const folder = path.join(root, 'workspace');
  const home = path.join(root, 'home');
  mkdirSync(folder);
  mkdirSync(home);
  const file = (name: string): string => path.join(folder, name);
  const write = (name: string, text: string): string => {
    mkdirSync(path.dirname(file(name)), { recursive: true });
    writeFileSync(file(name), text);
    return file(name);
  };
  for (const [name, text] of Object.entries(files)) write(name, text);
  const remove = (): Promise<void> => rm(root, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  return { folder, home, file, write, remove };
}

/** 24 examples of 4 numbers in 3 classes, 6 steps an epoch; dropout makes it draw random numbers. Line 12 is the model's first layer. */
export const tinyExperiment = `import { datasets, defineExperiment, tf } from 'backstep';

const examples = 24;
const rows = Array.from({ length: examples }, (_, row) => [row % 3, Math.sin(row), Math.cos(row), 1]);
const labels = rows.map(([kind]) => [0, 1, 2].map((one) => (one === kind ? 1 : 0)));

export default defineExperiment({
  seed: 7,
  data: () => datasets.tensors({ xs: tf.tensor2d(rows), ys: tf.tensor2d(labels), batchSize: 4 }),
  model: () => tf.sequential({
    layers: [
      tf.layers.dense({ inputShape: [4], units: 8, activation: 'relu' }),
      tf.layers.dropout({ rate: 0.25 }),
      tf.layers.dense({ units: 3, activation: 'softmax' }),
    ],
  }),
  optimizer: () => tf.train.adam(0.01),
  loss: 'categoricalCrossentropy',
  metrics: ['accuracy'],
  epochs: 2,
});
`;
