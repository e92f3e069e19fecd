import { expect, test } from 'vitest';
import { isPlainScript, readScriptText } from '../../../../src/shared/base/script-text.js';

const script = (text: string, ...imported: string[]): boolean =>
  isPlainScript(readScriptText(text), imported.map(readScriptText));

test('a script imports TensorFlow.js in any of its spellings', () => {
  for (const line of [
    `import * as tf from '@tensorflow/tfjs';`,
    `import tf from "@tensorflow/tfjs-node";`,
    `import '@tensorflow/tfjs-node-gpu';`,
    `const tf = require('@tensorflow/tfjs-node');`,
    `const tf = await import('@tensorflow/tfjs-core');`,
    `import { tf } from 'backstep';`,
  ]) {
    expect(script(line), line).toBe(true);
  }
  expect(script(`import express from 'express';`)).toBe(false);
  expect(script(`// import * as tf from '@tensorflow/tfjs';`)).toBe(false);
  expect(script(`import { train } from './train';`, `import * as tf from '@tensorflow/tfjs';`)).toBe(true);
});

test('what is described by defineExperiment, or meant to be, is none', () => {
  expect(script(`import { defineExperiment, tf } from 'backstep'; export default defineExperiment({});`)).toBe(false);
  expect(script(`import { tf } from 'backstep'; export default { model: () => tf.sequential() };`)).toBe(false);
  // The experiment is made in another file, and handed on.
  const helper = `import { defineExperiment } from 'backstep'; export const made = defineExperiment({});`;
  expect(script(`export { made as default } from './helper';`, helper)).toBe(false);
  // A word in a comment makes no experiment.
  expect(
    script(`import * as tf from '@tensorflow/tfjs'; /* unlike defineExperiment */ export default function main() {}`),
  ).toBe(true);
});

test('training is seen by its calls, imports by their paths', () => {
  const text = readScriptText(`
import * as tf from '@tensorflow/tfjs';
import data from '../data.json';
const { helper } = require('./helper');
// model.fit(x)
await model
  .fitDataset(data, { epochs: 2 });`);
  expect(text).toMatchObject({ callsTraining: true, relativeImports: ['../data.json', './helper'] });
  expect(readScriptText(`// model.fit(xs, ys)\nmodel.predict(xs)`).callsTraining).toBe(false);
  expect(readScriptText('const { grads } = tf.variableGrads(loss); w.assign(grads.w)').callsTraining).toBe(true);
  expect(readScriptText('const { w } = taken.grads; draw.grades(w)').callsTraining).toBe(false);
});
