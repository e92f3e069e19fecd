import { expect, test } from 'vitest';
import { expressionProblem } from '../../../../src/trainer/dap/line-condition.js';
import { withoutTypes } from '../../../../src/trainer/dap/typed-expression.js';

test.each([
  ['rows![0]! > 3', 'rows[0] > 3'],
  ['(batch.xs as tf.Tensor).shape', '(batch.xs).shape'],
  ['rows.map((row: number[]): number => row[0]!)', 'rows.map((row) => row[0])'],
  ['value satisfies number', 'value'],
  ['const n: number = rows![0] as number; let s: string[] = []', 'const n = rows[0]; let s = []'],
])('%s is evaluated without its types', async (typed, plain) => {
  const bare = (text: string): string => text.replaceAll(' ', '');
  expect(bare(await withoutTypes(typed))).toBe(bare(plain));
});

test('what is JavaScript, or neither, stays as it was entered', async () => {
  for (const entered of ['a < b && c > (d)', 'let q = 5; q * 2', 'rows. as', '{ a: 1 }']) {
    expect(await withoutTypes(entered)).toBe(entered);
  }
  expect(expressionProblem('rows.length =')).toBe('Something is missing at the end.');
});
