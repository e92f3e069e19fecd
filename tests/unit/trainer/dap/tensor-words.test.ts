/** What conditions call the numbers of tensors, beside the person's own code. */
import * as tf from '@tensorflow/tfjs';
import { Script } from 'node:vm';
import { beforeAll, expect, test } from 'vitest';
import { lendNames, withNames } from '../../../../src/trainer/dap/names-in-reach.js';
import { tensorWords } from '../../../../src/trainer/dap/tensor-words.js';
import { chooseBackend } from '../../../../src/trainer/runtime/backend/backend.js';

beforeAll(async () => {
  await chooseBackend('cpu');
});

const run = (text: string, names: Record<string, unknown> = {}): unknown =>
  // As V8 does at a line: the words are global there.
  withNames({ ...tensorWords, ...names }, () => new Script(`(${text})`).runInThisContext() as unknown);

test('words of conditions take tensors, several of them, and numbers', () => {
  const x = tf.tensor2d([
    [0, 3],
    [0, -4],
  ]);
  expect(run('norm(x)', { x })).toBe(5);
  expect(run('zeros(x) >= 0.5 && mean(x) < 0 && size(x) === 4', { x })).toBe(true);
  expect(run('min(x) + max(x)', { x })).toBe(-1);
  expect(run('norm(x, x)', { x })).toBeCloseTo(Math.sqrt(50));
  expect(run('max(1, 2) + abs(-3) + mean(new Float32Array([2, 4]))')).toBe(8);
  expect(() => run('mean({})')).toThrow('mean(…) takes a tensor, or numbers; this is an object (Object).');
});

test('a tensor of one value reckons as that value, another one says that it is no number', () => {
  const x = tf.tensor1d([1, 3]);
  expect(run('x.mean() > 1.5 && isNaN(x.mean().log().mul(NaN))', { x })).toBe(true);
  expect(() => run('x > 1', { x })).toThrow('A tensor of shape 2 is no number: take its mean(…)');
  expect(run('`${x}`', { x })).toContain('[1, 3]');
});

test('nothing of it is left behind, nor changed of what was there', () => {
  const withdraw = lendNames({ ...tensorWords });
  expect('zeros' in globalThis).toBe(true);
  withdraw();
  expect('zeros' in globalThis).toBe(false);
  expect(Symbol.toPrimitive in tf.Tensor.prototype).toBe(false);
});
