import * as tf from '@tensorflow/tfjs';
import { expect, test } from 'vitest';
import { plainWords } from '../../../../src/trainer/loader/plain-words.js';

/** What TensorFlow.js itself says. */
function messageOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('nothing was thrown');
}

test('a layer that gets too few dimensions', () => {
  const message = messageOf(() =>
    tf.sequential({ layers: [tf.layers.flatten({ inputShape: [4, 4, 3] }), tf.layers.maxPooling2d({ poolSize: 2 })] }),
  );
  expect(plainWords(message)).toEqual({
    message: 'MaxPooling2D takes inputs of 3 dimensions an example, but gets 1',
    hint: 'Put it before the layer that flattens its input, or a tf.layers.reshape before it.',
  });
});

test('a layer used twice with different sizes', () => {
  const dense = tf.layers.dense({ units: 2, name: 'head' });
  dense.apply(tf.input({ shape: [4] }));
  expect(plainWords(messageOf(() => dense.apply(tf.input({ shape: [7] }))))?.message).toBe(
    'head was built for inputs that end in 4, but gets 7',
  );
});

test('a misspelt activation', () => {
  const message = messageOf(() => tf.layers.dense({ units: 2, activation: 'softmaxx' as 'softmax' }));
  expect(plainWords(message)).toEqual({
    message: "There is no activation 'softmaxx'",
    hint: "Did you mean 'softmax'?",
  });
});

test('a first layer without its input', () => {
  const message = messageOf(() => tf.sequential({ layers: [tf.layers.dense({ units: 2 })] }));
  expect(plainWords(message)?.hint).toContain('inputShape');
});

test('other messages stay as they are', () => {
  expect(plainWords('no hands found')).toBeUndefined();
});
