import { runInThisContext } from 'node:vm';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, expect, test } from 'vitest';
import { LineService } from '../../../../src/trainer/dap/line-service.js';
import type { FromTraining } from '../../../../src/trainer/dap/thread-messages.js';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

test('what fails in a log message says why in its place, and the rest is written all the same', () => {
  const told: FromTraining[] = [];
  const written: string[] = [];
  const service = new LineService({
    post: (message) => told.push(message),
    names: () => ({ loss: undefined, step: 4 }),
    isRecording: () => false,
    testing: () => undefined,
    log: (text) => written.push(text),
  });
  const gone = tf.scalar(1);
  gone.dispose();
  const parts = [
    'step ',
    () => 4,
    ', loss ',
    () => runInThisContext('loss.toFixed(2)') as unknown,
    ', x ',
    () => (undefined as unknown as { x: number }).x,
    ', both ',
    () => ({ text: 'a', of: tf.scalar(2) }),
    ', gone ',
    () => gone.dataSync(),
    '.',
  ];
  for (let time = 0; time < 2; time++) expect(service.reached({ id: 7, logs: true }, undefined, parts)).toBe(false);
  const line =
    "step 4, loss –, x (TypeError: Cannot read properties of undefined (reading 'x')), both { text: 'a', of: Tensor float32 scalar 2 }, gone (Error: Tensor is disposed.).";
  expect(written).toEqual([line, line]);
  // The first of what is wrong, once.
  expect(told).toEqual([
    { kind: 'lineProblem', id: 7, of: 'log message', message: expect.stringContaining("reading 'x'") as string },
  ]);
});
