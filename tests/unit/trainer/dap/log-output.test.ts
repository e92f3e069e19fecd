import { expect, test } from 'vitest';
import { outputOf } from '../../../../src/trainer/dap/log-output.js';

test('what is wrong is told in the console of a front end that knows no findings, at its line', () => {
  const finding = {
    ...{ rule: 'notFinite', severity: 'error' as const, title: 'Layer logs is the first to give NaN.' },
    ...{ explanation: 'It is its op Log.', advice: ['Add 1e-7.', 'Look at the data.'], file: '/x/logs.ts', line: 13 },
  };
  expect(outputOf({ kind: 'finding', finding })).toEqual({
    category: 'stderr',
    output: 'error: Layer logs is the first to give NaN.\n  It is its op Log.\n  – Add 1e-7.\n  – Look at the data.\n',
    source: { name: 'logs.ts', path: '/x/logs.ts' },
    line: 13,
  });
});

test('a hint follows its message as a sentence of its own', () => {
  const output = (message: string, hint?: string) => outputOf({ kind: 'error', message, hint })?.output;
  expect(output('Enums cannot be run', 'Use an object.')).toBe('Enums cannot be run. Use an object.\n');
  expect(output('It failed!', 'Try again.')).toBe('It failed! Try again.\n');
  expect(output('RangeError: 4')).toBe('RangeError: 4\n');
});
