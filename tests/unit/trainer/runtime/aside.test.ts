/** What is computed beside the training finds nothing of the step under way, and leaves nothing. */
import * as tf from '@tensorflow/tfjs';
import { beforeAll, expect, test } from 'vitest';
import { doAside } from '../../../../src/trainer/runtime/aside.js';

beforeAll(() => tf.setBackend('cpu'));

const { layers } = tf;
const dropout = { dropout: 0.5, recurrentDropout: 0.5, inputShape: [3, 2], units: 4 };

test.each([
  ['gru', () => layers.gru(dropout)],
  [
    'lstm in both directions',
    () => layers.bidirectional({ layer: layers.lstm(dropout) as tf.RNN, inputShape: [3, 2] }),
  ],
  [
    'stacked cells',
    () => layers.rnn({ cell: [layers.gruCell(dropout), layers.lstmCell(dropout)], inputShape: [3, 2] }),
  ],
])('%s: a prediction beside a step leaves the masks of its dropout as they were', (_, layer) => {
  const model = tf.sequential({ layers: [layer(), layers.dense({ units: 1 })] });
  const input = tf.ones([2, 3, 2]);
  const predicted = () => (model.predict(input) as tf.Tensor).dataSync().slice();
  const expected = predicted();
  model.apply(input, { training: true });
  const before = tf.memory().numTensors;
  expect(doAside(() => [predicted(), doAside(predicted), predicted()])).toEqual([expected, expected, expected]);
  expect(tf.memory().numTensors).toBe(before);
  // The step's own masks are there to be disposed by the next call.
  expect(predicted()).toEqual(expected);
});
