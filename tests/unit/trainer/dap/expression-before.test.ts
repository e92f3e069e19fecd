import { expect, test } from 'vitest';
import { expressionBefore } from '../../../../src/trainer/dap/expression-before.js';

test.each([
  ['batch.', 'batch', ''],
  ['const a = batch.x', 'batch', 'x'],
  ['model.layers[0].ker', 'model.layers[0]', 'ker'],
  ['tf.sum(model.getLayer("a).b").', 'model.getLayer("a).b")', ''],
  ['1 + values.at(-1)?.to', 'values.at(-1)', 'to'],
  ['print(one, two.three.', 'two.three', ''],
  ['[1, 2, 3].', '[1, 2, 3]', ''],
  ["'text'.le", "'text'", 'le'],
  ['a ? b.', 'b', ''],
  ['!done.', '!done', ''],
  ['2 * größe.δ', 'größe', 'δ'],
])('%s', (text, object, start) => {
  expect(expressionBefore(text)).toEqual({ object, start });
});

test.each(['', 'los', '3.', '1.5', '.', 'a)', 'f( '])('nothing before a dot in %j', (text) => {
  expect(expressionBefore(text)).toBeUndefined();
});
