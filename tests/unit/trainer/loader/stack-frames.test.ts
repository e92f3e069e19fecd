import { expect, test } from 'vitest';
import { parseFrame, pathOf, personsFrames, syntaxErrorPlace } from '../../../../src/trainer/loader/stack-frames.js';

test.each([
  [
    '    at model (file:///a/b%20c/experiment.ts?backstep=3:12:5)',
    { file: '/a/b c/experiment.ts', line: 12, column: 5, functionName: 'model' },
  ],
  [
    '    at async model (/a/experiment.ts:1:2)',
    { file: '/a/experiment.ts', line: 1, column: 2, functionName: 'model' },
  ],
  ['    at async file:///a/experiment.ts:1:2', { file: '/a/experiment.ts', line: 1, column: 2 }],
  [
    '    at new Doubler (file:///a/layers.ts:7:1)',
    { file: '/a/layers.ts', line: 7, column: 1, functionName: 'new Doubler' },
  ],
])('%s', (line, frame) => {
  expect(parseFrame(line)).toEqual(frame);
});

test.each([
  '    at node:internal/process/task_queues:95:5',
  '    at async Promise.all (index 0)',
  '    at <anonymous>',
  'TypeError: x',
])('%s is no frame in a file', (line) => {
  expect(parseFrame(line)).toBeUndefined();
});

test('packages are left out', () => {
  const stack = 'Error: x\n    at f (/a/node_modules/p/index.js:1:1)\n    at g (/a/experiment.ts:2:3)';
  expect(personsFrames(stack).map(({ file, line }) => `${file}:${line}`)).toEqual(['/a/experiment.ts:2']);
  expect(personsFrames(undefined)).toEqual([]);
});

test('script names become paths', () => {
  expect(pathOf('file:///a/b.ts?backstep=1')).toBe('/a/b.ts');
  expect(pathOf('node:internal/x')).toBeUndefined();
  expect(pathOf('evalmachine.<anonymous>')).toBeUndefined();
});

test('Node’s own mark of a syntax error', () => {
  expect(syntaxErrorPlace("file:///a/b.js:3\nconst a = ;\n          ^\nSyntaxError: Unexpected token ';'")).toEqual({
    file: '/a/b.js',
    line: 3,
    column: 11,
  });
  expect(syntaxErrorPlace('SyntaxError: x\n    at f (/a/b.js:1:1)')).toBeUndefined();
});
