import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { UsageError } from '../../../src/cli/exit-codes.js';
import { findExperiment } from '../../../src/cli/find-experiment.js';
import { findModelFile } from '../../../src/cli/find-model-file.js';

const text = "import { defineExperiment } from 'backstep';\nexport default defineExperiment({});\n";
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'backstep-find-'));
  const write = (name: string, content: string) => {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    writeFileSync(path.join(folder, name), content);
  };
  write('one/iris.ts', text);
  write('one/layers.ts', 'export const x = 1;');
  write('main/experiment.ts', text);
  write('main/classic.ts', text);
  write('several/a.ts', text);
  write('several/b.js', text);
  write('script/train.ts', "import * as tf from '@tensorflow/tfjs';\nawait model.fit(xs, ys);");
  write('script/predict.ts', "import * as tf from '@tensorflow/tfjs';\nmodel.predict(xs);");
  write('model/model.json', '{}');
  write('loads/model.json', '{}');
  write('loads/experiment.ts', text);
  write('none/layers.ts', 'export const x = 1;');
  write('none/notes.txt', text);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const find = (name: string) => path.relative(folder, findExperiment(path.join(folder, name)));

test('a file is itself', () => expect(find('several/b.js')).toBe(path.join('several', 'b.js')));
test('a folder with one experiment', () => expect(find('one')).toBe(path.join('one', 'iris.ts')));
test('a folder with no experiment, but a script', () => expect(find('script')).toBe(path.join('script', 'train.ts')));
test('experiment.ts goes before its variants', () => expect(find('main')).toBe(path.join('main', 'experiment.ts')));

test('a folder that is a model, but not one of code that loads it', () => {
  const model = (name: string) => findModelFile(path.join(folder, name));
  expect(model('model')).toBe(path.join(folder, 'model', 'model.json'));
  expect([model('loads'), model('one'), model('absent')]).toEqual([undefined, undefined, undefined]);
});

test.each([
  ['several', 'several experiments'],
  ['none', 'no experiment'],
  ['absent', 'no file or folder'],
  ['none/notes.txt', 'not an experiment'],
])('%s is wrong usage: %s', (name, message) => {
  expect(() => find(name)).toThrow(UsageError);
  expect(() => find(name)).toThrow(message);
});
