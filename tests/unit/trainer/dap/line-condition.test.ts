import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { isHit, parseHitRule } from '../../../../src/shared/breakpoints/hit-condition.js';
import { messageParts } from '../../../../src/shared/breakpoints/log-message.js';
import { lineExpression } from '../../../../src/trainer/dap/line-condition.js';

test('nothing beside the line: V8 stops there without asking', () => {
  expect(lineExpression(1, {})).toEqual({ kind: 'ok', text: undefined });
  expect(lineExpression(1, { condition: '  ', hitCondition: '', logMessage: '' })).toEqual({
    kind: 'ok',
    text: undefined,
  });
});

test.each([
  ['5', 5, true],
  ['5', 6, false],
  ['== 5', 5, true],
  ['=5', 4, false],
  ['!= 5', 5, false],
  ['>= 5', 7, true],
  ['>5', 5, false],
  ['< 2', 1, true],
  ['<= 2', 3, false],
  ['% 3', 6, true],
  ['%3', 7, false],
])('hit count %s at the %i. time: %s', (rule, hits, expected) => {
  expect(isHit(parseHitRule(rule)!, hits)).toBe(expected);
});

test.each(['often', '5.5', '% 0', '=> 3', '-1'])('%s is no hit count', (rule) => {
  expect(parseHitRule(rule)).toBeUndefined();
  expect(lineExpression(1, { hitCondition: rule })).toMatchObject({ kind: 'problem' });
});

test('log messages: expressions in braces, which nest; escaped and lonely braces are text', () => {
  expect(messageParts('a {b} c')).toEqual([
    { kind: 'text', text: 'a ' },
    { kind: 'expression', text: 'b' },
    { kind: 'text', text: ' c' },
  ]);
  expect(messageParts('{({ x: 1 }).x}')).toEqual([{ kind: 'expression', text: '({ x: 1 }).x' }]);
  expect(messageParts('\\{b\\} {}')).toEqual([{ kind: 'text', text: '{b} {}' }]);
  expect(messageParts('open {b')).toEqual([{ kind: 'text', text: 'open {b' }]);
});

test.each([
  ['loss > 2 // high', 'ok'],
  ['"http://a" === b', 'ok'],
  ['({ a: 1 }).a', 'ok'],
  ['a ===', 'problem'],
  ['a; b', 'problem'],
  ['const a = 1', 'problem'],
])('the condition %s: %s', (condition, kind) => {
  expect(lineExpression(1, { condition }).kind).toBe(kind);
});

test('the expression asks the training thread, with the person’s names in functions', () => {
  const made = lineExpression(7, { condition: 'a > b', hitCondition: '>= 2', logMessage: 'a is {a}' });
  expect(made.kind).toBe('ok');
  const calls: unknown[] = [];
  const service = {
    reached: (facts: unknown, condition: () => unknown, log: readonly unknown[]) =>
      calls.push([facts, condition(), log.map((part) => (typeof part === 'function' ? { value: part() } : part))]) > 0,
  };
  const inReach = { a: 3, b: 2, [Symbol.for('backstep.lines')]: service };
  expect(runInNewContext(made.kind === 'ok' ? made.text! : '', inReach)).toBe(true);
  expect(calls).toEqual([[{ id: 7, hit: { operator: '>=', count: 2 }, logs: true }, true, ['a is ', { value: 3 }]]]);
});
