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
