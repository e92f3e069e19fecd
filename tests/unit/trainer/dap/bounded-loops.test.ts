import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { boundedLoops } from '../../../../src/trainer/dap/bounded-loops.js';

function turns(expression: string, limit = 1000): unknown {
  let asked = 0;
  const ask = (): void => {
    if (++asked > limit) throw new Error('for ever');
  };
  return runInNewContext(boundedLoops(expression, 'ask()'), { ask, list: [1, 2, 3] });
}

test.each([
  ['(() => { let n = 0; for (const one of list) n += one; return n; })()', 6],
  ['(() => { let n = 0; for (let i = 0; i < 4; i++) for (let j = 0; j < 5; j++) n++; return n; })()', 20],
  ['(() => { let n = 3; while (n > 0) n--; return n; })()', 0],
  ['(() => { let n = 3; do n--; while (n > 0) return n; })()', 0],
  [
    '(() => { const keys = []; for (const key in { a: 1, b: 2 }) { if (key === "a") continue; keys.push(key); } return keys.join(); })()',
    'b',
  ],
  ['(() => { outer: for (;;) for (;;) break outer; return 1; })()', 1],
  ['list.map((one) => { while (one < 9) one++; return one; }).join()', '9,9,9'],
  ['"for while"', 'for while'],
])('%s is what it was', (expression, value) => {
  expect(turns(expression)).toBe(value);
});

test.each([
  '(() => { for (;;); })()',
  '(() => { while (true) { continue; } })()',
  '(() => { do {} while (true) })()',
  '[...(function* () { while (true) yield 1; })()].length',
  '(() => { class A { static { for (;;) {} } } })()',
])('%s comes to an end', (expression) => {
  expect(() => turns(expression)).toThrow('for ever');
});

test('what has no loop, and what cannot be read, stays as it is', () => {
  expect(boundedLoops('loss > 2', 'ask()')).toBe('loss > 2');
  expect(boundedLoops('while (', 'ask()')).toBe('while (');
});
