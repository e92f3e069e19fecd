import { expect, test } from 'vitest';
import { jsonLine } from '../../../src/cli/json-lines.js';

test('a step has the fields that scripts rely on, not-finite numbers as texts', () => {
  const line = jsonLine({
    ...{
      kind: 'step',
      epoch: 1,
      step: 2,
      stepInEpoch: 2,
      loss: NaN,
      metrics: { accuracy: Infinity },
      stepMs: 3,
      dataWaitMs: 1,
      overheadMs: 0,
      examples: 32,
      wallTime: 0,
    },
    stateHash: 'abc',
  });
  expect(line).toBe(
    '{"kind":"step","epoch":1,"step":2,"loss":"NaN","metrics":{"accuracy":"Infinity"},"stepMs":3,"stateHash":"abc","dataWaitMs":1,"overheadMs":0}',
  );
});

test('an error leaves out what is not known', () => {
  expect(jsonLine({ kind: 'error', message: 'no' })).toBe('{"kind":"error","message":"no"}');
  expect(JSON.parse(jsonLine({ kind: 'error', message: 'no', file: '/a.ts', line: 3, hint: 'do' })!)).toEqual({
    kind: 'error',
    message: 'no',
    file: '/a.ts',
    line: 3,
    hint: 'do',
  });
});

test('what was not asked for is no line', () => {
  expect(jsonLine({ kind: 'log', level: 'log', text: 'hello', wallTime: 0 })).toBeUndefined();
  expect(jsonLine({ kind: 'memory', numTensors: 1, tensorBytes: 1, processBytes: 1 })).toBeUndefined();
});
