import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import {
  findExperiments,
  isExperimentText,
  mayHoldExperiment,
} from '../../../../src/server/workspace/find-experiments.js';

test.each([
  ['export default defineExperiment({})', true],
  ['export default backstep.defineExperiment<Settings>({})', true],
  ['const a = 1;\nconst experiment: Experiment = defineExperiment({});\nexport default experiment;', true],
  ['const e = defineExperiment({});\nexport { e as default };', true],
  ['export const other = defineExperiment({});', false],
  ['import { defineExperiment } from "backstep";\nexport default {};', false],
  ['const e = defineExperiment({}); export default somethingElse;', false],
])('%s: %s', (text, expected) => {
  expect(isExperimentText(text)).toBe(expected);
});

test('are looked for where a person would put them', async () => {
  const root = mkdtempSync(path.join(tmpdir(), 'backstep-find-'));
  const files = [
    'b.ts',
    'experiment.ts',
    'experiment-wide.ts',
    'a.mjs',
    'deep/er/c.js',
    'runs/one/experiment/b.ts',
    'node_modules/x/d.js',
    '.hidden/e.ts',
    'types.d.ts',
    'notes.md',
  ];
  for (const file of files) {
    mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
    writeFileSync(path.join(root, file), 'export default defineExperiment({});');
  }
  const found = (await findExperiments(root)).map((file) => path.relative(root, file));
  expect(found).toEqual(['experiment.ts', 'a.mjs', 'b.ts', 'experiment-wide.ts', 'deep/er/c.js']);
  expect(files.filter(mayHoldExperiment)).toEqual([
    'b.ts',
    'experiment.ts',
    'experiment-wide.ts',
    'a.mjs',
    'deep/er/c.js',
  ]);
  rmSync(root, { recursive: true });
});

test('plain scripts come after experiments: those that train, not what they or experiments are built of', async () => {
  const root = mkdtempSync(path.join(tmpdir(), 'backstep-find-'));
  const tf = "import * as tf from '@tensorflow/tfjs-node';\n";
  const files = {
    'experiment.ts': "import { train } from './helper';\nexport default defineExperiment({});",
    'helper.ts': `${tf}export const train = () => model.fit(xs, ys);`,
    'fit.ts': `${tf}await model.fit(xs, ys);`,
    'loop.cjs': "const tf = require('@tensorflow/tfjs');\noptimizer.minimize(() => loss);",
    'main.ts': "import { train } from './parts/train.js';\nimport './parts/data';\nawait train();",
    'parts/train.ts': `${tf}export const train = () => model.fitDataset(data, {});`,
    'parts/data.ts': `${tf}export const data = tf.data.array([]);`,
    'predict.ts': `${tf}model.predict(xs);`,
    'server.js': "fetch('/x').then((y) => y.fit());",
  };
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
    writeFileSync(path.join(root, file), text);
  }
  const found = (await findExperiments(root)).map((file) => path.relative(root, file));
  expect(found).toEqual(['experiment.ts', 'fit.ts', 'loop.cjs', 'main.ts']);
  rmSync(root, { recursive: true });
});
