import { runInThisContext } from 'node:vm';
import { expect, test } from 'vitest';
import { outliving } from '../../../../src/trainer/dap/outliving.js';

test('what one line declares is there in the next: variables, taken apart too, functions and classes', () => {
  // In a function of its own, as an evaluation is.
  const evaluate = (text: string): unknown => runInThisContext(`(() => eval(${JSON.stringify(outliving(text))}))()`);
  evaluate('const one = 1');
  evaluate(
    'const { a, b: [c = 4, ...rest] } = { a: one, b: [undefined, 5] }\nfunction thrice(x) { return 3 * x }\nclass Own { two = 2 }',
  );
  expect(evaluate('[one, a, c, rest, thrice(one), new Own().two].flat()')).toEqual([1, 1, 4, 5, 3, 2]);
  expect(evaluate('let q = 5; q * 2')).toBe(10);
  for (const name of ['one', 'a', 'c', 'rest', 'thrice', 'Own', 'q']) Reflect.deleteProperty(globalThis, name);
});

test.each(['one + 1', '{ let inside = 1 }', 'const =', '{ a: 1 }', ''])('%s declares nothing', (text) => {
  expect(outliving(text)).toBe(text);
});
