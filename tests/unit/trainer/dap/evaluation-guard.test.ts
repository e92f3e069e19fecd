import * as tf from '@tensorflow/tfjs';
import { beforeAll, expect, test } from 'vitest';
import { beginGuarded } from '../../../../src/trainer/dap/evaluation-guard.js';
import { setLearningRate } from '../../../../src/trainer/runtime/optimizer-state.js';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

test('a learning rate that an optimizer keeps in a tensor, too, can be set at a stop, whichever way', () => {
  const optimizer = tf.train.momentum(0.1, 0.9);
  const own = optimizer as unknown as { c: tf.Scalar; learningRate: number };
  const tensors = tf.memory().numTensors;
  const ways = [
    () => setLearningRate(optimizer, 0.2),
    () => optimizer.setLearningRate(0.3),
    () => void (own.learningRate = 0.4),
  ];
  for (const [at, set] of ways.entries()) {
    const end = beginGuarded({ model: undefined, optimizer });
    set();
    expect(end().changed).toBe(true);
    expect(own.learningRate).toBe([0.2, 0.3, 0.4][at]);
    expect(own.c.dataSync()[0]).toBeCloseTo(-own.learningRate, 6);
  }
  expect(beginGuarded({ model: undefined, optimizer })().changed).toBe(false);
  expect(Object.hasOwn(optimizer, 'setLearningRate')).toBe(false);
  expect(tf.memory().numTensors).toBe(tensors);
  optimizer.dispose();
});
