/** Failures in plain words: what TensorFlow.js and native TensorFlow say of shapes, with layer and line. */
import * as tf from '@tensorflow/tfjs';
import { beforeAll, expect, it } from 'vitest';
import { explainFailure } from '../../../../src/trainer/diagnosis/explain-failure.js';
import { experimentFacts } from '../../../../src/trainer/diagnosis/gather-experiment.js';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

const thrownBy = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('Nothing was thrown.');
};
const explain = (message: string): ReturnType<typeof explainFailure> =>
  explainFailure({ message, hint: 'Mind the gap.', file: '/tiny.ts', line: 12 }, undefined, undefined);

it.each([
  ['a matrix product', () => tf.matMul(tf.zeros([2, 3]), tf.zeros([4, 5])), /matrix product: 2×3 by 4×5/],
  ['a sum', () => tf.add(tf.zeros([2, 3]), tf.zeros([2, 4])), /Shapes do not meet: 2×3 and 2×4/],
  ['a reshape', () => tf.zeros([2, 3]).reshape([4, 4]), /same number of elements|must/],
  ['a use after disposal', () => disposed().add(1), /used after it was disposed/],
])('%s', (_what, work, title) => {
  const found = explain(thrownBy(work))!;
  expect(found.title).toMatch(title);
  expect(found).toMatchObject({ severity: 'error', file: '/tiny.ts', line: 12 });
  expect(found.advice[0]).toBe('Mind the gap.');
});

it('native TensorFlow’s words', () => {
  expect(explain('Invalid TF_Status: 3\nMessage: Incompatible shapes: [32,3] vs. [32,10]')!.title).toBe(
    'Shapes do not meet: 32×3 and 32×10.',
  );
  expect(explain('OOM when allocating tensor with shape[32,148,148,64]')!.rule).toBe('outOfMemory');
});

it('names the layer at the line, with what it takes and gives', () => {
  const model = tf.sequential({
    layers: [
      tf.layers.dense({ units: 8, inputShape: [4], activation: 'relu', name: 'first' }),
      tf.layers.dense({ units: 3, name: 'scores' }),
    ],
  });
  const facts = experimentFacts({ model, optimizer: undefined });
  const found = explainFailure({ message: 'Shapes 2,8 and 2,3 must match', file: '/tiny.ts', line: 7 }, facts, {
    placeOfLayer: (label) => ({ file: '/tiny.ts', line: label === 'scores' ? 7 : 6 }),
    placeOfPart: () => undefined,
  })!;
  expect(found.layer).toBe('scores');
  expect(found.explanation).toContain('Layer scores takes 8 and gives 3 for each example.');
});

it('a person’s own errors are their own', () => {
  expect(explain('You forgot the flux capacitor.')).toBeUndefined();
});

function disposed(): tf.Tensor {
  const tensor = tf.zeros([2]);
  tensor.dispose();
  return tensor;
}
