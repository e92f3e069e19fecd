import * as tf from '@tensorflow/tfjs';
import { afterEach, beforeAll, expect, test } from 'vitest';
import { Branch } from '../../../../src/trainer/dap/entries.js';
import { Inspection } from '../../../../src/trainer/dap/inspection.js';

beforeAll(async () => {
  await tf.setBackend('cpu');
});
afterEach(() => tf.disposeVariables());

const inspection = (): Inspection => new Inspection(() => []);

/** What a list of these shows, in one answer. */
function listed(tensors: Readonly<Record<string, tf.Tensor>>) {
  const values = inspection();
  const { handle } = values.show(
    new Branch('', () => Object.entries(tensors).map(([name, value]) => ({ name, value }))),
  );
  return values.children(handle);
}

test('a tensor says how it can be shown, and how its values are spread', () => {
  const [one] = listed({
    one: tf.tensor4d(
      Float32Array.from({ length: 96 }, (_, index) => Math.sqrt(index)),
      [2, 4, 4, 3],
    ),
  });
  expect(one!.value).toMatch(/^Tensor float32 2×4×4×3 · mean 6\.\d+ ± \S+, 0 … 9\.747, 1 % zeros$/);
  expect(one!.tensor).toMatchObject({ views: ['images', 'featureMaps', 'matrix', 'table'], device: 'CPU' });
  expect(one!.tensor!.spark!.reduce((a, b) => a + b)).toBe(96);
  const [filter, bias] = listed({ filter: tf.ones([3, 3, 8, 4]), bias: tf.variable(tf.zeros([4])) });
  expect(filter!.tensor!.views[0]).toBe('filters');
  expect(bias!.tensor!.views[0]).toBe('bars');
});

test('listing goes over a few million values and no more, however many tensors there are', () => {
  const large = tf.zeros([3_000_000]);
  const middle = Object.fromEntries(Array.from({ length: 8 }, (_, at) => [`m${at}`, tf.fill([1_000_000], at)]));
  const shown = listed({ large, ...middle });
  const summedUp = shown.filter(({ tensor }) => tensor?.spark).map(({ name }) => name);
  expect(summedUp).toEqual(['m0', 'm1', 'm2', 'm3']);
  expect(shown[0]!.value).toBe('Tensor float32 3000000');
  expect(shown.every(({ tensor }) => tensor!.views.includes('table'))).toBe(true);
  tf.dispose([large, middle]);
});

test('disposed tensors, texts and empty ones are told in a line', () => {
  const gone = tf.ones([30]);
  gone.dispose();
  const [first, text, empty] = listed({ gone, text: tf.tensor1d(['a', 'b']), empty: tf.zeros([0, 2]) });
  expect(first).toMatchObject({ value: 'Tensor float32 30 (disposed)' });
  expect(first!.tensor).toBeUndefined();
  expect(text).toMatchObject({ value: "Tensor string 2 [ 'a', 'b' ]", tensor: { views: ['table'] } });
  expect(empty).toMatchObject({ value: 'Tensor float32 0×2 []' });
});

test('single values are what they are: truths, words, both parts of complex numbers, no digits too many', () => {
  const ids = tf.tensor2d(
    Array.from({ length: 30 }, (_, at) => 123_456 + at),
    [2, 15],
    'int32',
  );
  const words = tf.tensor2d(
    Array.from({ length: 30 }, (_, at) => `w${at}`),
    [2, 15],
    'string',
  );
  const truths = tf.tensor1d([true, false], 'bool');
  const complex = tf.complex([1, 0], [-2, NaN]);
  const single = tf.tensor1d([0.1, -0, 1e-40, NaN]);
  const column = tf.tensor2d(
    Array.from({ length: 16 }, (_, at) => at / 10),
    [16, 1],
  );
  const shown = listed({ ids, words, truths, complex, single, column });
  expect(shown.slice(2, 5).map(({ value }) => value)).toEqual([
    'Tensor bool 2 [ true, false ]',
    'Tensor complex64 2 [ 1 - 2i, 0 + NaNi ]',
    'Tensor float32 4 [ 0.1, -0, 1e-40, NaN ]',
  ]);
  expect(shown[5]!.value).not.toContain('\n');
  const values = inspection();
  const inside = (tensor: tf.Tensor) =>
    values.children(values.show(tensor).handle, { filter: 'indexed' }).map(({ value }) => value);
  expect(inside(ids)[0]).toBe('[123456, 123457, 123458, 123459, 123460, 123461, 123462, 123463, …]');
  expect(inside(words)[1]).toMatch(/^\['w15', 'w16', /);
  expect(inside(truths)).toEqual(['true', 'false']);
  expect(inside(complex)).toEqual(['1 - 2i', '0 + NaNi']);
  expect(inside(single)).toEqual(['0.1', '-0', '1e-40', 'NaN']);
});

test('the facts of a tensor, opened; nothing is left behind', () => {
  const tensor = tf.tensor2d([
    [1, 2],
    [3, NaN],
  ]);
  const before = tf.memory().numTensors;
  const values = inspection();
  const { handle } = values.show(tensor);
  const shown = Object.fromEntries(values.children(handle).map(({ name, value }) => [name, value]));
  expect(shown).toMatchObject({ shape: '2×2', dtype: '"float32"', device: '"CPU"', '0': '[1, 2]' });
  expect(shown['statistics']).toBe('mean 2 ± 0.8165, 1 … 3, 25 % not finite');
  expect(tf.memory().numTensors).toBe(before);
});
