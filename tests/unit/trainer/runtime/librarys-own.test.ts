/** The person's code is told from the library's: for a line that is not looked for, nobody would miss it. */
import * as tf from '@tensorflow/tfjs';
import { expect, test } from 'vitest';
import { areNamed, callsOnlyLibrary } from '../../../../src/trainer/runtime/librarys-own.js';

const { layers } = tf;
class Own extends layers.Layer {
  static className = 'Own';
}
class OwnOptimizer extends tf.SGDOptimizer {}
class OwnModel extends tf.Sequential {}

test.each([
  ['dense', layers.dense({ units: 2, inputShape: [3], activation: 'relu', kernelRegularizer: 'l1l2' })],
  ['lstm', layers.lstm({ units: 2 })],
  ['stacked cells', layers.rnn({ cell: [layers.lstmCell({ units: 2 }), layers.gruCell({ units: 2 })] as never })],
  ['wrapped', layers.timeDistributed({ layer: layers.dense({ units: 2 }) })],
  ['both ways', layers.bidirectional({ layer: layers.simpleRNN({ units: 2 }) as never, mergeMode: 'sum' })],
  ['adam', tf.train.adam(0.1)],
  ['momentum', tf.train.momentum(0.1, 0.9)],
  [
    'a model in a model',
    tf.sequential({ layers: [tf.sequential({ layers: [layers.dense({ units: 2, inputShape: [3] })] })] }),
  ],
])('the library’s: %s', (_, value) => {
  expect(callsOnlyLibrary(value)).toBe(true);
});

test.each([
  ['a layer', new Own({})],
  ['a cell', layers.rnn({ cell: [layers.lstmCell({ units: 2 }), new Own({})] as never })],
  ['what is wrapped', layers.timeDistributed({ layer: new Own({}) })],
  ['in a model', tf.sequential({ layers: [layers.dense({ units: 2, inputShape: [3] }), new Own({})] })],
  ['a model', new OwnModel({ layers: [layers.dense({ units: 2, inputShape: [3] })] })],
  ['an optimizer', new OwnOptimizer(0.1)],
  ['a method', Object.assign(layers.flatten(), { call: () => tf.scalar(0) })],
])('the person’s: %s', (_, value) => {
  expect(callsOnlyLibrary(value)).toBe(false);
});

test('losses and metrics by name', () => {
  expect(areNamed(undefined)).toBe(true);
  expect(areNamed(['accuracy', { out: ['mse'] }])).toBe(true);
  expect(areNamed('meanSquaredError')).toBe(true);
  expect(areNamed({ out: () => tf.scalar(0) })).toBe(false);
});
